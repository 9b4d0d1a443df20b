from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.company import Intents, Roster
from core.errors import InvalidFile
from policy.deciding.availability import at_work
from policy.deciding.decision import decide, hand_off
from policy.loading.load import Compiled, load
from policy.signals import SCHEMA
from tests.unit.policy.conftest import case

ENTERPRISE: dict[str, Any] = {"tier": "enterprise", "known": True, "arr": 400000.0, "account_owner": "maya.chen", "region": "emea"}


def test_churn_on_a_large_deal_reaches_the_cro_with_an_approval(policy: Compiled, roster: Roster) -> None:
    plan = decide(policy, roster, case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE))
    assert (plan.action, plan.level, plan.role, plan.rules) == ("escalate", 4, "cro", ("churn_on_large_deal",))
    assert [need.role for need in plan.approvals] == ["vp_sales"]
    assert plan.owner == "daniel.osei"
    assert plan.backups


def test_the_same_words_without_verified_facts_stay_in_the_queue(policy: Compiled, roster: Roster) -> None:
    claimed = case(source="channel", intent="churn_risk", deal_value=5000000.0, **ENTERPRISE)
    plan = decide(policy, roster, claimed)
    assert (plan.action, plan.level, plan.queue, plan.approvals) == ("handoff", 1, "success", ())


def test_where_no_rule_fires_a_person_takes_it(policy: Compiled, roster: Roster) -> None:
    plan = decide(policy, roster, case(intent="technical_issue", confidence=0.99))
    assert (plan.action, plan.queue, plan.rules) == ("handoff", "support", ("default",))


def test_automated_mail_is_ignored_whatever_else_it_says(policy: Compiled, roster: Roster) -> None:
    plan = decide(policy, roster, case(intent="churn_risk", deal_value=900000.0, automated=True, wants_human=True, **ENTERPRISE))
    assert (plan.action, plan.level, plan.owner) == ("ignore", 0, None)


def test_asking_for_a_person_beats_an_automatic_answer(policy: Compiled, roster: Roster) -> None:
    facts: dict[str, Any] = {"intent": "how_to_question", "confidence": 0.99, "abstained": False, "grounded": True, "language_served": True}
    assert decide(policy, roster, case(**facts)).action == "answer"
    assert decide(policy, roster, case(**facts, wants_human=True)).action == "handoff"


def test_thin_facts_add_an_approval_to_whatever_climbs(policy: Compiled, roster: Roster) -> None:
    plan = decide(policy, roster, case(intent="churn_risk", data_quality=0.2, **ENTERPRISE))
    assert [need.role for need in plan.approvals] == ["head_of_support"]
    assert "cautious path" in " ".join(plan.reasons)


def test_a_refused_approval_falls_back_to_the_strictest_plan_without_one(policy: Compiled, roster: Roster) -> None:
    facts = case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE)
    plan = decide(policy, roster, facts, unapproved=True)
    assert (plan.role, plan.level, plan.approvals) == ("vp_success", 3, ())


def test_an_absent_executive_never_blocks(policy: Compiled, roster: Roster) -> None:
    night = datetime(2026, 3, 10, 3, tzinfo=UTC)
    plan = decide(policy, roster, case(now=night, intent="churn_risk", deal_value=480000.0, **ENTERPRISE))
    assert plan.owner
    assert plan.backups
    assert any("nobody available among cro" in reason for reason in plan.reasons)


def test_whoever_took_over_keeps_the_conversation(policy: Compiled, roster: Roster) -> None:
    taken = case(intent="how_to_question", mode="human")._replace(owner="tom.walker")
    assert decide(policy, roster, taken).owner == "tom.walker"


def test_the_account_owner_comes_first(policy: Compiled, roster: Roster) -> None:
    plan = decide(
        policy, roster, case(intent="pricing_inquiry", deal_value=60000.0, tier="business", account_owner="maya.chen", region="emea")
    )
    assert (plan.level, plan.owner) == (2, "maya.chen")


