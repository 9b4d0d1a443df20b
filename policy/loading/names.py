"""Whether everything that a policy names exists and is of the right kind."""

from collections.abc import Container, Iterable, Iterator, Sequence

from core.company import Intents, Profile, Roster
from core.types import ApprovalNeed
from core.yamltext import Loc
from policy.deciding.limits import able
from policy.jurisdiction import anywhere, folded, leaves_somebody_out
from policy.loading.conditions import bad_conditions, on_text_alone
from policy.loading.nearest import unknown
from policy.schema import EVERYBODY_ELSE, Outcome, Policy, Rule, Weight
from policy.signals import SCHEMA

Problem = tuple[Loc, str]
_DERIVED = frozenset({"value_score", "risk_score", "complexity_score", "win_probability", "expected_value", "data_quality"})
_EXECUTIVE = 3


def placed_rules(policy: Policy) -> Iterator[tuple[Loc, Rule]]:
    """Guards, overrides and rules with where they stand."""
    yield from ((("guards", index), rule) for index, rule in enumerate(policy.guards))
    yield from ((("overrides", index), rule) for index, rule in enumerate(policy.overrides))
    yield from ((("rules", index), rule) for index, rule in enumerate(policy.rules))


def problems(policy: Policy, roster: Roster, intents: Intents, profile: Profile | None = None) -> Iterator[Problem]:
    """Every problem with where it stands, in the order of the file's parts."""
    yield from _people(policy, roster)
    yield from _roles(policy, roster)
    yield from _queues(policy, intents)
    yield from _permissions(policy, roster)
    yield from _signals(policy)
    yield from _regulated(policy, intents)
    yield from _jurisdictions(policy, roster)
    if profile is not None:
        yield from _offers(policy, profile.languages)
        yield from _sources(policy, [record.name for record in profile.records])
    seen: set[str] = set()
    for loc, rule in placed_rules(policy):
        if rule.name in seen:
            yield (*loc, "name"), f"two rules are named {rule.name!r}"
        seen.add(rule.name)
        yield from bad_conditions(policy, roster, intents, loc, rule)
        yield from _outcome(policy, roster, loc, rule)
    for index, override in enumerate(policy.overrides):
        if roster.get(override.author) is None:
            yield ("overrides", index, "author"), f"override {override.name}: {override.author!r} is not in the roster"


def _people(policy: Policy, roster: Roster) -> Iterator[Problem]:
    for person in roster.people:
        if person.role not in policy.roles:
            yield ("roles",), f"{person.id} of the roster has the role {person.role!r}, which the policy does not know"


def _roles(policy: Policy, roster: Roster) -> Iterator[Problem]:
    staffed = {person.role for person in roster.people}
    for loc, name in _named_roles(policy):
        if name not in policy.roles:
            yield loc, unknown("role", name, policy.roles)
        elif name not in staffed:
            yield loc, f"role {name!r} has nobody in the roster"
    for loc, need in _named_approvals(policy):
        yield from _approvers(policy, roster, loc, need)


def _named_roles(policy: Policy) -> Iterator[tuple[Loc, str]]:
    for name, role in policy.roles.items():
        yield from ((("roles", name, "fallback", index), other) for index, other in enumerate(role.fallback))
    for name, queue in policy.queues.items():
        yield from ((("queues", name, "roles", index), role_name) for index, role_name in enumerate(queue.roles))
        yield ("queues", name, "backup"), queue.backup
    for loc, rule in placed_rules(policy):
        if rule.then.role:
            yield (*loc, "then", "role"), rule.then.role


def _named_approvals(policy: Policy) -> Iterator[tuple[Loc, ApprovalNeed]]:
    yield from _each(("data_quality", "approvals"), policy.data_quality.approvals)
    for name, role in policy.roles.items():
        yield from _each(("roles", name, "approvals"), role.approvals)
    for loc, rule in placed_rules(policy):
        yield from _each((*loc, "then", "approvals"), rule.then.approvals)


def _each(loc: Loc, needs: Sequence[ApprovalNeed]) -> Iterator[tuple[Loc, ApprovalNeed]]:
    yield from (((*loc, index, "role"), need) for index, need in enumerate(needs))


