"""A decision in words: what a manager must find on the page."""

from datetime import timedelta
from typing import Any

import pytest

from core.company import Roster
from core.intent import Intent, Label
from core.receipt import Receipt
from core.types import Cost
from policy.deciding.decision import decide
from policy.loading.load import Compiled
from policy.scoring.derive import explained
from policy.telling.counterfactuals import alternatives
from policy.telling.explain import Explanation, Told, explain
from tests.unit.policy.conftest import TUESDAY, case

NIGHT = TUESDAY.replace(hour=3)


def told(
    policy: Compiled, roster: Roster, *, now: Any = TUESDAY, stale: bool = False, source: str = "crm", days: int = 20, **values: Any
) -> Explanation:
    """The page of a message with these signals."""
    known = case(now=now, source=source, **values)
    seen = now - timedelta(days=400 if stale else days)
    base = tuple(
        each.model_copy(update={"observed_at": seen, "record": "crm"}) if each.source == source else each for each in known.signals
    )
    derived = explained(policy.policy, base, now)
    known = known._replace(signals=(*(each for each in base if each.name != "data_quality"), *derived.signals))
    plan = decide(policy, roster, known)
    intent = Intent(labels=(Label(label=values.get("intent", "spam"), confidence=0.9),), abstained=False, out_of_scope=False)
    receipt = Receipt(
        id="r-1",
        turn_id="t-1",
        message_ids=("m-1",),
        conversation_id="c-1",
        tenant="fernhill",
        channel="email",
        received_at=now,
        intent=intent,
        value=derived.value,
        signals=known.signals,
        data_quality=derived.grade.quality,
        data_gaps=derived.grade.gaps,
        passages=(),
        plan=plan.model_copy(update={"alternatives": alternatives(policy, known, plan)}),
        verdict="ask",
        policy_version=policy.version,
        model_versions={},
        cost=Cost(),
        steps=(),
    )
    return explain(Told(receipt, policy, roster))


def lines(page: Explanation, title: str) -> str:
    return "\n".join(next((section.lines for section in page.sections if section.title == title), ()))


LARGE: dict[str, Any] = {
    "intent": "churn_risk",
    "deal_value": 480_000.0,
    "tier": "enterprise",
    "known": True,
    "arr": 1_000_000.0,
    "strategic": True,
}


def test_the_summary_says_who_gets_it_and_why_in_one_sentence(policy: Compiled, roster: Roster) -> None:
    summary = told(policy, roster, **LARGE).summary
    assert summary.startswith("Daniel Osei (Chief Revenue Officer) gets it, once it is approved: ")
    assert summary.endswith("threatens to leave.")


def test_the_rule_is_shown_with_each_condition_and_the_value_that_met_it(policy: Compiled, roster: Roster) -> None:
    decided = lines(told(policy, roster, **LARGE), "Which rule decided")
    assert "No guard held (automated_mail or person_in_charge)" in decided
    assert "The rule churn_on_large_deal decided" in decided
    assert "deal_value ≥ 250,000: it is 480,000" in decided


def test_rules_that_fired_and_lost_say_against_what(policy: Compiled, roster: Roster) -> None:
    decided = lines(told(policy, roster, **LARGE), "Which rule decided")
    assert "churn_of_paying_account fired too and lost: it leads to an executive sponsor (level 3), and the strictest wins" in decided


def test_facts_say_their_source_and_age(policy: Compiled, roster: Roster) -> None:
    known = lines(told(policy, roster, **LARGE), "What is known")
    assert "deal_value 480,000 (crm, 20 days old)" in known


def test_a_fact_that_was_observed_later_is_not_called_fresh(policy: Compiled, roster: Roster) -> None:
    assert "deal_value 480,000 (crm, observed later)" in lines(told(policy, roster, days=-20, **LARGE), "What is known")


def test_what_only_the_text_claims_is_named_as_not_believed(policy: Compiled, roster: Roster) -> None:
    page = told(policy, roster, source="channel", **LARGE)
    assert "not believed" in lines(page, "What is known")
    assert "deal_value 480,000" not in lines(page, "What is known")
    assert page.summary.split()[0] != "Daniel"


def test_contributions_to_the_worth_are_shown(policy: Compiled, roster: Roster) -> None:
    worth = lines(told(policy, roster, **LARGE), "What it is worth")
    assert "deal_value 480,000 gives " in worth


def test_the_data_gate_says_what_it_asks_for(policy: Compiled, roster: Roster) -> None:
    assert "are enough" in lines(told(policy, roster, **LARGE), "How good the facts are")
    cautious = told(policy, roster, stale=True, **LARGE)
    assert "takes the cautious path: 1 × Head of Support" in lines(cautious, "How good the facts are")
    assert "Missing or stale: deal_value is 400 days old" in lines(cautious, "What is known")


def test_approvals_name_who_may_give_them_and_what_follows_without(policy: Compiled, roster: Roster) -> None:
    approvals = lines(told(policy, roster, **LARGE), "Who must approve")
    assert "1 × VP Sales: Rafael Ortiz" in approvals
    assert "Without a decision within 4 hours it goes to VP Sales" in approvals


def test_the_owner_is_shown_with_hours_and_a_backup(policy: Compiled, roster: Roster) -> None:
    people = lines(told(policy, roster, **LARGE), "Who gets it")
    assert "Daniel Osei, Chief Revenue Officer: is at work (Tuesday 14:00 in London)" in people
    assert "Backup: " in people


def test_somebody_off_duty_is_named_with_the_reason(policy: Compiled, roster: Roster) -> None:
    people = lines(told(policy, roster, now=NIGHT, **LARGE), "Who gets it")
    assert "Daniel Osei is off duty" in people


def test_what_would_have_changed_it_is_said_with_the_threshold(policy: Compiled, roster: Roster) -> None:
    smaller: dict[str, Any] = {**LARGE, "deal_value": 100_000.0}
    changed = lines(told(policy, roster, **smaller), "What would have changed it")
    assert "250,000" in changed
    assert "churn_on_large_deal" in changed


def test_a_guard_ends_it_and_says_so(policy: Compiled, roster: Roster) -> None:
    page = told(policy, roster, automated=True)
    assert page.summary == "Nothing is done: a machine sent it; machines are never answered."
    assert "The guard automated_mail decided" in lines(page, "Which rule decided")
    assert "no rule was looked at" in lines(page, "Which rule decided")


def test_no_rule_means_a_person(policy: Compiled, roster: Roster) -> None:
    decided = lines(told(policy, roster, intent="feature_request"), "Which rule decided")
    assert "No rule fired, so a person of the Support queue takes it" in decided


@pytest.mark.parametrize("values", [LARGE, {"intent": "spam"}, {"intent": "how_to_question", "grounded": True, "language_served": True}])
def test_a_page_is_the_same_every_time_and_never_empty(policy: Compiled, roster: Roster, values: dict[str, Any]) -> None:
    page = told(policy, roster, **values)
    assert page == told(policy, roster, **values)
    assert all(section.lines for section in page.sections)
