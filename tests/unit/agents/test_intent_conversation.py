from datetime import UTC, datetime

import pytest

from agents.intent.conversation import answers, chosen, follows_up, named, offered, only_figures
from core.types import Past

OPTIONS = ("refund_request", "invoice_copy", "plan_change")


def said(role: str, text: str, action: str | None = None) -> Past:
    return Past.model_validate({"role": role, "text": text, "at": datetime(2026, 3, 10, tzinfo=UTC), "action": action})


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("yes, the second one", ("invoice_copy",)),
        ("no, the first", ("refund_request",)),
        ("not the first, the second", ("invoice_copy",)),
        ("2", ("invoice_copy",)),
        ("the last one please", ("plan_change",)),
        ("the first and the third", ("refund_request", "plan_change")),
        ("all of them", OPTIONS),
        ("die zweite bitte", ("invoice_copy",)),
        ("le premier", ("refund_request",)),
        ("el segundo", ("invoice_copy",)),
        ("none of these", ()),
    ],
)
def test_a_place_picks_an_option(text: str, picked: tuple[str, ...]) -> None:
    assert chosen(text, OPTIONS) == picked


@pytest.mark.parametrize("text", ["A demo please", "that is all", "I was the first to report this", "last week I wrote to you", "both"])
def test_words_that_only_look_like_a_choice_pick_none_of_three(text: str) -> None:
    assert chosen(text, OPTIONS) is None


def test_both_are_two() -> None:
    assert chosen("both please", OPTIONS[:2]) == OPTIONS[:2]


def test_an_option_is_picked_by_its_name_when_only_one_has_it() -> None:
    assert named("the invoice thing", OPTIONS) == ("invoice_copy",)
    assert named("hello there", OPTIONS) is None


def test_options_are_those_that_the_last_question_named_in_its_order() -> None:
    question = said("automation", "Which is it? plan change, plan, refund", "clarify")
    assert offered((question,), ("refund", "plan", "plan_change")) == ("plan_change", "plan", "refund")
    assert offered((question, said("customer", "hm")), ("refund", "plan")) == ()
    assert offered((said("automation", "refund, plan"),), ("refund", "plan")) == ()


@pytest.mark.parametrize("text", ["INV-2231", "for 20 people", "order 4711", "12.03.2026", "anna@example.com", "about 5k euros"])
def test_figures_alone_say_nothing_new(text: str) -> None:
    assert only_figures(text)


@pytest.mark.parametrize("text", ["where is order 123?", "20 seats for marketing", "refund 500 euros", ""])
def test_figures_with_a_request_are_a_request(text: str) -> None:
    assert not only_figures(text)


def test_an_answer_follows_our_question_and_asks_nothing() -> None:
    asked = (said("agent", "May I have your name?"),)
    assert answers("Gwen Price", asked)
    assert not answers("can you book a demo instead", asked)
    assert not answers("Gwen Price", (said("agent", "One moment."),))


def test_only_a_few_words_follow_up() -> None:
    assert follows_up("still nothing")
    assert not follows_up("still I would like to know what the larger plan costs for us")
