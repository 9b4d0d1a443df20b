"""The decision: pure and total. The same signals, people, clock and policy give the same plan, byte for byte.

Guards are tried first, then overrides that have not ended. Among the rules that fire the strictest wins: the higher level, then the more
approvals, then the more cautious action, then the earlier rule. Where nothing fires a person gets it: automation needs a rule for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.company import Person, Roster
from core.types import ApprovalNeed, Plan, Signal, Sla
from policy.deciding.choice import choose, soft_step
from policy.deciding.eligibility import Need, demanded, short_of_people
from policy.deciding.index import Entry
from policy.deciding.limits import merged, named, within_limits
from policy.deciding.match import Reading, number, text
from policy.deciding.path import up
from policy.deciding.people import Assignment, assign, stay
from policy.deciding.strictness import approvals_of, gate, level_of
from policy.jurisdiction import handled_in, jurisdiction_of
from policy.loading.load import Compiled
from policy.schema import Outcome, Policy, Queue, Rule, SoftStep
from policy.signals import Facts, facts


class Case(NamedTuple):
    """Everything a decision may depend on. ``load``: open conversations by person, ``assigned``: when each last got one; ``rotation``: the
    conversation's id, breaks ties; ``owner``: who owns it already; ``absent``: whose work a deputy does; ``busy``: whose calendar is taken;
    ``default_language``: the company's, for messages in a language that it does not serve; ``gaps``: what is missing or stale, in words.
    """

    signals: tuple[Signal, ...]
    now: datetime
    load: Mapping[str, int]
    rotation: str
    owner: str | None = None
    absent: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    assigned: Mapping[str, datetime] = {}
    default_language: str = "en"
    gaps: tuple[str, ...] = ()


class _Scene(NamedTuple):
    policy: Policy
    roster: Roster
    case: Case
    known: Facts


def decide(compiled: Compiled, roster: Roster, case: Case, *, unapproved: bool = False) -> Plan:
    """The plan for ``case``, with the rule that led to it. What lost, and what would have changed it: ``policy.telling.counterfactuals``.

    ``unapproved`` leaves out every rule that needs an approval: the path that is followed when one was refused or timed out.
    """
    reading = Reading(facts(case.signals))
    choice = choose(compiled.policy, compiled.index, reading, case.now, unapproved=unapproved)
    scene = _Scene(compiled.policy, roster, case, reading.facts)
    if choice.winner is None:
        return _plan(scene, _default(scene))
    step = None if unapproved else soft_step(choice, reading.facts)
    return _softly(scene, choice.winner.rule, step) if step else _plan(scene, choice.winner.rule, choice.binding[1:])


def fall_back(compiled: Compiled, roster: Roster, case: Case, plan: Plan) -> Plan:
    """What follows when nobody approved ``plan`` in time: the first fall-back on its role's path that needs no approval and has people who
    may own it, else the strictest plan that needs none."""
    scene = _Scene(compiled.policy, roster, case, facts(case.signals))
    policy = compiled.policy
    named = [compiled.index.by_name[name].rule.then for name in plan.rules if name in compiled.index.by_name]
    asked = next((outcome.role for outcome in named if outcome.role), None) or plan.role
    standing_in = [role for step in policy.path((asked,))[1:] for role in step] if asked in policy.roles else []
    for role in standing_in:
        outcome = _standing_in(named[0] if named else None, role)
        if not _approved(scene, outcome) and not short_of_people(policy, roster, (role,), _need(scene, outcome)):
            because = f"{policy.roles[role].title} stands in for {policy.roles[asked or role].title}"
            return _plan(scene, _rule(plan.rules[0] if plan.rules else "default", outcome, because))
    return decide(compiled, roster, case, unapproved=True)


def hand_off(compiled: Compiled, roster: Roster, case: Case) -> Plan:
    """The default: a person of the intent's queue."""
    scene = _Scene(compiled.policy, roster, case, facts(case.signals))
    return _plan(scene, _default(scene))


