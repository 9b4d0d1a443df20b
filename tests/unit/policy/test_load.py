import pytest

from core.company import Intents, Roster
from core.errors import InvalidFile
from policy.loading.load import load

RENEWAL = 'expr: days_to_renewal < 45.0 || health == "red"'


EXTRA = "\nrules:\n  - {name: extra, when: {known: true}, then: "
TOP = "{action: escalate, role: cto}, because: x}\n"
LAWS = "  europe: {regions: [emea], retention: 1825d}\n  elsewhere: {regions: [amer, apac], retention: 2555d}\n"
EMEA = "  europe: {regions: [emea], handled_in: [emea]}\n"
BOTH = EMEA.replace("[emea]}", "[emea, apac]}") + "  us: {regions: [amer], handled_in: [amer, apac]}\n"
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
        (LAWS, EMEA + "  us: {regions: [amer], handled_in: [amer]}\n", "could be handled nowhere; say what holds for them: regions ['*']"),
        (LAWS, EMEA + "  rest: {regions: ['*']}\n  us: {regions: [amer]}\n", "only the last jurisdiction may list it"),
        (LAWS, EMEA + "  us: {regions: [EMEA]}\n", "'EMEA' already belongs to jurisdiction 'europe'"),
        (LAWS, BOTH, "for customers whose region is not known or not listed"),
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


@pytest.mark.parametrize(
    "asked",
    [
        "when: {threat_to_leave: true, value_score: {at_least: 0}}",
        "when: {threat_to_leave: true, value_score: {at_least: -5}}",
        "when: {threat_to_leave: true, value_score: {below: 50}}",
        "when: {threat_to_leave: true, strategic: false, known: false, authenticated: false}",
        "when: {threat_to_leave: true, data_quality: {at_least: 0}}",
        "when: {threat_to_leave: true, risk_score: {at_least: 90}}",
        "expr: deal_value >= 0.0",
        "expr: days_to_renewal < 45.0",
        "expr: 'deal_value > 100000.0 || threat_to_leave'",
        "when: {known: false}, expr: '!strategic'",
        "when: {threat_to_leave: true}, expr: value_score < 1.0",
    ],
)
def test_no_rule_climbs_that_some_text_of_an_unknown_sender_fires(policy_text: str, roster: Roster, intents: Intents, asked: str) -> None:
    with pytest.raises(InvalidFile, match="rule extra: reaches level 4 on text alone"):
        load(policy_text.replace("\nrules:\n", climbing(asked), 1), "policy.yaml", roster, intents)


@pytest.mark.parametrize(
    "asked",
    [
        "when: {threat_to_leave: true, value_score: {at_least: 1}}",
        "when: {value_score: {at_least: 0}, tier: enterprise}",
        "when: {deal_value: {at_least: 0}}",
        "when: {days_to_renewal: {below: 0}}",
        "when: {known: true}",
        "when: {threat_to_leave: true}, expr: value_score >= 10.0 && deal_value > 1000.0",
        "expr: strategic",
    ],
)
def test_a_rule_climbs_on_what_must_be_known(policy_text: str, roster: Roster, intents: Intents, asked: str) -> None:
    text = policy_text.replace("\nrules:\n", climbing(asked), 1).replace("monotone: [deal_value, arr, strategic]", "monotone: []")
    assert "extra" in load(text, "policy.yaml", roster, intents).index.by_name


def climbing(asked: str) -> str:
    return f"\nrules:\n  - {{name: extra, {asked}, then: " + TOP


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
