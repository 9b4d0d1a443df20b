"""A written reply leaves only with what the cited passages say."""

import json
from functools import cache
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.advisor.cited import uncited
from agents.advisor.claims import dates, numbers
from agents.advisor.grounding import LONGEST_DRAFT, check, objections, unsupported_claims
from agents.advisor.names import names
from agents.advisor.quantities import quantities
from agents.advisor.vectors import Vectors
from core.types import Answer, Passage
from tests.support.handbook import ROOT, chunks, encoder

pytestmark = pytest.mark.skipif(not (ROOT / "build" / "encoder" / "model.onnx").is_file(), reason="the encoder is built by make setup")

TEXT = (
    "Annual plans are refunded in full within 30 days of purchase. Monthly plans are not refunded. "
    "Business costs $1,380.50 for 20 seats. Write to billing@fernhill.example before 31 March 2026."
)
PASSAGES = (
    Passage(document="refunds", heading="Refunds", text=TEXT, score=0.8),
    Passage(document="margins", heading="Margins", text="We can give 35 % off.", score=0.9, audience="internal"),
)
ASKED = "We are 12 people at Orchard Bank. Can you refund 5000 dollars by Friday?"
PLANS = ("starter", "team", "business", "enterprise")


@cache
def vectors() -> Vectors:
    return Vectors(encoder())


def checked(draft: str) -> Answer:
    return check(draft, PASSAGES, ASKED, vectors())


@pytest.mark.parametrize(
    "sentence",
    [
        "Annual plans are refunded in full within 30 days.",
        "Within thirty days of purchase, annual plans are refunded in full.",
        "Monthly plans are not refunded.",
        "Business costs $1380.50 for 20 seats.",
        "Für 20 Plätze kostet Business 1.380,50 US-Dollar.",
        "Please write to billing@fernhill.example before 2026-03-31.",
        "Un plan annuel est remboursé dans les 30 jours.",
    ],
)
def test_what_the_passage_says_stays_with_its_citation(sentence: str) -> None:
    answer = checked(f"{sentence[:-1]} [1].")
    assert answer.answer == sentence
    assert [cite.document for cite in answer.citations] == ["refunds"]
    assert uncited(answer, PASSAGES) == ()


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Annual plans are refunded in full within 60 days.", "60"),
        ("Business costs $1,380.55 for 20 seats.", "1380.55"),
        ("You have forty-five or ninety days.", "90"),
        ("Write before 30 April 2026.", "30.4."),
        ("Our colleague Sunita will call.", "Sunita"),
        ("Sunita will call you.", "Sunita"),
        ("It is covered by SOC rules.", "SOC"),
        ("Write to refunds@evil.example.", "refunds@evil.example"),
        ("See https://evil.example/pay for more.", "https://evil.example/pay"),
        ("We guarantee it.", "guarantee"),
        ("You get a discount.", "discount"),
        ("Wir geben Ihnen einen Rabatt.", "discount"),
        ("We will refund your 5000 dollars.", "5000"),
        ("Unsere Kollegin Sunita Rao ruft Sie an.", "Rao"),
        ("Monthly plans are refunded.", "the opposite is said"),
        ("Annual plans are not refunded in full within 30 days of purchase.", "the opposite is said"),
        ("The moon is made of cheese.", "the passage does not say this"),
        ("Annual plans are refunded in full within 30 months of purchase.", "30 month"),
        ("Annual plans are refunded in full within 30 years.", "30 year"),
        ("Annual plans are refunded in full within 30 business days of purchase.", "30 business day"),
        ("Business costs €1,380.50 for 20 seats.", "1380.5 €"),
        ("Business costs 1,380.50 euros for 20 seats.", "1380.5 €"),
        ("Annual plans are refunded in full within 30 days of cancellation.", "30 days is not counted from cancellation"),
        ("Annual plans are refunded in part within 30 days of purchase.", "the passage does not say part"),
        ("Annual plans are always refunded.", "the passage does not say always"),
        ("All plans are refunded in full.", "the passage does not say all"),
        ("Yes, you can have that.", "nothing in it can be looked up"),
        (
            "Annual plans are refunded in full within 30 days of purchase and also of any add-ons and of our consulting.",
            "the passage has nothing of add, ons, consulting",
        ),
        ("Business costs $1,380.50 for 20 workflows.", "the passage has nothing of workflows"),
        ("Monatliche Tarife werden voll erstattet.", "the opposite is said"),
        ("Los planes mensuales se reembolsan.", "the opposite is said"),
        ("Sie können gern zu uns kommen.", "the passage does not say this"),
    ],
)
def test_what_it_does_not_say_is_named(sentence: str, claim: str) -> None:
    assert claim in objections(sentence, PASSAGES[0], ASKED, vectors())
    assert checked(f"{sentence} [1]") == Answer(abstained=True, reason="unsupported")