def _standing_in(outcome: Outcome | None, role: str) -> Outcome:
    """What is asked of a role that stands in: the permissions and the haste of the rule stay."""
    if outcome is None:
        return Outcome(action="escalate", role=role)
    return Outcome(action="escalate", role=role, permissions=outcome.permissions, urgent=outcome.urgent)


def _approved(scene: _Scene, outcome: Outcome) -> bool:
    """Whether the outcome needs an approval."""
    policy = scene.policy
    return bool(approvals_of(policy, outcome) or gate(policy, scene.known, level_of(policy, outcome))[0])


def _rule(name: str, outcome: Outcome, because: str) -> Rule:
    return Rule.model_construct(name=name, when={}, expr=None, then=outcome, because=because)


def _default(scene: _Scene) -> Rule:
    return _rule("default", Outcome(action="handoff"), _why_nobody_else(scene.policy, scene.known))


def _why_nobody_else(policy: Policy, known: Facts) -> str:
    intent = text(known, "intent")
    if known.get("out_of_scope") or intent is None:
        return "nothing that the rules know; a person reads it"
    if known.get("abstained"):
        return "not sure enough for any rule; a person reads it"
    return f"{intent.replace('_', ' ')}: work for the {policy.queues[policy.queue_for(intent)].title} queue"


def _softly(scene: _Scene, rule: Rule, step: SoftStep) -> Plan:
    """Automation tries the step before the rule's people are asked."""
    trying = f"an alternative first ({step.offer})" if step.offer else "one question first"
    return Plan(
        action="clarify",
        level=0,
        offer=step.offer,
        jurisdiction=jurisdiction_of(scene.policy, scene.known),
        rules=(rule.name,),
        reasons=(rule.because, f"{trying}; a person is asked if that does not settle it"),
    )


def _plan(scene: _Scene, rule: Rule, overridden: Sequence[Entry] = ()) -> Plan:
    """What the rule asks for, with the approvals of what it wins over as an override."""
    policy, roster, _, known = scene
    outcome, level = rule.then, level_of(policy, rule.then)
    spend = _at_stake(known, (outcome, *(entry.rule.then for entry in overridden)))
    own, kept = approvals_of(policy, outcome), merged(need for entry in overridden for need in entry.approvals)
    cautious, why = gate(policy, known, max((level, *(entry.level for entry in overridden))))
    needs, notes = within_limits(policy, roster, merged((*own, *kept, *cautious)), spend)
    plan = Plan(
        action=outcome.action,
        level=level,
        approvals=needs,
        spend=spend,
        jurisdiction=jurisdiction_of(policy, known),
        rules=(rule.name,),
        reasons=(rule.because, *_kept(policy, rule, overridden, own), *why, *(_missing(scene.case) if why else ()), *notes),
    )
    return plan if outcome.action in ("answer", "clarify", "ignore") else _staffed(scene, outcome, plan)


def _at_stake(known: Facts, outcomes: Iterable[Outcome]) -> dict[str, float | None]:
    """Limit → the largest amount that any of the outcomes states; None where none is known. What is not known is more than 0."""
    largest: dict[str, float | None] = {}
    for outcome in outcomes:
        for limit, signal in outcome.spend.items():
            amount, before = number(known.get(signal)), largest.get(limit, 0.0)
            largest[limit] = max(amount, before) if amount is not None and before is not None else ((amount or before) or None)
    return largest


def _kept(policy: Policy, rule: Rule, overridden: Sequence[Entry], own: Sequence[ApprovalNeed]) -> tuple[str, ...]:
    """What is said where an override leaves approvals standing that it does not ask for itself."""
    asking = [entry for entry in overridden if any(need not in own for need in entry.approvals)]
    needs = ", ".join(named(policy, need) for need in merged(need for entry in asking for need in entry.approvals) if need not in own)
    if not asking:
        return ()
    return (f"{rule.name} takes no approval away: that of {needs}, which {' and '.join(each.rule.name for each in asking)} needs, stays",)


