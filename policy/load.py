"""From the text of ``policy.yaml`` to something that decides; whatever is wrong with it is found here, with its line."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.company import Intents, Roster
from core.types import ApprovalNeed, SignalValue
from core.yamltext import Lines, Loc, parse
from policy.schema import Condition, Policy, Range, Rule
from policy.signals import SCHEMA

_SAMPLE: dict[str, SignalValue] = {"number": 1.0, "text": "x", "flag": True}


class Compiled(NamedTuple):
    """A policy ready to decide. ``programs`` are its CEL expressions by rule; ``version`` is the digest of the text and its roster."""

    policy: Policy
    version: str
    programs: dict[str, Any]


def load(text: str, file: str, roster: Roster, intents: Intents) -> Compiled:
    """Parse, check against roster and intents, compile.

    Raises:
        InvalidFile: the first problem, with file and line.
    """
    policy, lines = parse(Policy, text, file)
    for loc, problem in _problems(policy, roster, intents):
        raise lines.error(loc, problem)
    programs = {rule.name: _compile(rule, loc, lines) for loc, rule in _rules(policy) if rule.expr}
    return Compiled(policy, _version(text, roster), programs)


def _version(text: str, roster: Roster) -> str:
    return hashlib.sha256(f"{text}\0{roster.model_dump_json()}".encode()).hexdigest()[:12]


def _rules(policy: Policy) -> Iterator[tuple[Loc, Rule]]:
    yield from ((("guards", index), rule) for index, rule in enumerate(policy.guards))
    yield from ((("rules", index), rule) for index, rule in enumerate(policy.rules))


def _problems(policy: Policy, roster: Roster, intents: Intents) -> Iterator[tuple[Loc, str]]:
    """Every problem with where it stands, in the order of the file's parts."""
    staffed = {person.role for person in roster.people}
    yield from _unknown_people(policy, roster)
    yield from _unknown_limits(policy, roster)
    for loc, role in _named_roles(policy):
        level = ApprovalNeed(role=role).level
        if level is not None:
            if not any(policy.roles[each].level >= level for each in staffed if each in policy.roles):
                yield loc, f"nobody in the roster stands on level {level} or higher"
        elif role not in policy.roles:
            yield loc, f"unknown role {role!r}"
        elif role not in staffed:
            yield loc, f"role {role!r} has nobody in the roster"
    yield from _bad_queues(policy, intents)
    yield from _bad_signals(policy)
    seen: set[str] = set()
    for loc, rule in _rules(policy):
        if rule.name in seen:
            yield (*loc, "name"), f"two rules are named {rule.name!r}"
        seen.add(rule.name)
        yield from _bad_rule(policy, intents, loc, rule)


def _unknown_people(policy: Policy, roster: Roster) -> Iterator[tuple[Loc, str]]:
    for person in roster.people:
        if person.role not in policy.roles:
            yield ("roles",), f"{person.id} of the roster has the role {person.role!r}, which the policy does not know"


def _unknown_limits(policy: Policy, roster: Roster) -> Iterator[tuple[Loc, str]]:
    known = {name for person in roster.people for name in person.limits}
    for loc, rule in _rules(policy):
        for limit in rule.then.spend:
            if limit not in known:
                yield (*loc, "then", "spend", limit), f"rule {rule.name}: nobody in the roster has a limit {limit!r}"


def _named_roles(policy: Policy) -> Iterator[tuple[Loc, str]]:
    for name, role in policy.roles.items():
        yield from ((("roles", name, "fallback", index), other) for index, other in enumerate(role.fallback))
        yield from _approvers(("roles", name, "approvals"), role.approvals)
    for name, queue in policy.queues.items():
        yield from ((("queues", name, "roles", index), role_name) for index, role_name in enumerate(queue.roles))
        yield ("queues", name, "backup"), queue.backup
    yield from _approvers(("data_quality", "approvals"), policy.data_quality.approvals)
    for loc, rule in _rules(policy):
        if rule.then.role:
            yield (*loc, "then", "role"), rule.then.role
        yield from _approvers((*loc, "then", "approvals"), rule.then.approvals)


