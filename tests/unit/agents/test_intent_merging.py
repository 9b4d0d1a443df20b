from datetime import UTC, datetime
from typing import Any

from agents.intent.merging import merge
from core.company import IntentDef, Intents
from core.learning import Example

OWN = Intents(
    intents=(IntentDef(name="refund", utterances=("my money back",)), IntentDef(name="outage", utterances=("it is down",))),
    out_of_scope=("a pasta recipe",),
)


def example(id: str, text: str, label: str | None, **changes: Any) -> Example:
    given = {"turn_id": "t", "conversation_id": "c", "said": None, "sure": 0.5, "model": "m", "person": "ann", "status": "accepted"}
    return Example(id=id, text=text, label=label, created_at=datetime(2026, 3, 10, tzinfo=UTC), **{**given, **changes})


def test_what_was_taught_stands_beside_the_companys_own() -> None:
    found = merge(OWN, [example("x1", "give it back to me", "refund"), example("x2", "my cat is ill", None)])
    assert [intent.utterances for intent in found.intents.intents] == [("my money back", "give it back to me"), ("it is down",)]
    assert found.intents.out_of_scope == ("a pasta recipe", "my cat is ill")
    assert found.taught == {"give it back to me": "x1", "my cat is ill": "x2"}
    assert found.utterances == 5


def test_the_order_of_corrections_does_not_make_another_model() -> None:
    one, two = example("x1", "b", "refund"), example("x2", "a", "refund")
    assert merge(OWN, [one, two]).intents == merge(OWN, [two, one]).intents


def test_nothing_taught_is_the_companys_own_content() -> None:
    assert merge(OWN, []).intents == OWN


def test_an_example_of_an_intent_that_is_no_more_is_reported() -> None:
    found = merge(OWN, [example("x1", "how much is it", "pricing")])
    assert (found.intents, [(each.id, each.why) for each in found.skipped]) == (
        OWN,
        [("x1", "the company has no intent 'pricing' any more")],
    )


def test_what_the_company_says_of_a_text_counts_more() -> None:
    found = merge(OWN, [example("x1", "My money  back", "outage"), example("x2", "it is down", "outage")])
    assert [each.why for each in found.skipped] == ["intents.yaml says of this text: refund", "intents.yaml has this text already"]
    assert found.intents == OWN


def test_of_two_words_on_one_text_the_later_counts() -> None:
    found = merge(OWN, [example("x1", "again", "refund"), example("x2", "Again", "outage")])
    assert found.taught == {"Again": "x2"}
    assert [each.why for each in found.skipped] == ["the same text as x2, which is later"]
