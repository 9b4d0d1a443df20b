"""What holds of every decision, whatever policy, people, clock and message: 623 random companies, four messages each."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.company import Person
from core.types import VERIFIED, ApprovalNeed, Plan, Signal, SignalValue
from policy.deciding.decision import Case, decide, fall_back, hand_off
from policy.deciding.match import holds
from policy.loading.expressions import compiled as expression
from policy.loading.load import load
from policy.loading.monotone import broken
from policy.loading.names import placed_rules
from policy.schema import Jurisdiction, Override, Policy, Range, Rule
from policy.signals import SCHEMA, Facts, facts
from policy.telling.counterfactuals import alternatives
from tests.unit.policy.strategies import BATCH, FLAGS, INTENTS, PROFILE, Halves, World, batches, signal

Test = Callable[..., None]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def cases(count: int) -> Callable[[Test], Test]:
    """So many messages, ``BATCH`` of them to each random company."""
    return settings(max_examples=count // BATCH, deadline=None, suppress_health_check=QUIET, database=None)


# ---------------------------------------------------------------- the decision, said a second time and naively


def fires(rule: Rule, case: Case) -> bool:
    known = facts(case.signals)
    declared = all(holds(condition, known.get(name)) for name, condition in rule.when.items())
    return declared and (rule.expr is None or expression(rule.expr).holds(known))


def level(policy: Policy, rule: Rule) -> int:
    return policy.roles[rule.then.role].level if rule.then.role else 1 if rule.then.action == "handoff" else 0


def strictness(policy: Policy, rule: Rule) -> tuple[int, int, int]:
    needs: dict[str, int] = {}
    for need in (*rule.then.approvals, *(policy.roles[rule.then.role].approvals if rule.then.role else ())):
        needs[need.role] = max(need.quorum, needs.get(need.role, 0))
    caution = ("ignore", "answer", "clarify", "handoff", "escalate").index(rule.then.action)
    return level(policy, rule), sum(needs.values()), caution


def expected(policy: Policy, case: Case) -> str:
    ended = [each.name for each in policy.overrides if isinstance(each, Override) and each.expires <= case.now]
    for rule in (*policy.guards, *policy.overrides):
        if rule.name not in ended and fires(rule, case):
            return rule.name
    firing = [rule for rule in policy.rules if fires(rule, case)]
    return max(firing, key=lambda rule: strictness(policy, rule)).name if firing else "default"


def rule_of(world: World, plan: Plan) -> Rule | None:
    return next((rule for _, rule in placed_rules(world.compiled.policy) if rule.name in plan.rules), None)


def may_own(world: World, person: Person, plan: Plan) -> bool:
    policy, known, rule = world.compiled.policy, facts(world.case.signals), rule_of(world, plan)
    asked = set(rule.then.permissions if rule else ()) | policy.queues[plan.queue or ""].permissions | policy.roles[person.role].permissions
    if rule and rule.then.role:
        asked |= policy.roles[rule.then.role].permissions
    if topic := policy.regulated.get(str(known.get("regulated_topic"))):
        asked |= topic.permissions
    replies = bool({"agent", "lead", "admin"} & set(person.access))
    return replies and asked <= person.permissions and all(set(law.handled_in) & set(person.regions) for law in laws(policy, known))


def laws(policy: Policy, known: Facts) -> list[Jurisdiction]:
    """Those that restrict who may own it, and may apply: the customer's, else all."""
    region = str(known.get("region") or "").lower()
    theirs = [law for law in policy.jurisdictions.values() if region in law.regions or "*" in law.regions]
    return [law for law in (theirs[:1] or policy.jurisdictions.values()) if law.handled_in]


def covered(need: ApprovalNeed, plan: Plan) -> bool:
    """Whether the plan asks for as much; a need that the limits moved to its level and higher counts."""
    return any(each.quorum >= need.quorum and (each.role == need.role or each.level is not None) for each in plan.approvals)


# ---------------------------------------------------------------- the properties