def _approvers(loc: Loc, needs: tuple[ApprovalNeed, ...]) -> Iterator[tuple[Loc, str]]:
    yield from (((*loc, index, "role"), need.role) for index, need in enumerate(needs))


def _bad_queues(policy: Policy, intents: Intents) -> Iterator[tuple[Loc, str]]:
    if policy.default_queue not in policy.queues:
        yield ("default_queue",), f"unknown queue {policy.default_queue!r}"
    taken: dict[str, str] = {}
    for name, queue in policy.queues.items():
        for index, intent in enumerate(queue.intents):
            if intent not in intents.groups:
                yield ("queues", name, "intents", index), f"unknown intent {intent!r}"
            if taken.setdefault(intent, name) != name:
                yield ("queues", name, "intents", index), f"{intent!r} already goes to queue {taken[intent]!r}"


def _bad_signals(policy: Policy) -> Iterator[tuple[Loc, str]]:
    for name in policy.value:
        if name not in SCHEMA:
            yield ("value", name), f"unknown signal {name!r}"
    for index, name in enumerate(policy.data_quality.required):
        if name not in SCHEMA:
            yield ("data_quality", "required", index), f"unknown signal {name!r}"


def _bad_rule(policy: Policy, intents: Intents, loc: Loc, rule: Rule) -> Iterator[tuple[Loc, str]]:
    for name, condition in rule.when.items():
        problem = _bad_condition(name, condition, intents)
        if problem:
            yield (*loc, "when", name), f"rule {rule.name}: {problem}"
    for limit, signal in rule.then.spend.items():
        if signal not in SCHEMA or SCHEMA[signal].kind != "number":
            yield (*loc, "then", "spend", limit), f"rule {rule.name}: {signal!r} is no signal with a number"
    if rule.then.queue and rule.then.queue not in policy.queues:
        yield (*loc, "then", "queue"), f"rule {rule.name}: unknown queue {rule.then.queue!r}"
    role = policy.roles.get(rule.then.role or "")
    if role and role.level >= 2 and not any(SCHEMA[name].verified for name in rule.when if name in SCHEMA):
        yield loc, f"rule {rule.name}: reaches level {role.level} on text alone; add a condition on a verified fact (tier, deal_value, …)"


def _bad_condition(name: str, condition: Condition, intents: Intents) -> str | None:
    spec = SCHEMA.get(name)
    if spec is None:
        return f"unknown signal {name!r}"
    fits: dict[str, tuple[type, ...]] = {"flag": (bool,), "number": (Range,), "text": (str, tuple)}
    if not isinstance(condition, fits[spec.kind]):
        wanted = {"flag": "true or false", "number": "at_least and/or below", "text": "a text or a list of texts"}[spec.kind]
        return f"{name} is a {spec.kind}: give {wanted}"
    if name == "intent" and isinstance(condition, (str, tuple)):
        known = intents.groups
        unknown = [label for label in texts(condition) if label not in known]
        return f"unknown intent {unknown[0]!r}" if unknown else None
    return None


def texts(condition: str | tuple[str, ...]) -> tuple[str, ...]:
    return (condition,) if isinstance(condition, str) else condition


def _compile(rule: Rule, loc: Loc, lines: Lines) -> Any:
    """The CEL program of a rule, tried once on sample values so that a type error shows at load."""
    import cel

    where = (*loc, "expr")
    try:
        program = cel.compile(rule.expr or "")
        unknown = sorted(set(program.variables()) - set(SCHEMA))
        if unknown:
            raise ValueError(f"unknown signal {unknown[0]!r}")
        result = program.execute({name: _SAMPLE[spec.kind] for name, spec in SCHEMA.items()})
    except Exception as error:  # noqa: BLE001 - the library raises several kinds; all mean that the expression cannot be used
        reason = str(error).strip().splitlines()[0]
        raise lines.error(where, f"rule {rule.name}: expression does not compile: {reason}") from None
    if not isinstance(result, bool):
        raise lines.error(where, f"rule {rule.name}: expression gives {type(result).__name__}, not true or false")
    return program
