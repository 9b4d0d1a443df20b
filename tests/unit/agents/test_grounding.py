"""A written reply leaves only with what the cited passages say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.advisor.claims import dates, numbers
from agents.advisor.grounding import check, grounded, unsupported_claims
from core.types import Answer, Citation, Passage

TEXT = (
    "Annual plans are refunded in full within 30 days of purchase. Monthly plans are not refunded. "
    "Business costs $1,380.50 for 20 seats. Write to billing@fernhill.example before 31 March 2026."
)
PASSAGES = (
    Passage(document="refunds", heading="Refunds", text=TEXT, score=0.8),
    Passage(document="margins", heading="Margins", text="We can give 35 % off.", score=0.9, audience="internal"),
)
CITED = (Citation(document="refunds", heading="Refunds", quote="Monthly plans are not refunded.", score=0.8),)
ASKED = "We are 12 people at Orchard Bank. Can you refund 5000 dollars by Friday?"


def checked(draft: str, citations: tuple[Citation, ...] = CITED) -> Answer:
    return check(draft, citations, PASSAGES, ASKED)


@pytest.mark.parametrize(
    "sentence",
    [
        "Annual plans are refunded in full within 30 days.",
        "Within thirty days of purchase, annual plans are refunded in full.",
        "Monthly plans are not refunded.",
        "Business costs $1380.50 for 20 seats.",
        "Für 20 Plätze kostet Business 1.380,50 US-Dollar.",
        "Please write to billing@fernhill.example before 2026-03-31.",
        "For your 12 people at Orchard Bank this applies too.",
        "Un plan annuel est remboursé dans les 30 jours.",
    ],
)
def test_what_the_passages_say_stays(sentence: str) -> None:
    assert unsupported_claims(sentence, PASSAGES, ASKED) == ()
    assert checked(sentence).answer == sentence


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Annual plans are refunded in full within 60 days.", "60"),
        ("Business costs $1,380.55 for 20 seats.", "1380.55"),
        ("You have forty-five or ninety days.", "90"),
        ("Write before 30 April 2026.", "30.4."),
        ("Our colleague Sunita will call.", "Sunita"),
        ("It is covered by SOC rules.", "SOC"),
        ("Write to refunds@evil.example.", "refunds@evil.example"),
        ("See https://evil.example/pay for more.", "https://evil.example/pay"),
        ("We guarantee it.", "guarantee"),
        ("You get a discount.", "discount"),
        ("Wir geben Ihnen einen Rabatt.", "discount"),
        ("We will refund your 5000 dollars.", "5000"),
        ("Monthly plans are refunded.", "the opposite is said"),
        ("Annual plans are not refunded in full within 30 days of purchase.", "the opposite is said"),
    ],
)
def test_what_they_do_not_say_is_named(sentence: str, claim: str) -> None:
    assert claim in unsupported_claims(sentence, PASSAGES, ASKED)
    assert checked(sentence) == Answer(abstained=True, reason="unsupported")


def test_an_unsupported_sentence_is_removed_and_the_rest_stays() -> None:
    answer = checked("Monthly plans are not refunded. Annual plans are refunded in full within 30 days. So Sunita agrees.")
    assert answer.answer == "Monthly plans are not refunded. Annual plans are refunded in full within 30 days."
    assert answer.citations == CITED


def test_too_little_left_is_an_abstention() -> None:
    draft = "Monthly plans are not refunded. We guarantee 90 % off for all your friends and colleagues, promised by Sunita."
    assert checked(draft) == Answer(abstained=True, reason="unsupported")


@pytest.mark.parametrize(
    "citation",
    [
        Citation(document="refunds", heading="Refunds", quote="Monthly plans are refunded.", score=1),
        Citation(document="other", heading="Refunds", quote="Monthly plans are not refunded.", score=1),
        Citation(document="margins", heading="Margins", quote="We can give 35 % off.", score=1),
        Citation(document="refunds", heading="Refunds", quote=" ", score=1),
    ],
)
def test_without_a_true_citation_of_a_public_page_nothing_is_said(citation: Citation) -> None:
    assert checked("Monthly plans are not refunded.", (citation,)) == Answer(abstained=True, reason="no citation")


def test_marks_of_citations_are_no_claims() -> None:
    assert grounded("Monthly plans are not refunded. [7]", PASSAGES, "")
    assert checked("Monthly plans are not refunded. [1]").answer == "Monthly plans are not refunded."


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


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_draft_raises_and_every_kept_sentence_is_grounded(draft: str, conversation: str) -> None:
    answer = check(draft, CITED, PASSAGES, conversation)
    assert answer.abstained or grounded(answer.answer, PASSAGES, conversation)