@cases(300)
@given(batches())
def test_every_message_has_one_plan_byte_for_byte(batch: list[World]) -> None:
    for world in batch:
        plan = decide(world.compiled, world.roster, world.case)
        again = load(world.text, "policy.yaml", world.roster, INTENTS, PROFILE)
        backwards = world.case._replace(signals=tuple(reversed(world.case.signals)))
        assert again.version == world.compiled.version
        assert decide(again, world.roster, world.case).model_dump_json() == plan.model_dump_json()
        assert decide(again, world.roster, backwards).model_dump_json() == plan.model_dump_json()
        assert not decide(world.compiled, world.roster, world.case, unapproved=True).approvals
        assert not fall_back(world.compiled, world.roster, world.case, plan).approvals
        assert hand_off(world.compiled, world.roster, world.case).action == "handoff"


@cases(350)
@given(batches())
def test_guards_come_first_then_overrides_then_the_strictest_rule(batch: list[World]) -> None:
    for world in batch:
        plan, policy = decide(world.compiled, world.roster, world.case), world.compiled.policy
        assert plan.rules == (expected(policy, world.case),)
        rule = rule_of(world, plan)
        soft = rule is not None and bool(rule.then.before) and plan.action == "clarify"
        assert plan.level == (0 if soft else level(policy, rule) if rule else 1)
        if soft:
            firing = [each for each in policy.rules if each is not rule and fires(each, world.case) and level(policy, each) >= 1]
            assert not firing
            assert facts(world.case.signals).get("wants_human") is not True


@cases(350)
@given(batches())
def test_the_owner_may_own_it_and_somebody_else_backs_them_up(batch: list[World]) -> None:
    for world in batch:
        plan = decide(world.compiled, world.roster, world.case)
        for each in (plan, fall_back(world.compiled, world.roster, world.case, plan), hand_off(world.compiled, world.roster, world.case)):
            if each.action not in ("handoff", "escalate"):
                assert each.owner is None
                continue
            assert each.sla
            assert each.backups
            assert each.owner not in each.backups
            staffed = each if each is plan else each.model_copy(update={"rules": ()})
            for id in (each.owner, *each.backups):
                person = world.roster.get(id or "")
                assert person
                assert may_own(world, person, staffed)


@cases(350)
@given(batches())
def test_no_executive_without_the_approvals_that_reach_them(batch: list[World]) -> None:
    for world in batch:
        plan, policy = decide(world.compiled, world.roster, world.case), world.compiled.policy
        rule = rule_of(world, plan)
        if plan.action == "escalate" and rule and rule.then.role:
            assert all(covered(need, plan) for need in (*rule.then.approvals, *policy.roles[rule.then.role].approvals))
        owner = world.roster.get(plan.owner or "")
        if owner and policy.roles[owner.role].level >= 3:
            assert all(covered(need, plan) for need in policy.roles[owner.role].approvals)
        if plan.level >= 2 and float(str(facts(world.case.signals)["data_quality"])) < policy.data_quality.minimum:
            assert all(covered(need, plan) for need in policy.data_quality.approvals)


@cases(300)
@given(batches())
def test_an_override_takes_no_approval_of_the_strictest_rule_away(batch: list[World]) -> None:
    for world in batch:
        plan, policy = decide(world.compiled, world.roster, world.case), world.compiled.policy
        fired = [rule for rule in policy.rules if fires(rule, world.case)]
        if not fired or not isinstance(rule_of(world, plan), Override):
            continue
        strictest = max(fired, key=lambda rule: strictness(policy, rule))
        role = policy.roles.get(strictest.then.role or "")
        assert all(covered(need, plan) for need in (*strictest.then.approvals, *(role.approvals if role else ())))
        if level(policy, strictest) >= 2 and float(str(facts(world.case.signals)["data_quality"])) < policy.data_quality.minimum:
            assert all(covered(need, plan) for need in policy.data_quality.approvals)


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(sorted(name for name, spec in SCHEMA.items() if spec.verified)),
        st.sampled_from(("channel", "intent", "advisor", "history")),
    ),
    min_size=1,
    max_size=8,
)


@cases(250)
@given(batches(), CLAIMS)
def test_what_a_text_claims_of_verified_facts_changes_nothing(batch: list[World], claims: list[tuple[str, str]]) -> None:
    for world in batch:
        strong: dict[str, SignalValue] = {"number": 9e9, "text": "enterprise", "flag": True}
        claimed = tuple(signal(name, strong[SCHEMA[name].kind], world.case.now, source) for name, source in claims)
        stated = tuple(each for each in world.case.signals if each.source != "score")
        for signals in ((*stated, *claimed), (*claimed, *stated)):
            plan = decide(world.compiled, world.roster, world.with_signals(signals))
            assert plan.model_dump_json() == decide(world.compiled, world.roster, world.case).model_dump_json()


