from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.intent.agent import IntentAgent
from agents.intent.remembered import Remembering
from agents.intent.training import train
from core.intent import Intent
from core.types import Past
from tests.unit.agents.intent_samples import WordEncoder, small_company


@pytest.fixture(scope="module")
def agent() -> IntentAgent:
    return IntentAgent(train(small_company(), WordEncoder()), ("Fernhill Vault",))


def past(intent: str | None, role: str = "customer") -> Past:
    return Past.model_validate({"role": role, "text": "…", "at": datetime(2026, 3, 10, tzinfo=UTC), "intent": intent})


def read(agent: IntentAgent, text: str, *history: Past, subject: str = "") -> Intent:
    return agent.read(text, subject, "en", history)


def test_a_message_gets_label_language_and_source(agent: IntentAgent) -> None:
    found = read(agent, "where is my refund")
    assert (found.top, found.language, found.source, found.abstained) == ("refund", "en", "embedded", False)


def test_what_the_words_say_is_joined(agent: IntentAgent) -> None:
    found = read(agent, "URGENT: refund of $1,200 for fernhill vault, or we will sue you")
    assert found.urgency >= 0.5
    assert found.flags == ("legal_threat",)
    assert {("money", "1200.00 USD"), ("product", "Fernhill Vault")} <= {(entity.type, entity.value) for entity in found.entities}


def test_one_word_for_a_person_is_a_wish_for_one_and_never_out_of_scope(agent: IntentAgent) -> None:
    found = read(agent, "operator!!")
    assert found.wants_human
    assert not found.out_of_scope


def test_a_confident_human_request_is_a_wish_without_any_cue(agent: IntentAgent) -> None:
    found = read(agent, "human agent person real somebody")
    assert found.top == "human_request"
    assert found.wants_human


def test_other_requests_are_none(agent: IntentAgent) -> None:
    assert not read(agent, "please arrange reimbursement").wants_human


@pytest.mark.parametrize("text", ["yes, the second one", "still nothing?", "ok do it", "2", "??", "that one"])
def test_an_ellipsis_keeps_the_conversations_intent(agent: IntentAgent, text: str) -> None:
    found = read(agent, text, past("demo"), past(None, "automation"))
    assert found.top == "demo"
    assert not found.abstained
    assert "demo" in found.set


def test_without_history_an_ellipsis_says_nothing(agent: IntentAgent) -> None:
    assert read(agent, "that one").abstained


def test_a_new_request_is_not_overruled_by_history(agent: IntentAgent) -> None:
    assert read(agent, "and where is my refund", past("demo")).top == "refund"


def test_new_words_that_mean_nothing_are_not_taken_for_the_old_intent(agent: IntentAgent) -> None:
    assert read(agent, "my cat in the garden makes me happy with tomatoes yesterday", past("demo")).out_of_scope


def test_only_the_customers_own_intents_are_carried(agent: IntentAgent) -> None:
    assert read(agent, "that one", past("demo", "agent")).abstained


def test_the_version_names_the_model(agent: IntentAgent) -> None:
    assert agent.version.startswith("linear-")


def offer(text: str = "Which is it? refund, outage, demo") -> Past:
    return Past.model_validate({"role": "automation", "text": text, "at": datetime(2026, 3, 10, tzinfo=UTC), "action": "clarify"})


def test_the_second_one_is_the_second_option_of_our_question(agent: IntentAgent) -> None:
    found = read(agent, "yes, the second one", past("refund"), offer())
    assert (found.top, found.abstained) == ("outage", False)
    assert all(label.confidence < 0.5 for label in found.labels[1:])


def test_both_are_two_intents(agent: IntentAgent) -> None:
    found = read(agent, "both", past("refund"), offer("Which is it? refund, demo"))
    assert {label.label for label in found.labels[:2]} == {"refund", "demo"}


def test_neither_is_none_of_them(agent: IntentAgent) -> None:
    assert read(agent, "neither", past("refund"), offer()).abstained


@pytest.mark.parametrize("text", ["INV-2231", "for 20 people"])
def test_what_we_asked_for_keeps_the_intent(agent: IntentAgent, text: str) -> None:
    assert read(agent, text, past("outage")).top == "outage"


def test_what_is_denied_does_not_lead(agent: IntentAgent) -> None:
    found = read(agent, "I don't want the refund of last week, please schedule a demo")
    assert (found.top, found.denied) == ("demo", ("refund",))
    assert "refund" not in {label.label for label in found.labels}


def test_where_all_is_denied_nothing_is_decided(agent: IntentAgent) -> None:
    found = read(agent, "we don't want a refund now, thank you")
    assert found.abstained
    assert found.denied == ("refund",)


class Watched(WordEncoder):
    """Keeps what it is asked, call by call."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(list(texts))
        return super().encode(texts)


def test_a_vector_asked_for_twice_is_made_once() -> None:
    watched = Watched()
    remembering = Remembering(watched)
    first = remembering.encode(["a b", "c"])
    assert (remembering.encode(["c", "a b", "a b"]) == first[[1, 0, 0]]).all()
    assert watched.asked == [["a b", "c"]]


def test_a_message_is_encoded_whole_beside_its_sentences(agent: IntentAgent) -> None:
    watched, text = Watched(), "Hello,\n\nthe invoice is wrong. I want a refund.\n\nThanks"
    business = IntentAgent(replace(agent.model, encoder=watched)).business
    business.beside(text, "Invoice")
    assert watched.asked[0] == ["the invoice is wrong.", "I want a refund.", "Invoice\n\nthe invoice is wrong. I want a refund."]


@pytest.mark.parametrize("text", ["No, I don't want a refund now", "no refund", "not the refund"])
def test_what_is_denied_does_not_come_back_from_the_conversation(agent: IntentAgent, text: str) -> None:
    before = past("refund")
    found = agent.read(text, "", "en", (before,))
    assert found.abstained or found.top != "refund"


def test_an_intent_that_the_company_has_no_more_is_not_carried_on(agent: IntentAgent) -> None:
    before = past("fax")
    assert agent.read("still nothing", "", "en", (before,)).top != "fax"


def test_under_a_bound_what_leans_on_the_conversation_is_not_decided(agent: IntentAgent) -> None:
    before = past("refund")
    free, bounded = (each.read("still nothing", "", "en", (before,)) for each in (agent, agent.bounded(0.3)))
    assert (free.top, free.abstained) == ("refund", False)
    assert (bounded.top, bounded.abstained) == ("refund", True)
    assert bounded.sure < 0.9
