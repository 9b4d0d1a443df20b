"""The decision: pure and total. The same signals, people, clock and policy give the same plan, byte for byte.

Guards are tried first. Among the rules that fire the strictest wins: the higher level, then the more approvals, then the more cautious
action, then the earlier rule. Where no rule fires a person gets it: automation needs a rule that allows it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from core.company import Roster
from core.types import Action, Alternative, ApprovalNeed, Plan, Signal, Sla
from policy.limits import merged, within_limits
from policy.load import Compiled
from policy.match import missing, wanted
from policy.path import up
from policy.people import Assignment, Need, assign, stay
from policy.schema import Outcome, Policy, Queue, Rule
from policy.signals import Facts, facts

_CAUTION: dict[Action, int] = {"ignore": 0, "answer": 1, "clarify": 2, "handoff": 3, "escalate": 4}
_ALTERNATIVES = 6


class Case(NamedTuple):
    """Everything a decision may depend on. ``load``: open conversations by person, ``assigned``: when each last got one; ``rotation``: the
    conversation's id, breaks ties; ``owner``: who owns it already; ``absent``: whose work a deputy does; ``busy``: whose calendar is taken.
    """

    signals: tuple[Signal, ...]
    now: datetime
    load: Mapping[str, int]
    rotation: str
    owner: str | None = None
    absent: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    assigned: Mapping[str, datetime] = {}


def decide(compiled: Compiled, roster: Roster, case: Case, *, unapproved: bool = False) -> Plan:
    """The plan for ``case``, with the rules that led to it and the alternatives that lost.

    ``unapproved`` leaves out every rule that needs an approval: the path that is followed when one was refused or timed out.
    """
    known = facts(case.signals)
    policy = compiled.policy
    for guard in policy.guards:
        if not missing(guard, known, compiled.programs):
            return _plan(policy, roster, case, known, guard, ())
    gaps = {rule.name: missing(rule, known, compiled.programs) for rule in policy.rules}
    fired = [rule for rule in policy.rules if not gaps[rule.name] and not (unapproved and _needs_approval(policy, known, rule))]
    winner = max(fired, key=lambda rule: _strictness(policy, rule.then), default=None)
    return _plan(policy, roster, case, known, winner or _fallback(policy, known), _alternatives(policy, known, winner, gaps))


def fall_back(compiled: Compiled, roster: Roster, case: Case, plan: Plan) -> Plan:
    """What follows when nobody approved ``plan`` in time: the first fall-back on its role's path that needs no approval, else the strictest
    plan that needs none."""
    policy, known = compiled.policy, facts(case.signals)
    asked = next((rule.then.role for rule in policy.rules if rule.name in plan.rules), None) or plan.role
    standing_in = [role for step in policy.path((asked,))[1:] for role in step] if asked else []
    for role in standing_in:
        rule = Rule.model_construct(
            name=plan.rules[0],
            when={},
            expr=None,
            then=Outcome(action="escalate", role=role),
            because=f"{policy.roles[role].title} stands in for {policy.roles[asked].title}" if asked else "",
        )
        if not _needs_approval(policy, known, rule):
            return _plan(policy, roster, case, known, rule, ())
    return decide(compiled, roster, case, unapproved=True)


def hand_off(compiled: Compiled, roster: Roster, case: Case) -> Plan:
    """The default: a person of the intent's queue."""
    return _plan(compiled.policy, roster, case, facts(case.signals), _fallback(compiled.policy, facts(case.signals)), ())


def _fallback(policy: Policy, known: Facts) -> Rule:
    return Rule.model_construct(
        name="default",
        when={},
        expr=None,
        then=Outcome(action="handoff"),
        because=_why_nobody_else(policy, known),
    )


def _why_nobody_else(policy: Policy, known: Facts) -> str:
    intent = _text(known, "intent")
    if known.get("out_of_scope") or intent is None:
        return "nothing that the rules know; a person reads it"
    if known.get("abstained"):
        return "not sure enough for any rule; a person reads it"
    return f"{intent.replace('_', ' ')}: work for the {policy.queues[policy.queue_for(intent)].title} queue"


def _level(policy: Policy, outcome: Outcome) -> int:
    if outcome.role:
        return policy.roles[outcome.role].level
    return 1 if outcome.action == "handoff" else 0


def _strictness(policy: Policy, outcome: Outcome) -> tuple[int, int, int]:
    return _level(policy, outcome), sum(need.quorum for need in _approvals(policy, outcome)), _CAUTION[outcome.action]


def _approvals(policy: Policy, outcome: Outcome) -> tuple[ApprovalNeed, ...]:
    return merged((*outcome.approvals, *(policy.roles[outcome.role].approvals if outcome.role else ())))


def _needs_approval(policy: Policy, known: Facts, rule: Rule) -> bool:
    return bool(_approvals(policy, rule.then) or _gate(policy, known, _level(policy, rule.then))[0])


