"""A language model over HTTP, well and ill behaved, through the command line: at most one call a turn, and never a lost turn."""

import json

import pytest

from tests.acceptance.conftest import Cli
from tests.support.openai_server import DROPPED, NO_JSON, OpenAIServer, Script, fails, refuses, says

UNCLEAR = "so about that thing from before with the people, same again but for the other ones?"
HOW_TO = "How do I set up SAML single sign-on with Okta?"


def chat(text: str) -> str:
    sender = {"name": "Robin", "email": "robin@somewhere.example"}
    return json.dumps({"id": "1", "channel": "chat", "from": sender, "sent_at": "2026-03-10T13:00:00Z", "text": text})


def routed(usher: Cli, server: OpenAIServer, text: str) -> dict[str, object]:
    env = {"USHER_LLM_BASE_URL": server.base_url, "USHER_LLM_MODEL": "scripted", "USHER_LLM_TIMEOUT_S": "4"}
    done = usher("route", "-", "--json", stdin=chat(text), **env)
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
        (says({"intent": "take_over_the_world", "draft": ""}), "not offered"),
    ],
    ids=["timeout", "429", "500", "dropped", "refusal", "no-json", "off-taxonomy"],
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
    if receipt["plan"]["action"] == "answer":  # type: ignore[index]
        assert calls == 1
        assert "4711" not in receipt["plan"]["draft"]  # type: ignore[index]
        assert any("not supported" in line for line in receipt["degraded"])  # type: ignore[attr-defined]
    else:
        assert calls <= 1
