"""The advisor answers from the handbook in its own words, cites what it says, and knows when it cannot."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.advisor.answers import Advisor
from agents.advisor.sentences import units
from core.types import Answer, Audience, Passage
from tests.support.handbook import ROOT, encoder, passages
from tests.unit.agents.questions import ANSWERABLE, UNANSWERABLE

pytestmark = pytest.mark.skipif(not (ROOT / "build" / "encoder" / "model.onnx").is_file(), reason="the encoder is built by make setup")

REFUNDS = "Annual plans are refunded in full within 30 days. Monthly plans are not refunded.\n\n1. Write to billing.\n2. Name the invoice."


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return Advisor(encoder())


def refunds(audience: Audience = "public") -> tuple[Passage, ...]:
    return (Passage(document="refunds", heading="Refunds", text=REFUNDS, score=0.7, audience=audience),)


def says(answer: Answer) -> str:
    return " ".join(citation.quote for citation in answer.citations).replace("**", "")


def test_it_answers_with_the_sentence_that_fits_and_cites_it(advisor: Advisor) -> None:
    answer = advisor.answer("Are monthly plans refunded?", refunds(), "en")
    assert "Monthly plans are not refunded." in answer.answer
    assert "Monthly plans are not refunded." in [citation.quote for citation in answer.citations]


def test_asked_how_it_gives_the_steps_whole(advisor: Advisor) -> None:
    answer = advisor.answer("How do I ask for a refund?", refunds(), "en")
    assert "1. Write to billing.\n2. Name the invoice." in answer.answer


@pytest.mark.parametrize(
    ("question", "given", "language", "reason"),
    [
        ("Are monthly plans refunded?", refunds("internal"), "en", "no passage"),
        ("Are monthly plans refunded?", refunds("restricted"), "en", "no passage"),
        ("Are monthly plans refunded?", (), "en", "no passage"),
        ("Werden Monatspläne erstattet?", refunds(), "de", "language"),
        ("What about my refund for invoice 4711?", refunds(), "en", "own records"),
        ("Has my refund been approved?", refunds(), "en", "own records"),
        ("How tall is the Eiffel Tower?", refunds(), "en", "unanswerable"),
        ("Are monthly plans refunded? And who will win the football world cup?", refunds(), "en", "answered in part"),
        ("", refunds(), "en", "empty"),
        ("?!", refunds(), "en", "empty"),
    ],
)
def test_it_abstains_and_says_why(advisor: Advisor, question: str, given: tuple[Passage, ...], language: str, reason: str) -> None:
    assert advisor.answer(question, given, language) == Answer(abstained=True, reason=reason)


@pytest.mark.parametrize("question", [question for question, _ in ANSWERABLE])
def test_every_citation_is_verbatim_and_from_at_most_two_passages(advisor: Advisor, question: str) -> None:
    found = passages(question)
    answer = advisor.answer(question, found, "en")
    texts = {(passage.document, passage.heading): "\n".join(p.text for p in found if p.heading == passage.heading) for passage in found}
    assert len(answer.citations) <= 4
    assert len({citation.heading for citation in answer.citations}) <= 2
    assert all(citation.quote in texts[citation.document, citation.heading] for citation in answer.citations)


@pytest.mark.parametrize("half", [0, 1])
def test_most_questions_get_the_right_sentence(advisor: Advisor, half: int) -> None:
    asked = ANSWERABLE[half::2]
    right = sum(key in says(advisor.answer(question, passages(question), "en")) for question, key in asked)
    assert right / len(asked) >= 0.85


@pytest.mark.parametrize("half", [0, 1])
def test_hardly_any_question_beyond_the_handbook_is_answered(advisor: Advisor, half: int) -> None:
    asked = UNANSWERABLE[half::2]
    answered = [question for question in asked if not advisor.answer(question, passages(question), "en").abstained]
    assert len(answered) / len(asked) <= 0.15


def test_an_answer_is_the_same_every_time(advisor: Advisor) -> None:
    question = "How do I cancel my plan?"
    assert advisor.answer(question, passages(question), "en") == Advisor(encoder()).answer(question, passages(question), "en")


def test_excerpts_keep_to_the_budget_and_bring_the_nearest_sentences(advisor: Advisor) -> None:
    question = "How long does a card refund take?"
    cut = advisor.excerpts(question, passages(question), chars=400)
    assert sum(len(passage.text) for passage in cut) <= 400
    assert "5 to 10 business days" in "\n".join(passage.text for passage in cut)
    assert advisor.excerpts(question, refunds("internal"), chars=400) == ()


def test_tables_lists_and_sentences_are_units_of_their_own() -> None:
    text = "See e.g. No. 5 here. It costs $1.50!\n\n| Plan | Price |\n|---|---|\n| A | $1 |\n\nUse one of these:\n\n- tea\n- milk\n"
    assert [unit.text for unit in units(text)] == [
        "See e.g. No. 5 here.",
        "It costs $1.50!",
        "A – Price: $1.",
        "Use one of these: tea",
        "Use one of these: milk",
    ]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1 .:!?|-*#>\n"), max_size=120))
def test_every_unit_stands_verbatim_in_its_passage(text: str) -> None:
    assert all(unit.quote in text for unit in units(text))