def _plan(policy: Policy, roster: Roster, case: Case, known: Facts, rule: Rule, alternatives: tuple[Alternative, ...]) -> Plan:
    outcome, level = rule.then, _level(policy, rule.then)
    spend = {limit: _amount(known, signal) for limit, signal in outcome.spend.items()}
    cautious, why = _gate(policy, known, level)
    needs, notes = within_limits(policy, roster, merged((*_approvals(policy, outcome), *cautious)), spend)
    plan = Plan(
        action=outcome.action,
        level=level,
        approvals=needs,
        spend=spend,
        rules=(rule.name,),
        reasons=(rule.because, *why, *notes),
        alternatives=alternatives,
    )
    return plan if outcome.action in ("answer", "clarify", "ignore") else _staffed(policy, roster, case, known, outcome, plan)


def _staffed(policy: Policy, roster: Roster, case: Case, known: Facts, outcome: Outcome, plan: Plan) -> Plan:
    """The plan with its people and time limits."""
    queue = outcome.queue or policy.queue_for(_text(known, "intent"))
    people = _people(policy, roster, case, known, outcome, policy.queues[queue])
    because, *notes = plan.reasons
    staffed = plan.model_copy(
        update={
            "queue": queue,
            "owner": people.owner.id,
            "role": people.owner.role,
            "backups": tuple(person.id for person in people.backups),
            "sla": _sla(policy, known, outcome, policy.queues[queue]),
            "reasons": (because, *people.notes, *notes),
        }
    )
    return staffed.model_copy(update={"up": up(policy, roster, staffed, case.now, case.absent)})


def _people(policy: Policy, roster: Roster, case: Case, known: Facts, outcome: Outcome, queue: Queue) -> Assignment:
    owner = _text(known, "account_owner") if outcome.account_owner_first or not outcome.role else None
    need = Need(
        language=_text(known, "language") or "en",
        region=_text(known, "region") or "",
        skills=frozenset() if outcome.role else queue.skills,
        preferred=case.owner or owner or None,
        now=case.now,
        load=case.load,
        rotation=case.rotation,
        absent=case.absent,
    )
    in_charge = roster.get(case.owner) if case.owner and known.get("mode") == "human" else None
    if in_charge:
        return stay(policy, roster, in_charge, need)
    roles = _roles(policy, roster, outcome, owner) if outcome.role else queue.roles
    return assign(policy, roster, roles, None if outcome.role else queue.backup, need)


def _roles(policy: Policy, roster: Roster, outcome: Outcome, owner: str | None) -> tuple[str, ...]:
    """The rule's role, and the account owner's own where it stands on the same level."""
    role = outcome.role or ""
    person = roster.get(owner) if owner and outcome.account_owner_first else None
    same = person is not None and policy.roles[person.role].level == policy.roles[role].level
    return tuple(dict.fromkeys((role, person.role))) if person and same else (role,)


def _gate(policy: Policy, known: Facts, level: int) -> tuple[tuple[ApprovalNeed, ...], tuple[str, ...]]:
    """The data-quality gate: thin or stale facts add approvals to whatever reaches level 2 or more."""
    quality = known.get("data_quality")
    if level < 2 or not isinstance(quality, (int, float)) or quality >= policy.data_quality.minimum:
        return (), ()
    note = f"facts are thin or stale (data quality {quality:.2f} < {policy.data_quality.minimum:.2f}): the cautious path"
    return policy.data_quality.approvals, (note,)


def _sla(policy: Policy, known: Facts, outcome: Outcome, queue: Queue) -> Sla:
    limits = policy.roles[outcome.role].limits if outcome.role else None
    tier = _text(known, "tier") or "default"
    return (limits or queue.limits.get(tier) or queue.limits["default"]).sla()


def _alternatives(policy: Policy, known: Facts, winner: Rule | None, gaps: Mapping[str, tuple[str, ...]]) -> tuple[Alternative, ...]:
    """Rules that fired and lost, then rules one condition short of firing that would have won, strictest first."""
    best = _strictness(policy, winner.then) if winner else (-1, 0, 0)
    lost = [
        _alternative(policy, rule, f"less strict than {winner.name}")
        for rule in policy.rules
        if winner and not gaps[rule.name] and rule != winner
    ]
    one_short = [rule for rule in policy.rules if len(gaps[rule.name]) == 1 and gaps[rule.name] != ("intent",)]
    near = [rule for rule in one_short if _strictness(policy, rule.then) > best]
    near.sort(key=lambda rule: _strictness(policy, rule.then), reverse=True)
    return tuple([*lost, *(_alternative(policy, rule, _change(rule, gaps[rule.name][0], known)) for rule in near)][:_ALTERNATIVES])


def _alternative(policy: Policy, rule: Rule, because: str) -> Alternative:
    return Alternative(rule=rule.name, action=rule.then.action, level=_level(policy, rule.then), role=rule.then.role, because=because)


def _change(rule: Rule, name: str, known: Facts) -> str:
    if name == "expr":
        return f"would win if {rule.expr}"
    value = known.get(name)
    shown = (
        "unknown" if value is None else f"{value:,.10g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
    )
    return f"would win if {name} were {wanted(rule.when[name], value)} (is {shown})"


def _amount(known: Facts, name: str) -> float | None:
    value = known.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(known: Facts, name: str) -> str | None:
    value = known.get(name)
    return value if isinstance(value, str) else None
