"""What the policy's newer parts do to a whole turn: soft steps, jurisdictions, calendars, thin data, scores."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agents.crew import Crew
from agents.outputs import Assessed, Reply
from core.ports import Outcome
from core.types import Sender, Signal
from graph.router import Lane
from policy.scoring.scorecard import Curve
from tests.support.company import TUESDAY, FixedRetriever, crew, example, reading, turn
from tests.unit.agents.test_writer import CITED, UNSURE, Scripted, writer

SMALL = {"known": True, "tier": "team", "deal_value": 3000.0, "arr": 9000.0, "strategic": False, "region": "emea"}
CHURN = {"known": True, "tier": "enterprise", "deal_value": 480000.0, "arr": 900000.0, "strategic": True, "region": "emea"}


class Old:
    """A directory whose facts were observed so long ago."""

    def __init__(self, facts: dict[str, object], age: timedelta) -> None:
        self._facts, self._age = facts, age

    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        facts = ({"name": name, "value": value, "source": "crm", "observed_at": at - self._age} for name, value in self._facts.items())
        return tuple(Signal.model_validate(fact) for fact in facts)


class Taken:
    """A calendar in which these people are busy; some other one cannot be read."""

    def __init__(self, *people: str) -> None:
        self._people = people

    async def busy(self, at: datetime) -> tuple[frozenset[str], list[str]]:
        return frozenset(self._people), ["calendar of tom.walker: not reachable"]


async def run(of: Crew, text: str = "Can I get my money back?", **more: object) -> Outcome:
    return await Lane(of).start(turn(text, **more))


def keeping(text: str = "") -> str:
    """The example's policy, with Europe's text kept from chat models."""
    before = "europe: {regions: [emea], "
    assert before in example().policy_text
    return (text or example().policy_text).replace(before, before + "model_calls: false, ")


def note(outcome: Outcome, agent: str) -> str:
    return next(step.evidence for step in outcome.receipt.steps if step.agent == agent)


# ---------------------------------------------------------------- soft steps


@pytest.mark.parametrize(("language", "words"), [("en", "annual billing fixes your price"), ("de", "Bei jährlicher Abrechnung")])
async def test_what_everybody_can_have_is_offered_before_a_person_is_asked(language: str, words: str) -> None:
    text = {"en": "Can we get a discount on the plan?", "de": "Können wir einen Rabatt auf den Tarif bekommen? Wir sind ein Verein."}[
        language
    ]
    outcome = await run(crew(reading("discount_request", 0.8), SMALL), text=text)
    plan, (reply,) = outcome.receipt.plan, outcome.effects
    assert (plan.action, plan.level, plan.offer, plan.rules) == ("clarify", 0, "fixed_price", ("small_discount",))
    assert words in reply.text
    assert reply.text.endswith("Fernhill Software"), "signed as every text is"
    assert note(outcome, "reply") == "offer fixed_price"
    assert outcome.receipt.verdict == "allow"


async def test_an_offer_is_made_once_then_a_person_answers() -> None:
    said = {"role": "customer", "text": "A discount?", "at": TUESDAY, "action": "clarify", "intent": "discount_request"}
    outcome = await run(crew(reading("discount_request", 0.8), SMALL), history=(said,))
    assert (outcome.receipt.plan.action, outcome.receipt.plan.queue) == ("handoff", "sales")


async def test_whoever_asks_for_a_person_gets_one_and_no_offer() -> None:
    outcome = await run(crew(reading("discount_request", 0.8, wants_human=True), SMALL))
    assert outcome.receipt.plan.action == "handoff"


# ---------------------------------------------------------------- jurisdictions


async def test_where_the_law_keeps_text_no_model_is_called_and_the_receipt_says_so() -> None:
    model = Scripted()
    unsure = await run(crew(UNSURE, SMALL, writer=writer(model), policy_text=keeping(), retriever=FixedRetriever(())))
    answered = await run(crew(reading("how_to_question"), SMALL, writer=writer(model), policy_text=keeping()))
    assert model.prompts == []
    assert "no model call: europe keeps text here" in note(unsure, "assess")
    assert "no model call: europe keeps text here" in note(answered, "reply")
    assert answered.receipt.plan.action == "answer", "with the handbook's own sentences"
    assert answered.receipt.cost.calls == 0


async def test_elsewhere_the_model_is_called_as_ever() -> None:
    model = Scripted(Reply(reply=CITED))
    outcome = await run(crew(reading("how_to_question"), {**SMALL, "region": "amer"}, writer=writer(model), policy_text=keeping()))
    assert len(model.prompts) == 1
    assert "no model call" not in note(outcome, "reply")


async def test_when_the_region_cannot_be_read_the_text_stays_too() -> None:
    model = Scripted(Assessed(intent="refund_request", draft=""))
    broken = crew(UNSURE, writer=writer(model), policy_text=keeping())
    object.__setattr__(broken.directory, "_facts", None)
    outcome = await run(broken)
    assert model.prompts == []
    assert "the customer's region is not known" in note(outcome, "assess")


async def test_a_plan_names_the_jurisdiction_it_falls_under() -> None:
    outcome = await run(crew(reading("invoice_question", 0.8), SMALL))
    assert outcome.receipt.plan.jurisdiction == "europe"


# ---------------------------------------------------------------- calendars


async def test_whoever_has_something_in_their_calendar_is_passed_over() -> None:
    free = await run(crew(reading("technical_issue"), SMALL))
    owner = free.receipt.plan.owner
    assert owner
    busy = await run(replace(crew(reading("technical_issue"), SMALL), calendars=Taken(owner)))
    assert busy.receipt.plan.owner != owner
    assert busy.receipt.degraded == ("calendar of tom.walker: not reachable",)


# ---------------------------------------------------------------- thin data


async def test_stale_facts_take_the_cautious_path_and_the_plan_says_what_is_stale() -> None:
    churning = crew(reading("churn_risk"), policy_text=example().policy_text)
    outcome = await run(replace(churning, directory=Old(CHURN, timedelta(days=300))))
    plan = outcome.receipt.plan
    assert "head_of_support" in {need.role for need in plan.approvals}
    assert any(reason.startswith("facts are thin or stale") for reason in plan.reasons)
    assert "tier is 300 days old, at most 270 days" in plan.reasons[-1]
    assert "tier is 300 days old, at most 270 days" in outcome.receipt.data_gaps


async def test_fresh_facts_leave_no_such_note() -> None:
    outcome = await run(replace(crew(reading("churn_risk")), directory=Old(CHURN, timedelta(days=3))))
    assert outcome.receipt.data_gaps == ()
    assert not any("thin or stale" in reason for reason in outcome.receipt.plan.reasons)


# ---------------------------------------------------------------- topics and scores


async def test_a_regulated_topic_in_the_words_goes_to_its_people_though_the_handbook_has_an_answer() -> None:
    outcome = await run(crew(reading("how_to_question"), SMALL), text="How do I log in? And this is a subject access request.")
    assert (outcome.receipt.plan.rules, outcome.receipt.plan.queue) == (("about_personal_data",), "privacy")


async def test_a_long_message_with_many_requests_is_a_persons_work() -> None:
    outcome = await run(
        crew(reading("how_to_question"), SMALL), text="Could you explain how we set up the new archive for every team? " * 40
    )
    assert outcome.receipt.plan.rules == ("too_involved",)
    assert outcome.receipt.complexity.score >= 60


async def test_the_receipt_shows_scores_and_the_chance_of_winning() -> None:
    company = crew(reading("churn_risk", urgency=0.5), {**SMALL, "title_seniority": "executive"})
    company.planner.calibration = certain()
    outcome = await run(company)
    receipt = outcome.receipt
    assert receipt.win_probability == 0.5
    assert {signal.name: signal.value for signal in receipt.signals if signal.name == "expected_value"} == {"expected_value": 1500.0}
    assert [(each.signal, each.points) for each in receipt.risk.contributions if each.points] == [("urgency", 7.5)]
    assert "urgency" not in {each.signal for each in receipt.value.contributions}, "no text moves the value"


def certain() -> Curve:
    """Even chances, whatever is known."""
    from policy.scoring.logistic import Line

    return Curve("signals", {}, Line(0.0, ()))


async def test_what_would_have_changed_the_plan_is_on_the_receipt() -> None:
    outcome = await run(crew(reading("churn_risk"), {**CHURN, "deal_value": 200000.0}))
    assert any(each.rule == "churn_on_large_deal" for each in outcome.receipt.plan.alternatives)