def test_what_the_conversation_said_may_be_said_again_but_no_promise_rests_on_it() -> None:
    assert unsupported_claims("You are 12 people at Orchard Bank.", PASSAGES, ASKED) == ()
    assert unsupported_claims("We will refund 5000 dollars.", PASSAGES, ASKED) == ("5000",)


def test_an_unsupported_sentence_is_removed_and_the_rest_stays() -> None:
    answer = checked("Monthly plans are not refunded [1]. Annual plans are refunded in full within 30 days [1]. So Sunita agrees [1].")
    assert answer.answer == "Monthly plans are not refunded.\nAnnual plans are refunded in full within 30 days."
    assert [cite.quote for cite in answer.citations] == [
        "Monthly plans are not refunded.",
        "Annual plans are refunded in full within 30 days of purchase.",
    ]


def test_too_little_left_is_an_abstention() -> None:
    draft = "Monthly plans are not refunded [1]. We guarantee 90 % off for all your friends and colleagues, promised by Sunita [1]."
    assert checked(draft) == Answer(abstained=True, reason="unsupported")


def test_each_sentence_stands_on_the_passage_that_it_cites() -> None:
    other = Passage(document="offices", heading="Offices", text="The office in Bristol opens at 9.", score=0.5)
    both = (PASSAGES[0], other)
    right = check("Monthly plans are not refunded [1]. The office in Bristol opens at 9 [2].", both, "", vectors())
    assert [cite.document for cite in right.citations] == ["refunds", "offices"]
    swapped = check("Monthly plans are not refunded [2]. The office in Bristol opens at 9 [1].", both, "", vectors())
    assert swapped == Answer(abstained=True, reason="unsupported")
    several = check("Monthly plans are not refunded [2][1].", both, "", vectors())
    assert [cite.document for cite in several.citations] == ["refunds"]


def test_a_mark_stands_for_the_sentences_before_it_and_for_none_after() -> None:
    answer = checked("Annual plans are refunded in full within 30 days. Monthly plans are not refunded. [1] Business is fine.")
    assert answer.answer.splitlines() == ["Annual plans are refunded in full within 30 days.", "Monthly plans are not refunded."]


@pytest.mark.parametrize("draft", ["", "Monthly plans are not refunded.", "Monthly plans are not refunded [2].", "Not refunded [7]. [0]"])
def test_without_a_mark_of_a_public_passage_nothing_is_said(draft: str) -> None:
    assert checked(draft) == Answer(abstained=True, reason="no citation")


@pytest.mark.parametrize(
    "draft",
    [
        " " * 20_000,
        " " * 19_990 + "x [1]",
        "[" * 20_000,
        "[1," * 6_600 + "[1]",
        "word " * 4_000,
        "a" * 5_990 + " [1]",
        "A " * 2_990 + "[1]",
    ],
    ids=["blanks", "blanks and a mark", "brackets", "open marks", "no mark", "one word", "letters"],
)
def test_a_draft_as_long_as_may_be_is_checked_at_once(draft: str) -> None:
    checked("Monthly plans are not refunded [1].")
    begun = monotonic()
    assert checked(draft).abstained
    assert monotonic() - begun < 0.5


def test_a_draft_is_read_up_to_its_bound_and_no_sentence_beyond_any_measure_is_taken() -> None:
    kept = "Monthly plans are not refunded [1]. "
    assert len(checked(kept * 1_000).answer) < LONGEST_DRAFT
    assert checked(f"Monthly plans are not refunded{', really' * 100} [1].") == Answer(abstained=True, reason="unsupported")


def test_a_sentence_with_a_blank_to_fill_in_stays_out() -> None:
    assert checked("Annual plans are refunded in full within 30 days [1]. Dear [name], monthly plans are not refunded [1].").answer == (
        "Annual plans are refunded in full within 30 days."
    )