def test_a_person_is_at_work_only_in_local_hours(roster: Roster) -> None:
    aisha = roster.get("aisha.bello")  # London, 08:30-12:30 and 13:15-17:15
    assert aisha
    assert at_work(aisha, datetime(2026, 3, 10, 9, tzinfo=UTC))
    assert not at_work(aisha, datetime(2026, 3, 10, 12, 45, tzinfo=UTC))
    assert at_work(aisha, datetime(2026, 7, 7, 7, 45, tzinfo=UTC)), "daylight saving: 08:45 in London"


_VALUES = {
    "number": st.floats(-10, 2e6) | st.none(),
    "flag": st.booleans(),
    "text": st.none() | st.sampled_from(["enterprise", "maya.chen", "emea", "x"]),
}
_SITUATION = st.fixed_dictionaries(
    {
        "intent": st.sampled_from(
            ["churn_risk", "outage_report", "how_to_question", "spam", "legal_threat", "enterprise_rfp", "pricing_inquiry"]
        )
    },
    optional={name: _VALUES[spec.kind] for name, spec in SCHEMA.items() if name not in ("intent", "language")},
)


@given(_SITUATION, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the strategy wants naive bounds
def test_decide_is_total_deterministic_and_never_leaves_anybody_without_owner_or_approval(
    policy: Compiled, roster: Roster, values: dict[str, Any], now: datetime
) -> None:
    facts = case(now=now, **values)
    plan = decide(policy, roster, facts)
    assert plan.model_dump_json() == decide(policy, roster, facts).model_dump_json()
    if plan.action in ("handoff", "escalate"):
        assert plan.owner
        assert plan.backups
        assert plan.owner not in plan.backups
        assert plan.sla
    assert plan.level < 4 or plan.approvals
    assert not decide(policy, roster, facts, unapproved=True).approvals
    assert hand_off(policy, roster, facts).action == "handoff"


@given(_SITUATION)
def test_text_alone_never_climbs_above_the_queue(policy: Compiled, roster: Roster, values: dict[str, Any]) -> None:
    assert decide(policy, roster, case(source="channel", **values)).level <= 1


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_somebody_owns_it_at_every_hour(policy: Compiled, roster: Roster, hour: int) -> None:
    plan = decide(policy, roster, case(now=datetime(2026, 3, 14, hour, tzinfo=UTC), intent="technical_issue"))
    assert plan.owner


def test_a_fall_back_that_needs_an_approval_of_its_own_is_passed_by(policy: Compiled, roster: Roster) -> None:
    """The CISO is off duty; the CTO steps in only with the approval of Engineering, which nobody has given."""
    evening = datetime(2026, 3, 10, 18, tzinfo=UTC)
    plan = decide(policy, roster, case(evening, intent="vulnerability_report", **ENTERPRISE))
    assert plan.rules == ("enterprise_vulnerability",)
    assert [need.role for need in plan.approvals] == ["support_lead"]
    owner = roster.get(plan.owner or "")
    assert owner is not None
    assert owner.role != "cto"
    assert owner.role == "ciso" or not policy.policy.roles[owner.role].approvals


def overriding(policy_text: str, then: str, intent: str = "churn_risk") -> str:
    """The example with an override of whatever a known customer writes of the intent."""
    when = f"overrides:\n  - {{name: exception, when: {{known: true, intent: {intent}}}, because: agreed, author: vikram.desai"
    return policy_text.replace("overrides:\n", f"{when}, expires: 2027-06-30T22:00:00Z, then: {then}}}\n", 1)


@pytest.mark.parametrize("then", ["{action: escalate, role: vp_success}", "{action: answer}", "{action: handoff}", "{action: ignore}"])
def test_an_override_takes_no_approval_away(policy_text: str, roster: Roster, intents: Intents, then: str) -> None:
    excepted = load(overriding(policy_text, then), "p.yaml", roster, intents)
    plan = decide(excepted, roster, case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE))
    assert (plan.rules, [need.role for need in plan.approvals]) == (("exception",), ["vp_sales"])
    assert "exception takes no approval away: that of VP Sales, which churn_on_large_deal needs, stays" in plan.reasons
    thin = decide(excepted, roster, case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE | {"data_quality": 0.2}))
    assert [need.role for need in thin.approvals] == ["vp_sales", "head_of_support"], "nor that of the data gate"


