"""The advisor answers from the handbook in its own words, cites what it says, and knows when it cannot."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.advisor.answers import Advisor
from agents.advisor.cited import uncited
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


def test_asked_how_it_gives_the_steps_whole_and_cites_each(advisor: Advisor) -> None:
    answer = advisor.answer("How do I ask for a refund?", refunds(), "en")
    assert "1. Write to billing.\n2. Name the invoice." in answer.answer
    assert [cite.quote for cite in answer.citations][-2:] == ["1. Write to billing.", "2. Name the invoice."]


@pytest.mark.parametrize(
    ("question", "given", "language", "reason"),
    [
        ("Are monthly plans refunded?", refunds("internal"), "en", "no passage"),
        ("Are monthly plans refunded?", refunds("restricted"), "en", "no passage"),
        ("Are monthly plans refunded?", (), "en", "no passage"),
        ("Werden Monatspläne erstattet?", refunds(), "de", "language"),
        ("What about my refund for invoice 4711?", refunds(), "en", "own records"),
        ("Has my refund been approved?", refunds(), "en", "own records"),
        ("When does our contract with you end?", refunds(), "en", "own records"),
        ("How tall is the Eiffel Tower?", refunds(), "en", "unanswerable"),
        ("Are monthly plans refunded? And who will win the football world cup?", refunds(), "en", "answered in part"),
        ("", refunds(), "en", "empty"),
        ("?!", refunds(), "en", "empty"),
    ],
)
def test_it_abstains_and_says_why(advisor: Advisor, question: str, given: tuple[Passage, ...], language: str, reason: str) -> None:
    assert advisor.answer(question, given, language) == Answer(abstained=True, reason=reason)


def test_a_page_in_the_senders_language_answers_and_pages_in_others_do_not(advisor: Advisor) -> None:
    page = Passage(document="erstattung", heading="Erstattung", text="Monatspläne werden nicht erstattet.", score=0.5, language="de")
    answer = advisor.answer("Werden Monatspläne erstattet?", (*refunds(), page), "de")
    assert [cite.document for cite in answer.citations] == ["erstattung"]
    assert advisor.answer("Are monthly plans refunded?", (page,), "en").reason == "no passage"


@pytest.mark.parametrize("question", [question for question, _ in ANSWERABLE])
def test_every_line_has_its_own_true_citation_from_at_most_two_passages(advisor: Advisor, question: str) -> None:
    found = passages(question)
    answer = advisor.answer(question, found, "en")
    assert uncited(answer, found) == ()
    assert len({(cite.document, cite.heading) for cite in answer.citations}) <= 2


def test_a_line_without_a_true_citation_is_named() -> None:
    whole = Advisor(encoder()).answer("Are monthly plans refunded?", refunds(), "en")
    first, *rest = whole.citations
    assert uncited(whole, refunds()) == ()
    assert uncited(whole.model_copy(update={"answer": f"{whole.answer}\nAnd so on."}), refunds()) == ("And so on.",)
    forged = whole.model_copy(update={"citations": (first.model_copy(update={"quote": "All plans are refunded."}), *rest)})
    assert uncited(forged, refunds()) == (whole.answer.splitlines()[0],)
    assert uncited(whole, refunds("internal")) == tuple(whole.answer.splitlines())
    assert uncited(whole.model_copy(update={"citations": (*whole.citations, first)}), refunds()) == ("(no line for refunds)",)


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


def test_what_no_passage_has_ever_heard_of_makes_an_answer_less_likely(advisor: Advisor) -> None:
    known, unknown = (advisor.answer(f"Do you refund annual plans of {name}?", refunds(), "en") for name in ("ours", "Zorblatt"))
    assert not known.abstained
    assert unknown.abstained or unknown.citations[0].score < known.citations[0].score


def test_an_answer_is_the_same_every_time(advisor: Advisor) -> None:
    question = "How do I cancel my plan?"
    assert advisor.answer(question, passages(question), "en") == Advisor(encoder()).answer(question, passages(question), "en")


def test_excerpts_keep_to_the_budget_and_bring_the_nearest_sentences(advisor: Advisor) -> None:
    question = "How long does a card refund take?"
    cut = advisor.excerpts(question, passages(question), chars=400)
    assert sum(len(passage.text) for passage in cut) <= 400
    assert "5 to 10 business days" in "\n".join(passage.text for passage in cut)
    assert advisor.excerpts(question, refunds("internal"), chars=400) == ()


def test_the_row_of_a_table_is_excerpted_below_its_header(advisor: Advisor) -> None:
    table = "| Plan | Price |\n|---|---|\n" + "\n".join(f"| {name} | ${at} |" for at, name in enumerate("ABCDEFGH", 10))
    page = Passage(document="prices", heading="Prices", text=table, score=0.5)
    (cut,) = advisor.excerpts("What is the price of plan C?", (page,), chars=45)
    assert cut.text.startswith("| Plan | Price |\n|---|---|\n| ")


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
def test_every_line_of_every_unit_stands_verbatim_in_its_passage(text: str) -> None:
    lines = [line for unit in units(text) for line in unit.lines]
    assert all(line.quote in text and "\n" not in line.text for line in lines)