def test_of_another_language_than_english_only_its_own_sentences_are_checked() -> None:
    german = Passage(document="tarife", heading="Tarife", text="Monatliche Tarife werden nicht erstattet.", score=0.8)
    assert objections("Monatliche Tarife werden nicht erstattet.", german, "", vectors()) == ()
    assert objections("Monthly plans are not refunded.", german, "", vectors()) == ("it is not in the language of the passage",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("60, 30 and 7 days", {("60", "day"), ("30", "day"), ("7", "day")}),
        ("5 to 10 business days", {("5", "business day"), ("10", "business day")}),
        ("fünf Werktage", {("5", "business day")}),
        ("$1,380.50 or 1.380,50 US-Dollar", {("1380.5", "$")}),
        ("100 GB, 99.9 %", {("100", "gb"), ("99.9", "%")}),
        ("a 30-day period", {("30", "day")}),
        ("version 17", {("17", "")}),
    ],
)
def test_a_number_is_read_with_what_it_counts(text: str, found: set[tuple[str, str]]) -> None:
    assert quantities(text) == found


# ---------------------------------------------------------------- measured on the example handbook


def objected(kind: str) -> list[bool]:
    rows = [json.loads(line) for line in (Path(__file__).parent / "claims_of_the_handbook.jsonl").read_text("utf-8").splitlines()]
    return [
        bool(objections(row["sentence"], passage(row["document"], row["heading"]), "", vectors(), PLANS))
        for row in rows
        if row["kind"] == kind
    ]


@cache
def passage(document: str, part: str) -> Passage:
    found = [chunk for chunk in chunks() if chunk.document == document and part in chunk.heading]
    text = "\n\n".join(chunk.text for chunk in found if chunk.heading == found[0].heading)
    return Passage(document=document, heading=found[0].heading, text=text, score=0.8)


@pytest.mark.parametrize(("kind", "most"), [("true", 0.05), ("true, written later", 0.1), ("true, in other words", 0.1)])
def test_hardly_any_true_sentence_in_other_words_is_removed(kind: str, most: float) -> None:
    removed = objected(kind)
    assert len(removed) >= 20
    assert sum(removed) / len(removed) <= most


def test_a_true_sentence_in_another_language_stays() -> None:
    assert objected("true, in another language") == [False] * 7


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("wrong number", 0.9),
        ("wrong plan", 0.9),
        ("invented or turned", 0.95),
        ("untrue, in another language", 0.95),
        ("swapped condition", 0.75),
        ("invented promise", 0.95),
        ("negated", 0.85),
        ("wrong passage", 0.95),
        ("untrue, written later", 0.85),
    ],
)
def test_most_sentences_that_are_subtly_untrue_are_removed(kind: str, least: float) -> None:
    removed = objected(kind)
    assert len(removed) >= 10
    assert sum(removed) / len(removed) >= least


# ---------------------------------------------------------------- what can be looked up


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Our colleague Sunita Rao works in Bristol.", {"Sunita", "Rao", "Bristol"}),
        ("Sunita will call you.", {"Sunita"}),
        ("You can open Settings and choose PDF.", {"Settings"}),
        ("Is it the SLA?", {"SLA"}),
        ("Die Kündigung wird zum Ende der Laufzeit wirksam.", set()),
        ("Innerhalb von 30 Tagen wird der volle Preis für Ihren Platz erstattet.", set()),
        ("Ihre Anfrage wurde von Frau Rao an die Buchhaltung gegeben.", {"Rao"}),
        ("Bitte sprechen Sie mit Sunita über die Rechnung.", {"Sunita"}),
        ("Wir haben das Dokument bei JetBrains gespeichert.", {"JetBrains"}),
        ("Notre collègue Sunita vous appelle.", {"Sunita"}),
        ("Nuestra compañera Sunita le llama.", {"Sunita"}),
    ],
)
def test_names_are_told_from_nouns(sentence: str, found: set[str]) -> None:
    assert names(sentence) == found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,000 and 1.000 and 1 000", {"1000"}),
        ("99.9 % or 99,9 %", {"99.9"}),
        ("$2,850.00", {"2850"}),
        ("0.125", {"0.125"}),
        ("two weeks, zwölf Tage", {"2", "12"}),
        ("on 10 March 2026 at 14", {"14"}),
        ("no number", set()),
    ],
)
def test_numbers_have_one_form(text: str, values: set[str]) -> None:
    assert numbers(text) - {"2026"} == values


@pytest.mark.parametrize("text", ["2026-03-10", "10 March", "March 10th", "10. März 2026", "le 10 mars", "el 10 de marzo", "10.03.2026"])
def test_dates_have_one_form(text: str) -> None:
    assert dates(text) == {(3, 10)}


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_draft_raises_and_every_kept_line_is_grounded(draft: str, conversation: str) -> None:
    answer = check(f"{draft} [1]", PASSAGES, conversation, vectors())
    assert answer.abstained or uncited(answer, PASSAGES) == ()
    assert answer.abstained or unsupported_claims(answer.answer, PASSAGES, conversation) == ()
