"""What a chat model writes is for this sender's plan, is held against other pages, and never stands over the advisor's reason to wait."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from agents.advisor.answers import Advisor
from agents.advisor.cited import uncited
from agents.outputs import Assessed, Reply
from agents.writer import Writer
from core.receipt import Receipt
from core.types import Passage, Past
from graph.router import Lane
from tests.support.company import TUESDAY, FixedRetriever, crew, example, reading, turn
from tests.support.handbook import ROOT, encoder
from tests.support.purse import Kept, purse, unlearned
from tests.unit.agents.test_advisor_depends import ASKED, DESKS, PLANS, TABLE, UPTIME, WIDE, page
from tests.unit.agents.test_writer import UNSURE, Scripted

pytestmark = pytest.mark.skipif(not (ROOT / "build" / "encoder" / "model.onnx").is_file(), reason="the encoder is built by make setup")

TEAM = {"tier": "team"}
QUOTES = (
    page("A written quote is valid for 30 days.", "Quotes", "sales"),
    page("A written quote is valid for 60 days.", "Quotes", "terms"),
)


@cache
def advisor() -> Advisor:
    return Advisor(encoder(), plans=(*PLANS, "enterprise"))


async def received(model: Scripted, text: str, *passages: Passage, sure: bool = True, tier: str = "") -> Receipt:
    own = (purse(model), lambda: example().intents, "Fernhill Software", advisor(), Kept())
    read = reading("how_to_question") if sure else UNSURE
    facts: dict[str, object] = {"known": True, "tier": tier} if tier else {}
    parts = crew(read, facts, writer=Writer(*own, unlearned()), retriever=FixedRetriever(passages))
    outcome = await Lane(replace(parts, advisor=advisor())).start(turn(text))
    return outcome.receipt


# ---------------------------------------------------------------- the sender's plan


@pytest.mark.parametrize(
    ("text", "known", "left", "gone"),
    [
        (TABLE, TEAM, "| Team | 8 hours |", "4 hours"),
        (WIDE, TEAM, "| Storage | 5 GB |", "$30"),
        (UPTIME, {"tier": "enterprise"}, "99.95 %", "99.9 %"),
        (f"{TABLE}\n\nEverybody may write by mail.", {"tier": "enterprise"}, "Everybody may write", "4 hours"),
    ],
)
def test_a_model_is_shown_what_holds_for_the_sender_alone(text: str, known: dict[str, str], left: str, gone: str) -> None:
    (shown,) = advisor().fitting((page(text),), (), known)
    assert left in shown.text
    assert gone not in shown.text


def test_what_differs_by_nothing_and_what_nobody_knows_is_shown_as_it_is() -> None:
    whole = (page(TABLE), page(DESKS, "Desks"), page("You may pay by card.", "Paying"))
    assert advisor().fitting(whole, (), {}) == whole
    assert advisor().fitting(whole[2:], (), TEAM) == whole[2:]


def test_a_section_for_another_plan_is_not_shown_and_what_the_customer_says_counts_before_the_records() -> None:
    sections = (page(TABLE), page("Someone answers within 4 hours.", "Support on the Business plan"))
    assert [each.heading for each in advisor().fitting(sections, (), TEAM)] == ["First response times"]
    (_, business) = advisor().fitting(sections, ("And on the Business plan?",), TEAM)
    assert "4 hours" in business.text


async def test_a_draft_for_another_plan_does_not_replace_the_answer() -> None:
    model = Scripted(Reply(reply="Someone answers within 4 hours [1]."))
    receipt = await received(model, ASKED, page(TABLE), tier="team")
    assert "4 hours" not in model.prompts[0].user
    assert receipt.plan.action == "answer"
    assert "8 hours" in receipt.plan.draft
    assert "4 hours" not in receipt.plan.draft


async def test_an_unsure_turns_one_call_is_shown_the_senders_plan_alone() -> None:
    model = Scripted(Assessed(intent="none", draft=""))
    await received(model, ASKED, page(TABLE), sure=False, tier="team")
    assert "8 hours" in model.prompts[0].user
    assert "4 hours" not in model.prompts[0].user


def test_a_sentence_that_names_another_plan_alone_is_left_out() -> None:
    draft = advisor().check("The first response on Team comes within 8 hours [1].", (page(TABLE),), ASKED)
    both = draft.model_copy(
        update={"answer": f"{draft.answer}\nOn Business it is 4 hours.\nYou may wait.", "citations": draft.citations * 3}
    )
    kept = advisor().reviewed(both, (page(TABLE),), known=TEAM)
    assert kept.answer.splitlines() == [draft.answer, "You may wait."]
    only = draft.model_copy(update={"answer": "On Business it is 4 hours."})
    assert advisor().reviewed(only, (page(TABLE),), known=TEAM).reason == "unsupported"


def test_a_row_shown_without_columns_is_cited_as_the_page_has_it() -> None:
    shown = advisor().fitting((page(WIDE),), (), TEAM)
    draft = advisor().check("The price per seat on Team is $20 [1].", shown, "")
    assert uncited(draft, (page(WIDE),))
    kept = advisor().reviewed(draft, (page(WIDE),), known=TEAM)
    assert [cite.quote for cite in kept.citations] == ["| Price per seat | $10 | $20 | $30 |"]


async def test_what_the_answer_depends_on_is_asked_though_a_model_would_answer() -> None:
    model = Scripted(Assessed(intent="how_to_question", draft="On Business the first response comes within 4 hours [1]."))
    receipt = await received(model, ASKED, page(TABLE), sure=False)
    assert next(signal.value for signal in receipt.signals if signal.name == "handbook") == "underspecified"
    assert "4 hours" not in receipt.plan.draft


# ---------------------------------------------------------------- conflicts and freshness

VALID = "A written quote is valid for 60 days. [2]"


def test_pages_that_disagree_about_a_draft_are_not_chosen_between() -> None:
    draft = advisor().check(VALID, QUOTES, "")
    assert not draft.abstained
    answer = advisor().reviewed(draft, QUOTES)
    assert (answer.reason, answer.answer) == ("conflict", "")
    assert [(caveat.kind, set(caveat.documents)) for caveat in answer.caveats] == [("conflict", {"sales", "terms"})]


def test_an_internal_page_counts_against_a_draft_and_its_text_stays_inside() -> None:
    draft = advisor().check("A written quote is valid for 30 days. [1]", QUOTES, "")
    assert not advisor().reviewed(draft, QUOTES[:1]).abstained
    answer = advisor().reviewed(draft, QUOTES[:1], internal=(QUOTES[1].model_copy(update={"audience": "internal"}),))
    assert answer.reason == "conflict"
    assert "60" not in answer.model_dump_json()


async def test_where_the_advisor_has_no_answer_a_draft_that_pages_disagree_about_goes_to_a_person() -> None:
    question = "Is the offer on my desk still good?"
    assert advisor().answer(question, QUOTES, "en").caveats == ()
    receipt = await received(Scripted(Assessed(intent="how_to_question", draft=VALID)), question, *QUOTES, sure=False)
    assert receipt.plan.action == "handoff"
    assert [set(caveat.documents) for caveat in receipt.caveats] == [{"sales", "terms"}]


async def test_a_conflict_found_only_when_the_reply_is_written_reaches_a_person_and_the_receipt() -> None:
    receipt = await received(Scripted(Reply(reply=VALID.replace("2", "3"))), ASKED, page(TABLE), *QUOTES, tier="team")
    assert (receipt.plan.action, receipt.plan.draft) == ("handoff", "")
    assert [caveat.kind for caveat in receipt.caveats] == ["conflict"]


def test_what_pages_say_of_other_plans_is_no_conflict_for_this_sender() -> None:
    pages = (page(WIDE), page(WIDE.replace("$30", "$35"), document="other"))
    draft = advisor().check("The price per seat on Team is $20 [1].", advisor().fitting(pages, (), TEAM), "")
    assert not advisor().reviewed(draft, pages, known=TEAM).abstained
    assert advisor().reviewed(draft, pages).reason == "conflict"


def test_a_page_that_changed_since_it_was_spoken_of_is_named_with_a_draft_too() -> None:
    before = (Past(role="automation", text="A written quote is valid for 90 days.", at=TUESDAY),)
    changed = QUOTES[0].model_copy(update={"changed_at": TUESDAY + timedelta(hours=1)})
    draft = advisor().check("A written quote is valid for 30 days. [1]", (changed,), "")
    answer = advisor().reviewed(draft, (changed,), history=before)
    assert (answer.answer, [caveat.kind for caveat in answer.caveats]) == (draft.answer, ["newer"])