def test_an_override_that_waits_for_a_rules_approval_is_left_out_once_it_is_refused(
    policy_text: str, roster: Roster, intents: Intents
) -> None:
    excepted = load(overriding(policy_text, "{action: answer}"), "p.yaml", roster, intents)
    large = case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE)
    assert decide(excepted, roster, large, unapproved=True).rules != ("exception",)
    small = case(intent="churn_risk", known=True)
    assert decide(excepted, roster, small).approvals == ()
    assert decide(excepted, roster, small, unapproved=True).rules == ("exception",)


def test_an_override_leaves_the_amount_at_stake_as_it_is(policy_text: str, roster: Roster, intents: Intents) -> None:
    before = "then: {action: escalate, role: cfo}"
    spending = policy_text.replace(before, before[:-1] + ", spend: {refund_usd: money_mentioned}}")
    text = overriding(spending, "{action: answer}", "refund_request")
    dispute = {"intent": "refund_request", "complaint": True, **ENTERPRISE, "arr": 600000.0}
    plan = decide(load(text, "p.yaml", roster, intents), roster, case(**dispute, money_mentioned=90000.0))
    assert (plan.rules, plan.spend, [need.role for need in plan.approvals]) == (("exception",), {"refund_usd": 90000.0}, ["level:1"])


def test_what_is_missing_is_said_where_the_gate_made_the_plan_more_cautious(policy: Compiled, roster: Roster) -> None:
    gaps = ("tier is not known", "arr is not known")
    thin = case(intent="churn_risk", data_quality=0.2, **ENTERPRISE)._replace(gaps=gaps)
    enough = case(intent="churn_risk", **ENTERPRISE)._replace(gaps=gaps)
    assert "tier is not known; arr is not known" in decide(policy, roster, thin).reasons
    assert "tier is not known; arr is not known" not in decide(policy, roster, enough).reasons


@pytest.mark.parametrize("region", ["emea", "EMEA", "Germany", None])
def test_a_conversation_stays_where_the_law_may_ask_for_it(policy_text: str, roster: Roster, intents: Intents, region: str | None) -> None:
    text = policy_text.replace("europe: {regions: [emea], ", "europe: {regions: [emea], handled_in: [emea], ")
    kept = load(text, "p.yaml", roster, intents)
    for hour in range(0, 24, 4):
        plan = decide(kept, roster, case(datetime(2026, 3, 10, hour, tzinfo=UTC), intent="how_to_question", region=region))
        assert plan.handled_in == ("emea",)
        assert all("emea" in person.regions for id in (plan.owner, *plan.backups) if (person := roster.get(id or "")))


def test_what_a_rule_spends_decides_who_may_approve(policy_text: str, roster: Roster, intents: Intents) -> None:
    before = "then: {action: escalate, role: cfo}"
    spending = load(policy_text.replace(before, before[:-1] + ", spend: {refund_usd: money_mentioned}}"), "p.yaml", roster, intents)
    dispute = {"intent": "refund_request", "complaint": True, **ENTERPRISE, "arr": 600000.0}
    small = decide(spending, roster, case(**dispute, money_mentioned=100.0))
    large = decide(spending, roster, case(**dispute, money_mentioned=90000.0))
    assert (small.spend, [need.role for need in small.approvals]) == ({"refund_usd": 100.0}, ["support_lead"])
    assert (large.spend, [need.role for need in large.approvals]) == ({"refund_usd": 90000.0}, ["level:1"])
    assert decide(spending, roster, case(**dispute)).spend == {"refund_usd": None}
    with pytest.raises(InvalidFile, match="nobody in the roster has a limit 'yachts'"):
        load(policy_text.replace(before, before[:-1] + ", spend: {yachts: arr}}"), "p.yaml", roster, intents)
