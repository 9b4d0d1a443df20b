from typing import Any

from core.company import Intents, Roster
from core.types import Alternative
from policy.deciding.decision import Case, decide
from policy.deciding.match import Reading
from policy.loading.expressions import Expression
from policy.loading.load import Compiled, load
from policy.telling.counterfactuals import alternatives
from tests.unit.policy.conftest import case

ENTERPRISE: dict[str, Any] = {"tier": "enterprise", "known": True, "arr": 400000.0, "account_owner": "maya.chen", "region": "emea"}


def told(policy: Compiled, roster: Roster, of: Case, limit: int | None = 8) -> dict[str, Alternative]:
    return {other.rule: other for other in alternatives(policy, of, decide(policy, roster, of), limit=limit)}


def test_a_near_miss_names_the_smallest_change_that_would_have_won(policy: Compiled, roster: Roster) -> None:
    near = told(policy, roster, case(intent="churn_risk", deal_value=180000.0, **ENTERPRISE))["churn_on_large_deal"]
    assert near.because == "would go to the Chief Revenue Officer if the deal were ≥ 250,000 (is 180,000)"
    assert (near.signal, near.wanted, near.exact, near.level) == ("deal_value", 250000.0, True, 4)


def test_the_nearest_level_comes_first_and_changes_of_the_intent_last(policy: Compiled, roster: Roster) -> None:
    found = alternatives(policy, of := case(intent="churn_risk", deal_value=180000.0, **ENTERPRISE), decide(policy, roster, of))
    assert found[0].rule == "churn_on_large_deal"
    assert [other.signal for other in found[-3:]] == ["intent"] * 3


def test_a_rule_that_fired_and_lost_says_against_what_and_when_it_would_not_have(policy: Compiled, roster: Roster) -> None:
    lost = told(policy, roster, case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE))["churn_of_paying_account"]
    assert lost.because.startswith("holds as well, but churn_on_large_deal is stricter; would go to the VP Customer Success if ")
    assert lost.because.endswith("if the deal were < 250,000 (is 480,000)")


def test_a_rule_that_only_its_expression_keeps_from_winning_says_so_and_is_not_exact(policy: Compiled, roster: Roster) -> None:
    facts = {**ENTERPRISE, "arr": 600000.0, "sentiment": 0.2, "complaint": False, "money_mentioned": 10.0}
    other = told(policy, roster, case(intent="refund_request", **facts), limit=None)["dispute_of_large_account"]
    assert other.exact == (other.signal is not None)
    assert other.signal or other.because.startswith("would go to the Chief Financial Officer if complaint || ")


def test_several_texts_that_would_do_are_named_together(policy: Compiled, roster: Roster) -> None:
    found = told(policy, roster, case(intent="churn_risk", **{**ENTERPRISE, "tier": "team"}), limit=None)
    assert "if the plan were business or enterprise (is team)" in found["churn_of_paying_account"].because


def test_a_plan_that_was_not_the_first_choice_has_no_alternatives(policy: Compiled, roster: Roster) -> None:
    facts = case(intent="churn_risk", deal_value=480000.0, **ENTERPRISE)
    assert alternatives(policy, facts, decide(policy, roster, facts, unapproved=True)) == ()


def test_a_change_counts_with_all_that_follows_from_it(policy_text: str, roster: Roster, intents: Intents) -> None:
    """The score is what the rule asks for; the deal, which moves the score, has a limit of its own."""
    rule = (
        "rules:\n  - {name: worthy, when: {value_score: {at_least: 15}, deal_value: {at_least: 1}}, "
        "then: {action: escalate, role: cto}, because: worth it}\n"
    )
    scored = load(policy_text.replace("rules:\n", rule, 1), "policy.yaml", roster, intents)
    poor = case(intent="how_to_question", deal_value=10000.0, value_score=0.7)
    found = told(scored, roster, poor, limit=None)
    assert found["worthy"].signal == "deal_value"
    assert found["worthy"].wanted == 250000.0


def test_an_expression_is_asked_once_of_the_same_facts() -> None:
    """Of a change it is asked again only where it speaks of what changed."""
    asked: list[dict[str, object]] = []

    class Counting:
        def eval(self, data: dict[str, object]) -> "Counting":
            asked.append(data)
            return self

        def value(self) -> bool:
            return True

    expression = Expression("complaint || strategic", Counting(), frozenset({"complaint", "strategic"}))
    before = Reading({"complaint": True, "arr": 1.0})
    assert before.says(expression)
    assert Reading({"complaint": True, "arr": 2.0}, before, {"arr"}).says(expression)
    assert len(asked) == 1
    assert Reading({"complaint": False, "arr": 1.0}, before, {"complaint"}).says(expression)
    assert [each["complaint"] for each in asked] == [True, False]


def test_decide_leaves_the_alternatives_to_whoever_asks(policy: Compiled, roster: Roster) -> None:
    assert decide(policy, roster, case(intent="churn_risk", deal_value=180000.0, **ENTERPRISE)).alternatives == ()
