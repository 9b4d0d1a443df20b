"""A language model over HTTP, well and ill behaved, through the command line: at most one call a turn, and never a lost turn."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core import tokens
from tests.acceptance.conftest import ROOT, Cli
from tests.support.openai_server import DROPPED, NO_JSON, OpenAIServer, Script, calls_a_tool, fails, refuses, says, trickles

UNCLEAR = "so about that thing from before with the people, same again but for the other ones?"
HOW_TO = "How do I set up SAML single sign-on with Okta?"


PRICES = {"USHER_LLM_USD_PER_MILLION_PROMPT": "1", "USHER_LLM_USD_PER_MILLION_COMPLETION": "4"}


def chat(text: str, id: str = "1") -> str:
    sender = {"name": "Robin", "email": "robin@somewhere.example"}
    told = {"id": id, "conversation": id, "channel": "chat", "from": sender, "sent_at": "2026-03-10T13:00:00Z", "text": text}
    return json.dumps(told)


def connected(server: OpenAIServer) -> dict[str, str]:
    return {"USHER_LLM_BASE_URL": server.base_url, "USHER_LLM_MODEL": "scripted", "USHER_LLM_TIMEOUT_S": "4"}


def routed(usher: Cli, server: OpenAIServer, text: str) -> dict[str, object]:
    done = usher("route", "-", "--json", stdin=chat(text), **connected(server))
    assert done.code == 0, done.err
    receipt: dict[str, object] = done.lines[0]
    return receipt


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (says({"intent": "none", "draft": ""}, delay_s=8), "timeout"),
        (fails(429, **{"Retry-After": "1"}), "rate_limited"),
        (fails(500), "unavailable"),
        (DROPPED, "unavailable"),
        (refuses(), "refused"),
        (NO_JSON, "malformed"),
        (calls_a_tool(), "called a tool"),
        (trickles({"intent": "none", "draft": ""}, parts=4, pause_s=0.0, sent=2), "connection broke"),
        (trickles({"intent": "none", "draft": ""}, parts=100, pause_s=0.2), "timeout"),
        (says({"intent": 7}), "does not fit the schema"),
        (says({"intent": "take_over_the_world", "draft": ""}), "not offered"),
    ],
    ids=["timeout", "429", "500", "dropped", "refusal", "no-json", "tool", "broken", "slow tokens", "schema", "off-taxonomy"],
)
def test_whatever_the_model_does_the_turn_goes_on_and_the_receipt_says_so(usher: Cli, answer: Script, trouble: str) -> None:
    with OpenAIServer(answer) as server:
        receipt = routed(usher, server, UNCLEAR)
    assert any(trouble in line for line in receipt["degraded"])  # type: ignore[attr-defined]
    assert receipt["intent"]["source"] == "embedded"  # type: ignore[index]
    assert receipt["plan"]["action"] in ("handoff", "clarify")  # type: ignore[index]
    assert receipt["cost"]["calls"] == 1  # type: ignore[index]


def test_an_unsure_turn_takes_an_offered_intent_from_its_one_call(usher: Cli) -> None:
    def choose(request: dict[str, object]) -> object:
        text = json.dumps(request)
        offered = text.split("<intents>")[2].split(":")[0].replace("\\\\n", "").replace("\\n", "").strip("\\n ")
        return says({"intent": offered, "draft": ""})

    with OpenAIServer(choose) as server:  # type: ignore[arg-type]
        receipt = routed(usher, server, UNCLEAR)
        assert len(server.requests) == 1
    assert receipt["intent"]["source"] == "model"  # type: ignore[index]
    assert not receipt["degraded"]
    assert receipt["cost"]["prompt_tokens"] > 0  # type: ignore[index]


def test_a_sure_turn_asks_only_for_the_text_and_unsupported_claims_never_leave(usher: Cli) -> None:
    with OpenAIServer(says({"reply": "SAML is free of charge for 4711 days [1]."})) as server:
        receipt = routed(usher, server, HOW_TO)
        calls = len(server.requests)
    assert receipt["plan"]["action"] == "answer"  # type: ignore[index]
    assert calls == 1
    assert "4711" not in receipt["plan"]["draft"]  # type: ignore[index]
    assert any("not supported" in line for line in receipt["degraded"])  # type: ignore[attr-defined]


# ---------------------------------------------------------------- what it may cost


@pytest.fixture
def frugal(tmp_path: Path) -> Path:
    """The example company with a budget of two calls a day."""
    folder = tmp_path / "frugal"
    shutil.copytree(ROOT / "knowledge" / "example", folder, ignore=shutil.ignore_patterns("inbox", "evals"))
    policy = folder / "policy.yaml"
    lines = [line for line in policy.read_text("utf-8").splitlines() if not line.startswith("model_budget")]
    policy.write_text("\n".join([*lines, "model_budget: {calls_per_day: 2}", ""]), "utf-8")
    return folder


def several(usher: Cli, server: OpenAIServer, company: Path, *ids: str, **env: str) -> list[dict[str, Any]]:
    """The receipts of unclear messages, handled one after the other."""
    messages = "\n".join(chat(UNCLEAR, id) for id in ids)
    done = usher("route", "-", "--json", "--company", company, stdin=messages, USHER_WORKERS="1", **connected(server), **PRICES, **env)
    assert done.code == 0, done.err
    return done.lines


def test_a_pause_that_the_endpoint_asks_for_is_kept_by_the_turns_that_follow(usher: Cli, frugal: Path) -> None:
    with OpenAIServer(fails(429, retry_after="600")) as server:
        receipts = several(usher, server, frugal, "1", "2", "3", USHER_AS_OF="2026-03-10T14:00:00Z")
        assert len(server.requests) == 1
    said = sorted(receipt["degraded"][0] for receipt in receipts)
    assert said[0].startswith("model: model rate_limited: HTTP 429, retry after 600 s")
    assert all(line.startswith("model: not asked: the endpoint asked for a pause") for line in said[1:])
    assert sorted(receipt["cost"]["calls"] for receipt in receipts) == [0, 0, 1]


def test_a_prompt_keeps_to_the_tokens_that_it_may_have(usher: Cli) -> None:
    long = f"{UNCLEAR} {'And there is more to tell. ' * 400}"
    with OpenAIServer(says({"intent": "none", "draft": ""})) as server:
        for most in (400, 900):
            usher("route", "-", "--json", stdin=chat(long, str(most)), **connected(server), USHER_LLM_PROMPT_TOKENS=str(most))
        sizes = [tokens.count(json.dumps(request["messages"], ensure_ascii=False)) for request in server.requests]
    assert sizes[0] < 400 < 600 < sizes[1] < 900
    refused = usher("route", "-", stdin=chat(long), **connected(server), USHER_LLM_CONTEXT_TOKENS="1024")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "USHER_LLM_CONTEXT_TOKENS" in refused.err


def test_over_the_days_budget_nothing_is_asked_and_the_next_day_it_is_again(usher: Cli, frugal: Path) -> None:
    with OpenAIServer(says({"intent": "none", "draft": ""})) as server:
        first = several(usher, server, frugal, "1", "2", "3", USHER_AS_OF="2026-03-10T14:00:00Z")
        second = several(usher, server, frugal, "4", USHER_AS_OF="2026-03-10T15:00:00Z")
        asked = len(server.requests)
        third = several(usher, server, frugal, "5", USHER_AS_OF="2026-03-11T09:00:00Z")
        assert (asked, len(server.requests)) == (2, 3), [(each["status"], each["degraded"], each["intent"]) for each in first]
    assert sorted(receipt["cost"]["calls"] for receipt in first) == [0, 1, 1]
    for receipt in (*second, *(each for each in first if not each["cost"]["calls"])):
        assert receipt["degraded"] == ["model budget of the day is spent"]
        assert receipt["plan"]["action"] in ("handoff", "clarify")
    assert third[0]["cost"] == {"calls": 1, "prompt_tokens": 100, "completion_tokens": 20, "usd": 0.00018}


def test_a_call_that_timed_out_stays_counted(usher: Cli, frugal: Path) -> None:
    with OpenAIServer(says({"intent": "none", "draft": ""}, delay_s=8)) as server:
        late = several(usher, server, frugal, "1", "2", "3", USHER_AS_OF="2026-03-10T14:00:00Z")
        assert len(server.requests) == 2
    assert sorted(receipt["cost"]["calls"] for receipt in late) == [0, 1, 1]
    assert all(receipt["cost"]["usd"] > 0.0018 for receipt in late if receipt["cost"]["calls"]), "what it cost is not known: the most"


def test_a_preview_asks_and_spends_nothing(usher: Cli, frugal: Path, tmp_path: Path) -> None:
    message = tmp_path / "one.jsonl"
    message.write_text(chat(UNCLEAR), "utf-8")
    with OpenAIServer(says({"intent": "none", "draft": ""})) as server:
        done = usher("policy", "explain", message, "--company", frugal, "--json", **connected(server))
        assert done.code == 0, done.err
        assert server.requests == []


def test_a_person_reads_what_a_call_cost_and_what_the_day_did(usher: Cli) -> None:
    with OpenAIServer(says({"intent": "none", "draft": ""})) as server:
        day = {"USHER_AS_OF": "2026-03-10T14:00:00Z"}
        done = usher("route", "-", "--json", stdin=chat(UNCLEAR), **connected(server), **PRICES, **day)
    assert "1 model call, 100 + 20 tokens, $0.0002" in usher("audit", "show", done.lines[0]["id"]).out
    costs = {"calls": 1, "prompt_tokens": 100, "completion_tokens": 20, "usd": 0.00018}
    assert usher("audit", "spending", "--json").lines == [{"day": "2026-03-10", **costs}]
