import pytest

from core.company import Intents, Roster
from core.errors import InvalidFile
from policy.load import load

RENEWAL = 'expr: days_to_renewal < 45.0 || health == "red"'


EXTRA = "\nrules:\n  - {name: extra, when: {known: true}, then: "
OVERRIDE = "\noverrides:\n  - {name: extra, when: {known: true}, then: {action: handoff}, because: x, expires: 2026-12-01T00:00:00Z, "


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    because: they asked for a person, and get one", "    becuase: typo", "unknown field 'rules.17.becuase'"),
        ("then: {action: escalate, role: cro}", "then: {action: escalate, role: czar}", "unknown role 'czar'"),
        (
            "strategic: true, tier: enterprise, confidence: {at_least: 0.3}}\n    then: {action: escalate, role: ceo}",
            "strategc: true}\n    then: {action: ignore}",
            "'strategc'",
        ),
        (RENEWAL, "expr: value_score >= && x", "renewal_window: expression does not compile"),
        (RENEWAL, "expr: valu_score >= 20.0", "unknown signal 'valu_score'"),
        (RENEWAL, "expr: value_score + 'a'", "renewal_window: expression does not compile"),
        (RENEWAL, "expr: value_score + 1.0", "gives a number, not true or false"),
        ("deal_value: {at_least: 250000}", "deal_value: many", "deal_value is a number"),
        (
            "when: {intent: churn_risk, deal_value: {at_least: 250000}, confidence: {at_least: 0.3}}",
            "when: {intent: churn_risc}",
            "unknown intent 'churn_risc'",
        ),
        ("default_queue: front_desk", "default_queue: nowhere", "unknown queue 'nowhere'"),
        ("approval_expires: 4h", "approval_expires: soon", "no duration"),
        ("{intent: churn_risk, deal_value: {at_least: 250000}, ", "{intent: churn_risk, ", "on text alone"),
        ("version: 1", "version: [1", "not YAML"),
        ("monotone: [deal_value, arr, strategic]", "monotone: [urgency]", "'urgency' is no verified signal with a number or a flag"),
        ("monotone: [deal_value, arr, strategic]", "monotone: [tier]", "'tier' is no verified signal"),
        ("monotone: [deal_value, arr, strategic]", "monotone: [days_to_renewal]", "may cease to hold when days_to_renewal rises"),
        (
            "\nrules:\n",
            EXTRA + "{action: handoff, permissions: [secrets]}, because: x}\n",
            "nobody in the roster has the permission 'secrets'",
        ),
        ("\nrules:\n", EXTRA + "{action: handoff, before: [{offer: cake}]}, because: x}\n", "unknown offer 'cake'"),
        ("\nrules:\n", EXTRA + "{action: handoff, queue: sale}, because: x}\n", "unknown queue 'sale' (did you mean sales?)"),
        ("\nrules:\n", EXTRA.replace("known: true", "channel: fax") + "{action: answer}, because: x}\n", "unknown channel 'fax'"),
        ("\nrules:\n", EXTRA.replace("known: true", "known: false") + "{action: escalate, role: cto}, because: x}\n", "on text alone"),
        ("\nrules:\n", OVERRIDE + "author: nobody}\nrules:\n", "override extra: 'nobody' is not in the roster"),
        ("    roles: [support_agent]", "    roles: [support_agent, cfo]", "cfo may only be escalated to"),
        ("  strategic: {weight: 10}", "  sentiment: {weight: 10}", "value may weigh verified facts only"),
        ("  strategic: {weight: 10}", "  data_quality: {weight: 10}", "is computed itself and cannot be weighed"),
        ("approvals: [{role: vp_sales}]", "approvals: [{role: vp_sales, quorum: 40}]", "40 must approve, and only"),
    ],
)
def test_a_mistake_is_named_with_its_line(policy_text: str, roster: Roster, intents: Intents, old: str, new: str, problem: str) -> None:
    assert old in policy_text
    with pytest.raises(InvalidFile) as caught:
        load(policy_text.replace(old, new, 1), "policy.yaml", roster, intents)
    assert problem in str(caught.value)
    assert caught.value.line
    assert "\n" not in str(caught.value)


def test_a_role_that_nobody_has_is_named(policy_text: str, roster: Roster, intents: Intents) -> None:
    without = Roster(people=tuple(p.model_copy(update={"backup": None}) for p in roster.people if p.role != "cto"))
    with pytest.raises(InvalidFile, match="role 'cto' has nobody in the roster"):
        load(policy_text, "policy.yaml", without, intents)


def test_the_version_moves_with_policy_and_roster(policy_text: str, roster: Roster, intents: Intents) -> None:
    version = load(policy_text, "policy.yaml", roster, intents).version
    fewer = Roster(people=tuple(p.model_copy(update={"capacity": 1}) for p in roster.people))
    assert load(policy_text, "elsewhere.yaml", roster, intents).version == version
    assert load(policy_text + "\n# a word", "policy.yaml", roster, intents).version != version
    assert load(policy_text, "policy.yaml", fewer, intents).version != version