def _approvers(policy: Policy, roster: Roster, loc: Loc, need: ApprovalNeed) -> Iterator[Problem]:
    if need.level is None and need.role not in policy.roles:
        yield loc, unknown("role", need.role, policy.roles)
        return
    people = [person for person in roster.people if person.role in policy.roles]
    if need.level is None and not roster.with_role(need.role):
        yield loc, f"role {need.role!r} has nobody in the roster"
    elif need.level is not None and not any(policy.roles[person.role].level >= need.level for person in people):
        yield loc, f"nobody in the roster stands on level {need.level} or higher"
    elif (count := able(policy, roster, need, {})) < need.quorum:
        yield loc, f"{need.quorum} must approve, and only {count} of {need.role} may decide"


def _queues(policy: Policy, intents: Intents) -> Iterator[Problem]:
    if policy.default_queue not in policy.queues:
        yield ("default_queue",), unknown("queue", policy.default_queue, policy.queues)
    taken: dict[str, str] = {}
    for name, queue in policy.queues.items():
        for index, intent in enumerate(queue.intents):
            if intent not in intents.groups:
                yield ("queues", name, "intents", index), unknown("intent", intent, intents.groups)
            if taken.setdefault(intent, name) != name:
                yield ("queues", name, "intents", index), f"{intent!r} already goes to queue {taken[intent]!r}"
        for index, each in enumerate(queue.roles):
            if policy.roles[each].approvals or policy.roles[each].level >= _EXECUTIVE:
                yield ("queues", name, "roles", index), f"{each} may only be escalated to (level {_EXECUTIVE} or more, or with an approval)"


def _permissions(policy: Policy, roster: Roster) -> Iterator[Problem]:
    held = frozenset().union(*(person.permissions for person in roster.people))
    asked: list[tuple[Loc, Iterable[str]]] = [(("roles", name, "permissions"), role.permissions) for name, role in policy.roles.items()]
    asked += [(("queues", name, "permissions"), queue.permissions) for name, queue in policy.queues.items()]
    asked += [(("regulated", name, "permissions"), topic.permissions) for name, topic in policy.regulated.items()]
    asked += [((*loc, "then", "permissions"), rule.then.permissions) for loc, rule in placed_rules(policy)]
    for loc, names in asked:
        for name in sorted(names):
            if name not in held:
                yield loc, f"nobody in the roster has the permission {name!r}"


def _signals(policy: Policy) -> Iterator[Problem]:
    for part, weights in (("value", policy.value), ("risk", policy.risk), ("complexity", policy.complexity)):
        for name, weight in weights.items():
            if problem := _bad_weight(part, name, weight):
                yield (part, name), problem
    facts = [(("data_quality", "required", index), name) for index, name in enumerate(policy.data_quality.required)]
    for loc, name in [*facts, *((("facts", name), name) for name in policy.facts)]:
        if name not in SCHEMA:
            yield loc, unknown("signal", name, SCHEMA)
        elif not SCHEMA[name].verified:
            yield loc, f"{name} is read from text, and only verified facts count here"
    for name, rule in policy.facts.items():
        if len(set(rule.sources)) < len(rule.sources):
            yield ("facts", name, "sources"), f"{name}: a source is listed twice"


def _bad_weight(part: str, name: str, weight: Weight) -> str | None:
    spec = SCHEMA.get(name)
    if spec is None:
        return unknown("signal", name, SCHEMA)
    if name in _DERIVED:
        return f"{name} is computed itself and cannot be weighed"
    if part == "value" and not spec.verified:
        return f"{name} is read from text, and value may weigh verified facts only; risk and complexity may weigh it"
    if (spec.kind == "text") != bool(weight.of):
        return f"{name} is a {spec.kind}: " + ("give of: {text: share}" if spec.kind == "text" else "leave 'of' out")
    if any(not 0 <= share <= 1 for share in weight.of.values()):
        return f"{name}: shares lie between 0 and 1"
    return f"{name}: full_at must be above 0" if weight.full_at is not None and weight.full_at <= 0 else None


