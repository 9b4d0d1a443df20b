"""Follow-ups read without their conversation."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.advisor.followup import leans, standalone
from core.types import Past

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def talk(*said: str) -> list[Past]:
    """The customer begins, the company answers, in turn."""
    return [
        Past(role="customer" if not at % 2 else "automation", text=text, at=NOON + timedelta(minutes=at)) for at, text in enumerate(said)
    ]


EXPORT = talk("How do I export the whole archive?", "Open Settings > Export and choose the archive. It takes a while.")


@pytest.mark.parametrize(
    "text", ["does it cost extra?", "and for Team?", "How long does that take?", "why?", "et pour l'équipe ?", "Und wie lange?"]
)
def test_a_short_message_that_refers_or_goes_on_takes_the_question_before_it_along(text: str) -> None:
    rewritten = standalone(text, EXPORT)
    assert rewritten.startswith("How do I export the whole archive?")
    assert rewritten.endswith(text)
    assert "\n" not in rewritten


def test_of_the_companys_last_message_only_the_first_short_sentence_is_taken_along() -> None:
    assert "choose the archive." in standalone("does it cost extra?", EXPORT)
    assert "takes a while" not in standalone("does it cost extra?", EXPORT)
    long = talk("How do I export the archive?", "Open " + "Settings and then " * 20 + "Export.")
    assert "Settings" not in standalone("does it cost extra?", long)


def test_a_message_that_takes_up_a_word_of_the_last_exchange_belongs_to_it() -> None:
    assert standalone("Who may start an export?", EXPORT).startswith("How do I export")


@pytest.mark.parametrize(
    "text",
    [
        "What does Team cost?",
        "Another question: what does it cost to add seats?",
        "Our accountant would like to see every invoice since January, with the tax shown by country; how would she get at them?",
    ],
)
def test_what_stands_by_itself_stays_as_it_is(text: str) -> None:
    assert standalone(text, EXPORT) == text


def test_without_a_conversation_nothing_is_added() -> None:
    assert standalone("and for Team?", []) == "and for Team?"


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands_by_itself() -> None:
    chain = talk("How long do refunds take on a yearly plan?", "Five days.", "and monthly?", "They are not refunded.")
    assert standalone("and a trial?", chain).startswith("How long do refunds take on a yearly plan?")


def test_a_long_mail_leans_on_nothing() -> None:
    assert not leans("it " * 40)
