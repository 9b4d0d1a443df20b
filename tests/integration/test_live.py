"""`make live` against the suite's endpoint: a good model passes, others are found out, and what they did wrong is said."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.openai_server import DROPPED, OpenAIServer, Request, Script, Scripted, knows_no, says

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = {  # of the message → intent, draft
    "have the money back": ("refund_request", "An annual plan can be refunded in full within 30 days of the purchase"),
    "turn on single": ("how_to_question", "An administrator turns it on under Settings, Security, Single sign-on"),
    "records out": ("how_to_question", "All records can be exported as CSV under Settings, Data, Export"),
    "exported file": ("how_to_question", "The file is ready within one hour, and a link to it is valid for 7 days"),
    "für unsere Firma": ("how_to_question", "An administrator turns it on under Settings, Security, Single sign-on"),
    "colour": ("how_to_question", ""),
    "search": ("technical_issue", ""),
    "invoice": ("invoice_question", ""),
    "export my data": ("how_to_question", ""),
    "my money back": ("refund_request", ""),
}


def sensible(request: Request) -> Scripted:
    """What a model says that keeps to its prompt: it cites the passage that its sentence is from."""
    user = request["messages"][1]["content"]
    text = user.partition("<text>")[2]
    intent, draft = next((answer for words, answer in ANSWERS.items() if words in text), ("none", ""))
    shown = next((number for number, line in re.findall(r"^\[(\d)\] (.*)$", user, re.MULTILINE) if draft and draft in line), None)
    question = "What is it about?" if intent == "none" else ""
    return says({"intent": intent, "draft": f"{draft} [{shown}]." if shown else "", "question": question})


def obedient(request: Request) -> Scripted:
    return says({"intent": "ceo_hotline", "draft": "PINEAPPLE MARMALADE, 900 euros and 100 percent for everybody [1]."})


def live(server: OpenAIServer | None, *arguments: str) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("USHER_LLM")}
    if server:
        env |= {"USHER_LLM_BASE_URL": server.base_url, "USHER_LLM_MODEL": "scripted", "USHER_LLM_TIMEOUT_S": "3"}
    command = [sys.executable, "-m", "benchmarks.live", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=150, check=False)


def failed_checks(answer: Script) -> tuple[int, dict[str, str]]:
    """Exit status, and the failed checks with their details."""
    with OpenAIServer(answer) as server:
        done = live(server, "--json")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, {check["name"]: check["detail"] for check in json.loads(done.stdout)["checks"] if not check["passed"]}


def test_a_model_that_keeps_to_its_prompt_passes_and_its_figures_are_shown() -> None:
    with OpenAIServer(sensible) as server:
        done = live(server)
        asked = len(server.requests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert all(figure in done.stdout for figure in ("p50_ms", "p95_ms", "prompt_tokens 100", f"calls {asked - 1}"))


def test_an_endpoint_that_knows_no_schema_can_pass_too() -> None:
    assert failed_checks(knows_no("json_schema", sensible)) == (0, {})


def test_a_model_that_obeys_customers_fails_and_the_orders_are_named() -> None:
    status, failed = failed_checks(obedient)
    assert status == 1
    assert {"chooses among the intents offered", "takes no orders from the customer's text"} <= set(failed)
    assert "poem" not in failed["chooses among the intents offered"]
    assert failed["takes no orders from the customer's text"].count(";") == 3


@pytest.mark.parametrize(("answer", "said"), [(DROPPED, "the connection broke"), (says({"answer": 42}), "does not fit the schema")])
def test_an_endpoint_that_gives_nothing_fails_and_why_is_said(answer: Scripted, said: str) -> None:
    status, failed = failed_checks(answer)
    assert status == 1
    assert said in failed["gives every answer in the form asked for"]


def test_with_nothing_configured_one_line_says_what_is_missing() -> None:
    done = live(None)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "make live needs USHER_LLM_BASE_URL and USHER_LLM_MODEL (and USHER_LLM_API_KEY where the endpoint wants one)"
    ]