@cases(300)
@given(batches(), st.data())
def test_what_the_file_may_call_monotone_never_lowers_the_level(batch: list[World], data: st.DataObject) -> None:
    near = st.sampled_from((-1.0, 4e3, 5e3, 9_999.0, 1e4, 3e4, 5e4, 1e5, 2.5e5, 1e6))
    rising = [name for name in ("deal_value", "arr", "strategic") if promises(batch[0].compiled.policy, name)]
    assume(rising)
    for name, world in product(rising, batch):
        low, high = sorted(data.draw(st.tuples(near, near)))
        values: tuple[SignalValue, SignalValue] = (False, True) if name == "strategic" else (low, high)
        stated = tuple(each for each in world.case.signals if each.source != "score")
        levels = [decide(world.compiled, world.roster, set_to(world, stated, name, value)).level for value in values]
        assert levels[0] <= levels[1]


def promises(policy: Policy, name: str) -> bool:
    """Whether ``load`` would take the policy with the signal under ``monotone``."""
    promised = policy.model_copy(update={"monotone": (name,)})
    placed = list(placed_rules(promised))
    return not list(broken(promised, placed, {rule.expr: expression(rule.expr) for _, rule in placed if rule.expr}))


def set_to(world: World, stated: tuple[Signal, ...], name: str, value: SignalValue) -> Case:
    """The message with that one signal changed, and what follows from it."""
    changed = {name: value} | ({"intent_group": INTENTS.groups.get(str(value))} if name == "intent" else {})
    kept = tuple(each for each in stated if each.name not in changed and each.source != "score")
    made = world.with_signals((*kept, *(signal(each, to, world.case.now) for each, to in changed.items())))
    if name not in DERIVED:
        return made
    return made._replace(signals=(*(each for each in made.signals if each.name != name), signal(name, value, world.case.now, "score")))


DERIVED = ("value_score", "risk_score", "expected_value")


def every_change(world: World) -> Iterator[tuple[str, SignalValue, float]]:
    """All that is worth trying, found without the code under test: signal, value, distance from what is."""
    known = facts(world.case.signals)
    asked: dict[str, list[Any]] = {}
    for _, rule in placed_rules(world.compiled.policy):
        for name, condition in rule.when.items():
            asked.setdefault(name, []).append(condition)
    for name, conditions in asked.items():
        now: Any = known.get(name)
        if name in FLAGS:
            yield name, now is not True, 1.0
        elif isinstance(conditions[0], Range):
            limits = {limit for each in conditions for limit in (each.at_least, each.below) if limit is not None}
            for limit, under in ((limit, math.nextafter(limit, -math.inf)) for limit in sorted(limits)):
                beyond = (limit, under) if now is None else (limit,) if limit > now else (under,)
                yield from ((name, value, abs(value - (now or 0.0))) for value in beyond)
        else:
            yield from ((name, each, 1.0) for each in sorted({each for some in conditions for each in some}) if each != now)


@cases(300)
@given(batches())
def test_a_counterfactual_is_true_the_smallest_and_none_is_missing(batch: list[World]) -> None:
    for world in batch:
        plan = decide(world.compiled, world.roster, world.case)
        told = {other.rule: other for other in alternatives(world.compiled, world.case, plan, Halves(), limit=None)}
        wins: dict[str, list[tuple[str, SignalValue, float]]] = {}
        for name, value, distance in every_change(world):
            winner = decide(world.compiled, world.roster, set_to(world, world.case.signals, name, value)).rules[0]
            if winner not in plan.rules:
                wins.setdefault(winner, []).append((name, value, distance))
        guards = {rule.name for rule in world.compiled.policy.guards}
        assert {rule for rule in wins if rule != "default" and rule not in guards} <= set(told)
        for rule, other in told.items():
            if other.signal:
                smallest = min(distance for name, _, distance in wins[rule] if name == other.signal)
                assert (other.signal, other.wanted, smallest) in wins[rule]
            else:
                assert rule not in wins
                assert not other.exact or "holds as well" in other.because


def test_the_sources_of_claims_are_not_verified() -> None:
    assert VERIFIED.isdisjoint({"channel", "intent", "advisor", "history"})