def _missing(case: Case) -> tuple[str, ...]:
    return ("; ".join(case.gaps),) if case.gaps else ()


def _staffed(scene: _Scene, outcome: Outcome, plan: Plan) -> Plan:
    """The plan with its people and time limits."""
    policy, roster, _, known = scene
    queue, need = _queue(scene, outcome), _need(scene, outcome)
    people = _people(scene, outcome, policy.queues[queue], need)
    because, *notes = plan.reasons
    staffed = plan.model_copy(
        update={
            "queue": queue,
            "owner": people.owner.id,
            "role": people.owner.role,
            "permissions": tuple(sorted(need.permissions)),
            "handled_in": need.handled_in,
            "backups": tuple(person.id for person in people.backups),
            "sla": _sla(policy, known, outcome, policy.queues[queue]),
            "reasons": (because, *people.notes, *notes),
        }
    )
    return staffed.model_copy(update={"up": up(policy, roster, staffed, need)})


def _queue(scene: _Scene, outcome: Outcome) -> str:
    return outcome.queue or scene.policy.queue_for(text(scene.known, "intent"))


def _need(scene: _Scene, outcome: Outcome) -> Need:
    policy, _, case, known = scene
    queue = _queue(scene, outcome)
    return Need(
        language=_language(case, known),
        region=text(known, "region") or "",
        skills=outcome.skills | (frozenset() if outcome.role else policy.queues[queue].skills),
        preferred=case.owner or _account_owner(known, outcome),
        now=case.now,
        load=case.load,
        rotation=case.rotation,
        absent=case.absent,
        busy=case.busy,
        assigned=case.assigned,
        permissions=demanded(policy, outcome, queue, text(known, "regulated_topic")),
        handled_in=handled_in(policy, known),
        urgent=outcome.urgent,
    )


def _language(case: Case, known: Facts) -> str:
    """The message's where the company serves it, else the company's own."""
    language = text(known, "language")
    return language if language and known.get("language_served") is not False else case.default_language


def _account_owner(known: Facts, outcome: Outcome) -> str | None:
    return (text(known, "account_owner") or None) if outcome.account_owner_first or not outcome.role else None


def _people(scene: _Scene, outcome: Outcome, queue: Queue, need: Need) -> Assignment:
    policy, roster, case, known = scene
    roles = _roles(scene, outcome) if outcome.role else queue.roles
    backup = None if outcome.role else queue.backup
    in_charge = roster.get(case.owner) if case.owner and known.get("mode") == "human" else None
    if in_charge:
        return stay(policy, roster, in_charge, roles, backup, need)
    found = assign(policy, roster, roles, backup, need)
    gone = case.owner is not None and known.get("mode") == "human"
    note = f"{case.owner} had taken it over and is no longer in the roster: passed to {found.owner.name}"
    return found._replace(notes=(note, *found.notes)) if gone else found


def _roles(scene: _Scene, outcome: Outcome) -> tuple[str, ...]:
    """The rule's role, and the account owner's own where it stands on the same level and needs no further approval."""
    role, owner = outcome.role or "", _account_owner(scene.known, outcome)
    person = scene.roster.get(owner) if owner else None
    return (role, person.role) if person and person.role != role and _same_standing(scene.policy, outcome, person) else (role,)


def _same_standing(policy: Policy, outcome: Outcome, person: Person) -> bool:
    needs = approvals_of(policy, outcome)
    theirs = policy.roles[person.role]
    return theirs.level == level_of(policy, outcome) and all(need in needs for need in theirs.approvals)


def _sla(policy: Policy, known: Facts, outcome: Outcome, queue: Queue) -> Sla:
    limits = policy.roles[outcome.role].limits if outcome.role else None
    tier = text(known, "tier") or "default"
    return (limits or queue.limits.get(tier) or queue.limits["default"]).sla()