def _regulated(policy: Policy, intents: Intents) -> Iterator[Problem]:
    for name, topic in policy.regulated.items():
        for index, intent in enumerate(topic.intents):
            if intent not in intents.groups:
                yield ("regulated", name, "intents", index), unknown("intent", intent, intents.groups)
        for index, phrase in enumerate(topic.phrases):
            if not phrase.strip():
                yield ("regulated", name, "phrases", index), "an empty phrase occurs in every message"


def _jurisdictions(policy: Policy, roster: Roster) -> Iterator[Problem]:
    served = folded(tuple(region for person in roster.people for region in person.regions))
    taken: dict[str, str] = {}
    for name, law in policy.jurisdictions.items():
        for index, region in enumerate(law.regions):
            if region == EVERYBODY_ELSE and name != list(policy.jurisdictions)[-1]:
                yield ("jurisdictions", name, "regions", index), "'*' is everybody else, so only the last jurisdiction may list it"
            if taken.setdefault(region.strip().casefold(), name) != name:
                yield (
                    ("jurisdictions", name, "regions", index),
                    f"{region!r} already belongs to jurisdiction {taken[region.strip().casefold()]!r}",
                )
            if served and region != EVERYBODY_ELSE and region.strip().casefold() not in served:
                yield (
                    ("jurisdictions", name, "regions", index),
                    f"{unknown('region', region, sorted(served))}, nobody serves it",
                )
        for index, region in enumerate(law.handled_in):
            if region.strip().casefold() not in served:
                yield ("jurisdictions", name, "handled_in", index), f"nobody in the roster serves region {region!r}"
    if leaves_somebody_out(policy) and any(law.handled_in for law in policy.jurisdictions.values()) and not anywhere(policy):
        problem = "no region is handled_in of all jurisdictions that restrict it, so customers whose region is not known or not listed"
        yield ("jurisdictions",), f"{problem} could be handled nowhere; say what holds for them: regions ['*'] in the last jurisdiction"


def _sources(policy: Policy, records: Sequence[str]) -> Iterator[Problem]:
    for fact, rule in policy.facts.items():
        for name in rule.sources:
            if name not in records:
                known = ", ".join(records) or "none"
                yield ("facts", fact, "sources"), f"facts.{fact}.sources: company.yaml declares no record {name!r}; those are {known}"


def _offers(policy: Policy, languages: Sequence[str]) -> Iterator[Problem]:
    for name, texts in policy.offers.items():
        for language in languages:
            if not texts.get(language, "").strip():
                yield ("offers", name), f"offer {name}: has no text in {language!r}, which the company serves"


def _outcome(policy: Policy, roster: Roster, loc: Loc, rule: Rule) -> Iterator[Problem]:
    known_limits = {name for person in roster.people for name in person.limits}
    yield from ((loc, f"rule {rule.name}: {problem}") for loc, problem in _unknown(policy, (*loc, "then"), rule.then, known_limits))
    role = policy.roles.get(rule.then.role or "")
    if role and role.level >= 2 and on_text_alone(policy, rule):
        problem = f"rule {rule.name}: reaches level {role.level} on text alone, also for a sender of whom nothing is known"
        yield loc, f"{problem}; add a condition on a verified fact (tier, deal_value, …) that does not hold for them"


def _unknown(policy: Policy, loc: Loc, then: Outcome, limits: Container[str]) -> Iterator[Problem]:
    for limit, signal in then.spend.items():
        if limit not in limits:
            yield (*loc, "spend", limit), f"nobody in the roster has a limit {limit!r}"
        if not _is_number(signal):
            yield (*loc, "spend", limit), f"{signal!r} is no signal with a number"
    if then.queue and then.queue not in policy.queues:
        yield (*loc, "queue"), unknown("queue", then.queue, policy.queues)
    for index, step in enumerate(then.before):
        if step.offer and step.offer not in policy.offers:
            yield (*loc, "before", index, "offer"), unknown("offer", step.offer, policy.offers)


def _is_number(signal: str) -> bool:
    return signal in SCHEMA and SCHEMA[signal].kind == "number"
