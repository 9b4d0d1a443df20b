"""Nothing leaves that stands on no passage."""

import pytest

from agents.guardian import Guardian
from core.types import Answer, Citation, Intake, Plan, Ruling
from tests.support.company import PASSAGE, turn

CITE = Citation(document=PASSAGE.document, heading=PASSAGE.heading, quote=PASSAGE.text, score=0.8)
CITED = Answer(answer=PASSAGE.text, abstained=False, citations=(CITE,))


def review(unsigned: Answer, action: str = "answer") -> Ruling:
    signed = unsigned.model_copy(update={"answer": f"Thank you.\n\n{unsigned.answer}\n\nA machine wrote this."})
    plan = Plan.model_validate({"action": action, "level": 0})
    return Guardian((), "lead").review(turn(), Intake(text="?", language="en"), plan, signed, (), unsigned, (PASSAGE,))


def test_an_answer_of_which_each_line_is_cited_leaves_in_the_companys_frame() -> None:
    assert review(CITED).verdict == "allow"


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": f"{PASSAGE.text}\nYou also get a car."},
        {"citations": (CITE.model_copy(update={"quote": "You also get a car."}),)},
        {"citations": (CITE.model_copy(update={"document": "another"}),)},
        {"citations": (CITE, CITE)},
    ],
)
def test_a_line_that_stands_on_no_passage_never_leaves(changes: dict[str, object]) -> None:
    assert review(CITED.model_copy(update=changes)).verdict == "deny"


def test_a_question_back_needs_no_passage() -> None:
    assert review(Answer(answer="Which plan?", abstained=False, reason="clarify"), "clarify").verdict == "allow"
