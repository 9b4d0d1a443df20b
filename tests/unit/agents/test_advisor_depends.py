"""What depends on something unsaid is asked once, what goes beyond the rules is left to people, what disagrees is not chosen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agents.advisor.answers import Advisor
from agents.advisor.exceptions import wants_exception
from core.types import Answer, Passage, Past
from tests.support.handbook import ROOT, encoder, passages
from tests.unit.agents.contradictions import AGREE, CONTRADICT
from tests.unit.agents.questions import ANSWERABLE, UNANSWERABLE

pytestmark = pytest.mark.skipif(not (ROOT / "build" / "encoder" / "model.onnx").is_file(), reason="the encoder is built by make setup")

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLANS = ("starter", "team", "business")
TABLE = "| Plan | First response |\n|---|---|\n| Starter | 1 business day |\n| Team | 8 hours |\n| Business | 4 hours |"
DESKS = "| Desk | Opening hours |\n|---|---|\n| Bristol | 09:00-17:00 |\n| Singapore | 01:00-09:00 |"
WIDE = "| | Starter | Team | Business |\n|---|---|---|---|\n| Price per seat | $10 | $20 | $30 |\n| Storage | 1 GB | 5 GB | 9 GB |"
UPTIME = "The Business plan has an uptime SLA of 99.9 % a month. The Enterprise plan has an uptime SLA of 99.95 % a month."
ASKED = "How long is the first response time?"


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return Advisor(encoder(), plans=PLANS)


def page(text: str, heading: str = "First response times", document: str = "support", **more: object) -> Passage:
    return Passage.model_validate({"document": document, "heading": heading, "text": text, "score": 0.6, **more})


# ---------------------------------------------------------------- underspecified


@pytest.mark.parametrize(
    ("text", "question", "asked"),
    [
        (TABLE, ASKED, "Which plan is your question about: Starter, Team or Business?"),
        (WIDE, "What is the price per seat?", "Which plan is your question about: Starter, Team or Business?"),
        (DESKS, "What are the opening hours of support?", "Which region is your question about: Bristol or Singapore?"),
        (UPTIME, "What uptime SLA do you promise?", "Which plan is your question about: Business or Enterprise?"),
    ],
)
def test_what_differs_by_plan_or_region_is_asked_for(text: str, question: str, asked: str) -> None:
    answer = Advisor(encoder(), plans=(*PLANS, "enterprise")).answer(question, (page(text),), "en")
    assert (answer.reason, answer.question, answer.answer) == ("underspecified", asked, "")


@pytest.mark.parametrize(
    ("question", "known", "history"),
    [
        ("How long is the first response time on Team?", {}, ()),
        ("We are on the team plan. How long is the first response time?", {}, ()),
        (ASKED, {"tier": "team"}, ()),
        (ASKED, {}, (Past(role="customer", text="Our Team plan is new.", at=NOON),)),
        (ASKED, {"tier": "business"}, (Past(role="customer", text="We have the Team plan.", at=NOON),)),
    ],
)
def test_what_was_said_or_is_on_record_settles_it(
    advisor: Advisor, question: str, known: dict[str, str], history: tuple[Past, ...]
) -> None:
    answer = advisor.answer(question, (page(TABLE),), "en", known=known, history=history)
    assert answer.answer == "Team – First response: 8 hours."
    assert [cite.quote for cite in answer.citations] == ["| Team | 8 hours |"]


def test_a_column_is_told_alone_where_the_plan_is_known(advisor: Advisor) -> None:
    answer = advisor.answer("What is the price per seat?", (page(WIDE),), "en", known={"tier": "team"})
    assert answer.answer.splitlines()[0] == "Price per seat – Team: $20."


def test_it_is_asked_once_and_then_every_case_is_told(advisor: Advisor) -> None:
    before = (Past(role="customer", text="How fast?", at=NOON, action="clarify"), Past(role="automation", text="Which plan?", at=NOON))
    answer = advisor.answer(ASKED, (page(TABLE),), "en", history=before)
    assert len(answer.answer.splitlines()) == len(answer.citations) == 3


@pytest.mark.parametrize("question", ["Which plan has the fastest first response?", "Is there a first response time on all plans?"])
def test_who_asks_about_the_plans_themselves_hears_of_all(advisor: Advisor, question: str) -> None:
    assert not advisor.answer(question, (page(TABLE),), "en").question


def test_what_is_the_same_for_all_is_not_asked_for(advisor: Advisor) -> None:
    same = TABLE.replace("1 business day", "4 hours").replace("8 hours", "4 hours")
    assert not advisor.answer(ASKED, (page(same),), "en").question


@pytest.mark.parametrize(
    ("language", "text", "question", "begins"),
    [
        ("de", "| Tarif | Antwortzeit |\n|---|---|\n| Basis | 8 Stunden |\n| Profi | 4 Stunden |", "Antwortzeit", "Auf welchen Tarif"),
        ("fr", "| Offre | Délai de réponse |\n|---|---|\n| Base | 8 heures |\n| Pro | 4 heures |", "Délai de réponse", "Sur quelle offre"),
    ],
)
def test_the_question_is_asked_in_the_language_of_the_sender(
    advisor: Advisor, language: str, text: str, question: str, begins: str
) -> None:
    answer = advisor.answer(question, (page(text, question, language=language),), language)
    assert answer.question.startswith(begins)


# ---------------------------------------------------------------- out of policy

RULE = "Annual plans are refunded in full within 30 days of purchase. After 30 days an annual plan is not refunded."


@pytest.mark.parametrize(
    "question",
    [
        "I know the 30 days are over, but can you refund our annual plan anyway?",
        "Can you make an exception and refund our annual plan after 30 days?",
        "Please refund the annual plan although it is more than 30 days old.",
    ],
)
def test_who_wants_a_rule_bent_gets_no_answer_and_the_person_the_rule(advisor: Advisor, question: str) -> None:
    answer = advisor.answer(question, (page(RULE, "Refunds", "refunds"),), "en")
    assert (answer.reason, answer.answer) == ("out of policy", "")
    assert {cite.document for cite in answer.citations} == {"refunds"}


def test_what_only_internal_pages_rule_is_out_of_policy_and_their_text_stays_inside(advisor: Advisor) -> None:
    secret = page("A discount of up to 17 % is approved by the account executive.", "Discount limits", "authority", audience="internal")
    answer = advisor.answer("Who approves a discount?", (page(TABLE),), "en", internal=(secret,))
    assert answer.reason == "out of policy"
    assert [(cite.document, cite.heading, cite.quote) for cite in answer.citations] == [("authority", "Discount limits", "")]
    assert "17" not in answer.model_dump_json()


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("Could you waive the fee just this once?", True),
        ("As a gesture of goodwill, refund us.", True),
        ("Können Sie eine Ausnahme machen?", True),
        ("Pourriez-vous faire un geste commercial ?", True),
        ("Which exceptions are there to the retention rule?", False),
        ("Are there exceptions?", False),
        ("Can I still export my documents?", False),
        ("How do I ask for a refund?", False),
        ("What does the Business plan cost?", False),
    ],
)
def test_a_wish_for_an_exception_is_told_from_a_question(text: str, wants: bool) -> None:
    assert wants_exception(text) is wants


@pytest.mark.parametrize("question", [*(question for question, _ in ANSWERABLE), *UNANSWERABLE])
def test_no_ordinary_question_is_taken_for_a_wish_for_an_exception(question: str) -> None:
    assert not wants_exception(question)


# ---------------------------------------------------------------- conflicts and freshness


def compared(advisor: Advisor, one: str, other: str, **more: object) -> Answer:
    second = page(other, "Rules", "other", **more)
    first, inside = page(one, "Rules", "first", effective="2026-01-05"), [second] if second.audience == "internal" else []
    public = (first,) if inside else (first, second)
    return advisor.answer(one.replace(".", "?"), public, "en", known={"tier": "business"}, internal=inside)


def test_pages_that_contradict_each_other_are_mostly_noticed_and_none_that_agree(advisor: Advisor) -> None:
    noticed = [compared(advisor, *pair).reason == "conflict" for pair in CONTRADICT]
    assert sum(noticed) / len(noticed) >= 0.8
    assert [pair for pair in AGREE if compared(advisor, *pair).caveats] == []


def test_a_conflict_is_not_answered_and_says_which_pages_disagree(advisor: Advisor) -> None:
    answer = compared(advisor, "A written quote is valid for 30 days.", "A written quote is valid for 60 days.")
    assert (answer.reason, answer.answer) == ("conflict", "")
    (caveat,) = answer.caveats
    assert (caveat.kind, set(caveat.documents)) == ("conflict", {"first", "other"})
    assert {"first › Rules (of 2026-01-05)", "other › Rules"} == set(caveat.detail.removesuffix(" disagree").split(" and "))


@pytest.mark.parametrize(("effective", "reason"), [("2026-02-01", "conflict"), (None, "conflict"), ("2025-12-01", "")])
def test_an_internal_page_counts_unless_it_is_the_older_one(advisor: Advisor, effective: str | None, reason: str) -> None:
    pair = ("A written quote is valid for 30 days.", "A written quote is valid for 60 days.")
    answer = compared(advisor, *pair, audience="internal", effective=effective)
    assert answer.reason == reason
    assert "60" not in answer.model_dump_json()


@pytest.mark.parametrize("question", [*(question for question, _ in ANSWERABLE), *UNANSWERABLE])
def test_the_shipped_handbook_does_not_contradict_itself(advisor: Advisor, question: str) -> None:
    assert advisor.answer(question, passages(question), "en").caveats == ()


QUOTE = "A written quote is valid for 30 days from its date."


@pytest.mark.parametrize(
    ("dates", "kind", "says"),
    [
        ({"expires": "2026-03-01"}, "expired", "expired on 2026-03-01"),
        ({"effective": "2026-04-01"}, "not yet in force", "is in force from 2026-04-01 on"),
    ],
)
def test_a_page_out_of_force_that_would_have_answered_is_named(advisor: Advisor, dates: dict[str, str], kind: str, says: str) -> None:
    old = page(QUOTE, "Quotes", "old", **dates)
    answer = advisor.answer("How long is a written quote valid?", (page(TABLE),), "en", withheld=(old,), on=date(2026, 3, 10))
    (caveat,) = answer.caveats
    assert (answer.reason, caveat.kind, caveat.detail) == ("unanswerable", kind, f"old › Quotes speaks of it and {says}")
    silent = advisor.answer("How fast is the Team response?", (page(TABLE),), "en", withheld=(old,), on=date(2026, 3, 10))
    assert silent.caveats == ()


@pytest.mark.parametrize(
    ("said", "changed", "caveats"),
    [
        ("A written quote is valid for 60 days.", timedelta(hours=1), ["newer"]),
        ("A written quote is valid for 60 days.", timedelta(hours=-1), []),
        (QUOTE, timedelta(hours=1), []),
        ("The office in Bristol has a red door.", timedelta(hours=1), []),
    ],
)
def test_a_page_that_changed_since_automation_spoke_of_it_is_named(
    advisor: Advisor, said: str, changed: timedelta, caveats: list[str]
) -> None:
    before = (Past(role="automation", text=f"Thank you.\n\n{said}\n\nKind regards", at=NOON),)
    passage = page(QUOTE, "Quotes", "quotes", changed_at=NOON + changed)
    answer = advisor.answer("How long is a written quote valid?", (passage,), "en", history=before)
    assert answer.answer == QUOTE
    assert [caveat.kind for caveat in answer.caveats] == caveats


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        ("What is the status of my ticket 48213?", "How long is a written quote valid?", "own records"),
        ("Could you make an exception and refund us anyway?", "How long is a written quote valid?", "out of policy"),
    ],
)
def test_the_question_before_leaves_no_reason_to_the_one_that_follows(advisor: Advisor, before: str, now: str, reason: str) -> None:
    found = (page(QUOTE, "Quotes", "quotes"),)
    assert advisor.answer(f"{before} {now}", found, "en").reason == reason
    assert advisor.answer(f"{before} {now}", found, "en", own=now).reason not in ("own records", "out of policy")
