"""Each kind of finding: a policy that has it, and one that just has not."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from core.company import Intents, Profile, Roster
from core.yamltext import parse
from policy.schema import Policy
from policy.telling.check import check
from policy.telling.findings import Finding

NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)
HOURS = 'hours: {mon-fri: ["09:00-17:00"]}'

BASE = """
roles:
  agent: {level: 1, title: Agent}
  lead: {level: 1, title: Team lead}
  sponsor: {level: 3, title: Sponsor, fallback: lead}
  chief: {level: 4, title: Chief, fallback: sponsor, approvals: [{role: sponsor}]}
queues:
  desk: {title: Desk, roles: [agent], intents: [question, trouble], backup: lead, limits: {default: {first_response: 4h, resolution: 2d}}}
  care: {title: Care, roles: [lead], intents: [leaving], backup: lead, limits: {default: {first_response: 4h, resolution: 2d}}}
default_queue: desk
data_quality: {required: [tier], minimum: 0.0}
value: {deal_value: {weight: 40, full_at: 100000}}
guards:
  - {name: machines, when: {automated: true}, then: {action: ignore}, because: machines are not answered}
overrides: []
rules:
  - {name: to_sponsor, when: {intent: trouble, tier: enterprise}, then: {action: escalate, role: sponsor}, because: it matters}
  - {name: to_chief, when: {intent: leaving, tier: enterprise}, then: {action: escalate, role: chief}, because: it matters a lot}
"""
PEOPLE = """
people:
  - {id: ann, name: Ann, email: ann@x.example, role: agent, languages: [en, de], HOURS}
  - {id: ben, name: Ben, email: ben@x.example, role: lead, languages: [en, de], HOURS}
  - {id: cat, name: Cat, email: cat@x.example, role: sponsor, languages: [en, de], HOURS}
  - {id: dan, name: Dan, email: dan@x.example, role: chief, languages: [en, de], HOURS}
""".replace("HOURS", HOURS)
INTENTS = """
intents:
  - {name: question, group: support, utterances: [how does it work]}
  - {name: trouble, group: support, utterances: [it is broken]}
  - {name: leaving, group: accounts, utterances: [we cancel]}
"""
SPARE = "{title: Spare, roles: [agent], backup: lead, limits: {default: {first_response: 1h, resolution: 1d}}}"
COMPANY = """
id: acme
name: Acme
domains: [x.example]
languages: [en, de]
hours: {mon-fri: ["09:00-17:00"]}
"""


def found(policy: str, people: str = PEOPLE, company: str = COMPANY, intents: str = INTENTS) -> tuple[Finding, ...]:
    parsed, lines = parse(Policy, policy, "policy.yaml")
    roster = parse(Roster, people, "roster.yaml")[0]
    return check(parsed, lines, roster, parse(Intents, intents, "intents.yaml")[0], parse(Profile, company, "company.yaml")[0], NOW)


def with_rules(*rules: str, base: str = BASE) -> str:
    return base + "".join(f"  - {{{rule}, because: a reason}}\n" for rule in rules)


def kinds(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(each.kind, each.subject) for each in findings]


def only(findings: Sequence[Finding], kind: str) -> Finding:
    assert [each.kind for each in findings] == [kind], findings
    return findings[0]


def test_a_sound_policy_has_no_findings() -> None:
    assert found(BASE) == ()


# ---------------------------------------------------------------- rules that never decide


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("confidence: {at_least: 1.2}", "confidence is never under 0 nor over 1"),
        ("sentiment: {below: -1}", "sentiment is never under -1"),
        ("seats: {below: 0}", "seats is never under 0"),
        ("value_score: {at_least: 41}", "value_score is never under 0 nor over 40"),
        ("regulated_topic: exports", "no regulated_topic is declared"),
        ("intent: trouble, intent_group: accounts", "no intent of intent trouble belongs to the group"),
    ],
)
def test_conditions_that_nothing_satisfies_are_an_error(condition: str, reason: str) -> None:
    finding = only(found(with_rules(f"name: never, when: {{{condition}}}, then: {{action: handoff, queue: care}}")), "unreachable")
    assert finding.severity == "error"
    assert reason in finding.text


@pytest.mark.parametrize(
    "condition",
    ["confidence: {at_least: 1}", "sentiment: {below: -0.99}", "value_score: {at_least: 40}", "intent: leaving, intent_group: accounts"],
)
def test_conditions_that_are_just_possible_are_none(condition: str) -> None:
    assert found(with_rules(f"name: hardly_ever, when: {{{condition}}}, then: {{action: clarify}}")) == ()


def test_a_rule_behind_a_guard_is_unreachable_and_names_it() -> None:
    rule = "name: greet_machines, when: {automated: true, intent: question}, then: {action: answer}"
    finding = only(found(with_rules(rule)), "unreachable")
    assert finding.text == "rule greet_machines never decides: whenever it fires, guard machines holds first and ends the decision"
    assert finding.line == BASE.count("\n") + 1
    assert finding.severity == "error"
    assert found(with_rules(rule.replace("automated: true", "automated: false"))) == ()


def test_a_rule_behind_a_stricter_one_is_unreachable_unless_that_needs_an_approval() -> None:
    behind = "name: trouble_of_large, when: {intent: trouble, tier: enterprise, seats: {at_least: 9}}, then: {action: handoff, queue: care}"
    assert "to_sponsor fires too and is stricter" in only(found(with_rules(behind)), "unreachable").text
    fall_back = behind.replace("intent: trouble", "intent: leaving")
    assert found(with_rules(fall_back)) == ()


def test_rules_that_cover_another_together_make_it_unreachable() -> None:
    low = "name: few, when: {intent: question, seats: {below: 10}}, then: {action: handoff, queue: care}"
    high = "name: many, when: {intent: question, seats: {at_least: 10}}, then: {action: handoff, queue: care}"
    between = "name: some, when: {intent: question, seats: {at_least: 5, below: 20}}, then: {action: answer}"
    assert "rule few and rule many fire too and are stricter" in only(found(with_rules(low, high, between)), "unreachable").text
    assert found(with_rules(low.replace("below: 10", "below: 9"), high, between)) == ()


def test_an_expression_may_not_hold_so_it_covers_nothing() -> None:
    wide = 'name: wide, when: {intent: question}, expr: "seats > 1.0", then: {action: handoff, queue: care}'
    behind = "name: behind, when: {intent: question, grounded: true}, then: {action: answer}"
    assert found(with_rules(wide, behind)) == ()
    same = 'name: behind, when: {intent: question, grounded: true}, expr: "seats > 1.0", then: {action: answer}'
    assert only(found(with_rules(wide, same)), "unreachable").subject == "behind"


def test_a_rule_behind_an_override_comes_back_so_it_is_a_warning() -> None:
    override = (
        "overrides:\n  - {name: for_now, when: {intent: trouble}, then: {action: escalate, role: sponsor}, because: a reason, "
        "author: ann, expires: 2026-05-01T00:00:00Z}\n"
    )
    finding = only(found(BASE.replace("overrides: []\n", override)), "unreachable")
    assert (finding.subject, finding.severity) == ("to_sponsor", "warning")
    assert "until the override ends" in finding.text
    assert [each.kind for each in found(BASE.replace("overrides: []\n", override.replace("2026-05", "2026-03")))] == ["override"]


# ---------------------------------------------------------------- rules that compete


def test_equally_strict_rules_to_different_places_are_shown_with_a_message_that_fires_both() -> None:
    one = "name: asks, when: {wants_human: true}, then: {action: handoff, queue: care}"
    other = "name: angry, when: {sentiment: {below: -0.5}}, then: {action: handoff, queue: desk}"
    finding = only(found(with_rules(one, other)), "overlap")
    assert "asks wins over angry only because it stands before" in finding.text
    assert "fire for wants_human and sentiment -1" in finding.text


def test_overlaps_among_hand_offs_are_one_finding_and_stricter_ones_are_shown_each() -> None:
    rules = [
        "name: asks, when: {wants_human: true}, then: {action: handoff, queue: care}",
        "name: angry, when: {sentiment: {below: -0.5}}, then: {action: handoff, queue: desk}",
        "name: leaves, when: {threat_to_leave: true}, then: {action: handoff, queue: care}",
    ]
    finding = only(found(with_rules(*rules)), "overlap")
    assert "the order of the file decides: asks before angry; angry before leaves" in finding.text
    base = BASE.replace("  chief:", "  other: {level: 3, title: Other, fallback: lead}\n  chief:")
    people = PEOPLE + PEOPLE.splitlines()[4].replace("cat", "eva").replace("sponsor", "other") + "\n"
    climbing = "name: also, when: {tier: enterprise, seats: {at_least: 5}}, then: {action: escalate, role: other}"
    assert kinds(found(with_rules(*rules, climbing, base=base), people=people)) == [("overlap", "to_sponsor"), ("overlap", "asks")]


@pytest.mark.parametrize(
    "other",
    [
        "name: angry, when: {sentiment: {below: -0.5}}, then: {action: handoff, queue: care}",
        "name: angry, when: {wants_human: false, sentiment: {below: -0.5}}, then: {action: handoff, queue: desk}",
        "name: angry, when: {intent: leaving, sentiment: {below: -0.5}}, then: {action: handoff}",
        "name: angry, when: {intent: trouble, tier: enterprise, sentiment: {below: -0.5}}, then: {action: answer}",
    ],
)
def test_rules_that_cannot_decide_differently_do_not_compete(other: str) -> None:
    one = "name: asks, when: {wants_human: true}, then: {action: handoff, queue: care}"
    assert [each for each in found(with_rules(one, other)) if each.kind == "overlap"] == []


def test_a_milder_rule_that_asks_for_more_than_a_stricter_one_is_the_wrong_way_round() -> None:
    strict = "name: big, when: {intent: question, deal_value: {at_least: 1000}}, then: {action: escalate, role: chief}"
    mild = "name: bigger, when: {intent: question, deal_value: {at_least: 5000}}, then: {action: escalate, role: sponsor}"
    finding = only(found(with_rules(strict, mild)), "thresholds")
    assert finding.subject == "bigger"
    assert "deal_value ≥ 5,000" in finding.text
    assert found(with_rules(strict.replace("1000", "9000"), mild)) == ()


def test_a_gap_between_below_and_at_least_is_named() -> None:
    low = "name: small, when: {intent: question, deal_value: {below: 1000}}, then: {action: answer}"
    high = "name: large, when: {intent: question, deal_value: {at_least: 2000}}, then: {action: handoff, queue: care}"
    assert "below 1,000 and large begins at 2,000" in only(found(with_rules(low, high)), "thresholds").text
    assert found(with_rules(low, high.replace("2000", "1000"))) == ()


# ---------------------------------------------------------------- gaps and what nothing leads to


def test_an_intent_that_no_queue_and_no_rule_names_is_a_gap() -> None:
    finding = only(found(BASE.replace("intents: [question, trouble]", "intents: [trouble]")), "gap")
    assert "no rule and no queue is for question" in finding.text
    assert "Desk" in finding.text


def test_an_intent_that_only_a_rule_names_is_a_gap_unless_the_rule_takes_it_all() -> None:
    unlisted = BASE.replace("intents: [question, trouble]", "intents: [trouble]")
    sometimes = "name: sometimes, when: {intent: question, grounded: true}, then: {action: answer}"
    assert "where sometimes does not fire" in only(found(with_rules(sometimes, base=unlisted)), "gap").text
    always = "name: every, when: {intent: question}, then: {action: handoff, queue: care}"
    assert found(with_rules(always, base=unlisted)) == ()


def test_a_tier_that_only_one_rule_knows_is_probably_misspelt() -> None:
    scored = BASE.replace("full_at: 100000}", "full_at: 100000}, tier: {weight: 9, of: {enterprise: 1.0, team: 0.2}}")
    rule = "name: teams, when: {intent: question, tier: teams}, then: {action: answer}"
    assert "rest of the file knows only enterprise and team" in only(found(with_rules(rule, base=scored)), "gap").text
    assert found(with_rules(rule.replace("tier: teams", "tier: team"), base=scored)) == ()


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("  sponsor: {", "  idle: {level: 2, title: Idle}\n  sponsor: {", "role idle"),
        ("default_queue", f"  spare: {SPARE}\ndefault_queue", "queue spare"),
        ("guards:", "offers: {webinar: {en: Come}}\nguards:", "offer webinar"),
        ("minimum: 0.0}", "minimum: 0.5}", "has no consequence"),
        ("minimum: 0.0}", "minimum: 0.0, approvals: [{role: lead}]}", "never asked for"),
    ],
)
def test_what_nothing_leads_to_is_named(old: str, new: str, text: str) -> None:
    assert text in only(found(BASE.replace(old, new, 1)), "unused").text


# ---------------------------------------------------------------- people


def test_roles_that_stand_in_for_each_other_alone_are_a_circle() -> None:
    circle = BASE.replace("title: Agent}", "title: Agent, fallback: lead}").replace(
        "title: Team lead}", "title: Team lead, fallback: agent}"
    )
    assert "Agent and Team lead stand in for each other" in only(found(circle), "cycle").text
    assert found(BASE.replace("title: Agent}", "title: Agent, fallback: lead}")) == ()


def test_a_role_that_falls_back_on_itself_is_an_error() -> None:
    finding = only(found(BASE.replace("title: Agent}", "title: Agent, fallback: agent}")), "cycle")
    assert finding.severity == "error"


def test_open_hours_with_nobody_are_named_by_day_and_local_hour() -> None:
    late = PEOPLE.replace(HOURS, 'hours: {mon-thu: ["09:00-17:00"], fri: ["09:00-12:30"]}', 1)
    finding = only(found(BASE, people=late), "nobody")
    assert finding.text == "queue desk is open Fri 12:30-17:00 (UTC), and no Agent is at work then"
    assert found(BASE.replace("title: Agent}", "title: Agent, fallback: lead}"), people=late) == ()


def test_quiet_hours_count_as_hours_with_nobody() -> None:
    quiet = BASE.replace("title: Agent}", 'title: Agent, quiet_hours: {mon-fri: ["12:00-13:00"]}}')
    assert "Mon-Fri 12:00-13:00" in only(found(quiet), "nobody").text


def test_hours_are_compared_across_time_zones_and_summer_time() -> None:
    abroad = PEOPLE.replace(HOURS, 'time_zone: Europe/Berlin, hours: {mon-fri: ["10:00-18:00"]}', 1)
    text = only(found(BASE, people=abroad), "nobody").text
    assert "Mon-Fri 16:00-17:00 in the week of 7 September 2026" in text
    assert "March" not in text


def test_a_language_that_nobody_of_a_queue_speaks_is_named() -> None:
    finding = only(found(BASE, people=PEOPLE.replace("[en, de]", "[en]", 1)), "nobody")
    assert "nobody who serves Desk speaks 'de'" in finding.text


def test_an_approval_that_only_the_owner_could_give_is_named() -> None:
    alone = BASE.replace("fallback: lead}", "fallback: lead, approvals: [{role: sponsor}]}")
    finding = only(found(alone), "approval")
    assert "goes to Cat, whose own approval it needs" in finding.text
    two = PEOPLE + f"  - {{id: eve, name: Eve, email: eve@x.example, role: sponsor, languages: [en, de], {HOURS}}}\n"
    assert found(alone, people=two) == ()


def test_a_quorum_of_more_people_than_there_are_is_an_error() -> None:
    many = BASE.replace("approvals: [{role: sponsor}]", "approvals: [{role: sponsor, quorum: 2}]")
    finding = only(found(many), "approval")
    assert finding.severity == "error"
    assert "only 1 person may give one" in finding.text


@pytest.mark.parametrize(
    ("expires", "text"), [("2026-03-01", "ended on 1 March 2026"), ("2026-03-20", "ends on 20 March 2026"), ("2026-06-01", None)]
)
def test_overrides_that_ended_or_soon_end_are_named(expires: str, text: str | None) -> None:
    override = f"""
        overrides:
          - name: for_now
            when: {{intent: question, tier: team}}
            then: {{action: escalate, role: sponsor}}
            because: a reason
            author: ann
            expires: {expires}T00:00:00Z
        """
    findings = found(BASE.replace("overrides: []\n", dedent(override).lstrip()))
    assert [each.kind for each in findings] == (["override"] if text else [])
    assert text is None or text in findings[0].text


def test_a_hundred_rules_and_five_hundred_people_take_less_than_five_seconds() -> None:
    intents, roles = ("question", "trouble", "leaving"), ("sponsor", "chief", "lead")
    rules = [
        f"name: rule_{n}, when: {{intent: {intents[n % 3]}, tier: [a{n % 7}, b{n % 5}], deal_value: {{at_least: {n * 100}}}, "
        f"seats: {{below: {n * 7 + 1}}}}}, then: {{action: escalate, role: {roles[n % 3]}}}"
        for n in range(100)
    ]
    people = PEOPLE + "".join(
        f"  - {{id: p{n}, name: P{n}, email: p{n}@x.example, role: {['agent', 'lead', 'sponsor'][n % 3]}, languages: [en, de], "
        f"time_zone: Europe/Berlin, {HOURS}}}\n"
        for n in range(500)
    )
    began = time.perf_counter()
    found(with_rules(*rules), people=people)
    assert time.perf_counter() - began < 5


def test_findings_are_in_the_order_of_the_file_with_errors_first() -> None:
    findings = found(
        with_rules(
            "name: asks, when: {wants_human: true}, then: {action: handoff, queue: care}",
            "name: angry, when: {sentiment: {below: -0.5}}, then: {action: handoff, queue: desk}",
            "name: never, when: {confidence: {at_least: 2}}, then: {action: answer}",
        )
    )
    assert kinds(findings) == [("unreachable", "never"), ("overlap", "asks")]
