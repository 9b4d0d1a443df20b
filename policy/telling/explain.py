"""A decision in words: what was understood, what is known, which rules fired, who gets it and why, and what would have changed it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.company import Person, Roster
from core.receipt import Receipt
from core.types import VERIFIED, ApprovalNeed, Signal, SignalValue, Worth
from core.value import Value
from policy.deciding.availability import unavailable
from policy.deciding.choice import choose
from policy.deciding.eligibility import Need, chain
from policy.deciding.index import Entry
from policy.deciding.limits import beyond, named, stands
from policy.deciding.match import Reading, holds
from policy.deciding.people import LANGUAGES
from policy.deciding.strictness import strictness
from policy.loading.load import Compiled
from policy.schema import Condition, Rule
from policy.signals import SCHEMA, facts
from policy.telling.words import amount, listed, said, value_of

_FLAGS = {
    "wants_human": "asks for a person",
    "threat_to_leave": "threatens to leave",
    "legal_threat": "threatens legal steps",
    "complaint": "complains",
}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
_LEVELS = ("automation", "a queue", "the account team", "an executive sponsor", "a CXO")
_MOST = 6
_WORTH_SAYING = 0.05


class Section(Value):
    title: str
    lines: tuple[str, ...]


class Explanation(Value):
    """``summary`` in one sentence, then the sections in the order in which the decision came about."""

    receipt: str
    policy_version: str
    summary: str
    sections: tuple[Section, ...]


class Told(NamedTuple):
    """A decision, and what it was made with. ``load``: open conversations by person, where they are known."""

    receipt: Receipt
    compiled: Compiled
    roster: Roster
    load: Mapping[str, int] = {}

    def name(self, id: str | None) -> str:
        person = self.roster.get(id or "")
        return person.name if person else id or "nobody"


def explain(told: Told) -> Explanation:
    """The decision of a receipt in words. ``told.compiled`` should be the version that the receipt names: rules are read from it."""
    writers = {
        "What was understood": _understood,
        "What is known": _known,
        "What it is worth": _worth,
        "Which rule decided": _decided,
        "How good the facts are": _gate,
        "Who gets it": _people,
        "Who must approve": _approvals,
        "Until when": _limits,
        "What would have changed it": _alternatives,
    }
    sections = (Section(title=title, lines=tuple(write(told))) for title, write in writers.items())
    return Explanation(
        receipt=told.receipt.id,
        policy_version=told.receipt.policy_version,
        summary=_summary(told),
        sections=tuple(section for section in sections if section.lines),
    )


def _summary(told: Told) -> str:
    plan = told.receipt.plan
    why = plan.reasons[0] if plan.reasons else "no reason is on record"
    match plan.action:
        case "answer":
            goes = "Automation answers from the handbook"
        case "clarify":
            goes = "Automation offers an alternative" if plan.offer else "Automation asks one question"
        case "ignore":
            goes = "Nothing is done"
        case "handoff":
            goes = f"{told.name(plan.owner)} of the {_queue(told, plan.queue)} queue gets it"
        case "escalate":
            goes = f"{told.name(plan.owner)} ({_role(told, plan.role)}) gets it"
    waits = ", once it is approved" if plan.approvals else ""
    return f"{goes}{waits}: {why}."


# ---------------------------------------------------------------- what went in


def _understood(told: Told) -> Iterator[str]:
    intent, known = told.receipt.intent, facts(told.receipt.signals)
    yield from _wanted(told)
    tone = [meaning for name, meaning in _FLAGS.items() if known.get(name) is True]
    mood = f"sentiment {intent.sentiment:+.1f} of -1 to 1, urgency {intent.urgency:.1f} of 1"
    yield f"The message {listed(tone)}; {mood}" if tone else f"Tone: {mood}"
    language = str(known.get("language") or intent.language)
    served = "" if known.get("language_served") is not False else ", which the company does not serve"
    yield f"Language: {LANGUAGES.get(language, language)}{served}"
    if topic := known.get("regulated_topic"):
        yield f"It is about a regulated topic: {_words(str(topic))}"


def _wanted(told: Told) -> Iterator[str]:
    intent = told.receipt.intent
    if not intent.labels:
        yield "No intent was recognised"
        return
    others = [f"{_words(label.label)} {label.confidence:.0%}" for label in intent.labels[1:3] if label.confidence >= _WORTH_SAYING]
    else_ = f"; else {listed(others, 'or')}" if others else ""
    doubt = " (none of the company's intents really fits)" if intent.out_of_scope else ""
    doubt = " (not sure enough to act on)" if intent.abstained else doubt
    yield f"They want: {_words(intent.labels[0].label)}, {intent.confidence:.0%} likely{doubt}{else_}"


def _known(told: Told) -> Iterator[str]:
    stated = [signal for signal in told.receipt.signals if signal.name in SCHEMA and SCHEMA[signal.name].verified]
    believed = [signal for signal in stated if signal.source in VERIFIED and signal.value is not None]
    yield from (f"{signal.name} {value_of(signal.value)} ({_source(signal, told.receipt.received_at)})" for signal in believed)
    claimed = [signal.name for signal in stated if signal.source not in VERIFIED]
    if claimed:
        yield f"On record but not believed, as the channel did not prove who wrote: {listed(claimed)}"
    yield from (f"Missing or stale: {gap}" for gap in told.receipt.data_gaps)


def _source(signal: Signal, at: datetime) -> str:
    record = signal.record or signal.source
    if signal.observed_at is None:
        return record
    if signal.observed_at > at:
        return f"{record}, observed later"
    days = (at - signal.observed_at).days
    return f"{record}, {f'{days} days old' if days > 1 else 'fresh'}"


def _worth(told: Told) -> Iterator[str]:
    receipt = told.receipt
    policy = told.compiled.policy
    cards = (
        ("Value", receipt.value, policy.value),
        ("Risk", receipt.risk, policy.risk),
        ("Complexity", receipt.complexity, policy.complexity),
    )
    yield from (f"{title} {score.score:g} of 100{_points(score)}" for title, score, card in cards if card)
    if receipt.win_probability is not None:
        expected = facts(receipt.signals).get("expected_value")
        worth = f", so US$ {value_of(expected)} are expected of it" if expected is not None else ""
        yield f"The open deal is won with {receipt.win_probability:.0%}, as past deals went{worth}"


def _points(worth: Worth) -> str:
    counted = [each for each in worth.contributions if each.points]
    earned = [f"{each.signal} {value_of(each.value)} gives {each.points:g} of {each.weight:g}" for each in counted]
    return f": {listed(earned)}" if earned else ": nothing that counts is known"


# ---------------------------------------------------------------- what decided


def _decided(told: Told) -> Iterator[str]:
    receipt, policy = told.receipt, told.compiled.policy
    known, name = facts(receipt.signals), next(iter(receipt.plan.rules), "default")
    fired = choose(policy, told.compiled.index, Reading(known), receipt.received_at).fired
    winner = told.compiled.index.by_name.get(name)
    if policy.guards and (winner is None or winner.place != "guard"):
        yield f"No guard held ({listed((guard.name for guard in policy.guards), 'or')})"
    if winner is None:
        yield _without_rule(told, name, fired)
        return
    yield f"The {winner.place} {name} decided: {winner.rule.because}"
    yield from (f"It asks for {line}" for line in _conditions(winner.rule, known))
    if winner.place == "guard":
        yield "A guard that holds ends the decision; no rule was looked at"
    if receipt.plan.owner is None:
        yield from receipt.plan.reasons[1:]
    yield from (f"{entry.rule.name} fired too and lost: {_why_lost(told, winner, entry)}" for entry in fired if entry is not winner)


def _without_rule(told: Told, name: str, fired: Sequence[Entry]) -> str:
    if name != "default":
        return f"The rule {name} decided, which the policy that is read here does not have"
    desk = _queue(told, told.receipt.plan.queue)
    if fired:
        names = listed(entry.rule.name for entry in fired)
        return f"{names} fired and could not be followed (refused, or not approved in time), so a person of the {desk} queue takes it"
    return f"No rule fired, so a person of the {desk} queue takes it: automation needs a rule that allows it"


def _conditions(rule: Rule, known: Mapping[str, SignalValue]) -> Iterator[str]:
    for name, condition in rule.when.items():
        yield f"{said(name, condition)}: {_has(condition, known.get(name))}"
    if rule.expr:
        yield f"{rule.expr}: true"


def _has(condition: Condition, value: SignalValue) -> str:
    is_ = "it is" if holds(condition, value) else "does not hold, it is"  # only of a policy that is not the one that decided
    return f"{is_} {'not known' if value is None else value_of(value)}"


def _why_lost(told: Told, winner: Entry, entry: Entry) -> str:
    if winner.place == "override":
        return "an override wins over every rule"
    won, lost = (strictness(told.compiled.policy, each.rule.then) for each in (winner, entry))
    if lost[0] < won[0]:
        return f"it leads to {_LEVELS[lost[0]]} (level {lost[0]}), and the strictest wins"
    if lost > won:
        return "it needs an approval that was refused or did not come"
    if lost[1] < won[1]:
        return "it is on the same level and needs fewer approvals"
    return "it is less cautious" if lost[2] < won[2] else "it is as strict and stands later in the file"


def _gate(told: Told) -> Iterator[str]:
    gate, quality, plan = told.compiled.policy.data_quality, told.receipt.data_quality, told.receipt.plan
    known = (
        f"{quality:.0%} of the required facts are known and fresh ({listed(gate.required)})" if gate.required else "No facts are required"
    )
    if quality >= gate.minimum:
        yield f"{known}; {gate.minimum:.0%} are enough"
    elif plan.level < 2:
        yield f"{known}; less than {gate.minimum:.0%}, which asks for nothing below level 2"
    else:
        yield f"{known}; less than {gate.minimum:.0%}, so it takes the cautious path: {_needs(told, gate.approvals) or 'nothing more'}"


# ---------------------------------------------------------------- who it goes to


def _people(told: Told) -> Iterator[str]:
    plan = told.receipt.plan
    owner = told.roster.get(plan.owner or "")
    if owner is None:
        return
    yield f"{owner.name}, {_role(told, owner.role)}: {listed(_fits(told, owner))}"
    yield from (f"Note: {reason}" for reason in plan.reasons[1:])
    passed = [(person, why) for person in _colleagues(told, owner) if (why := unavailable(told.compiled.policy, person, _need(told)))]
    if passed:
        more = f", and {len(passed) - _MOST} more" if len(passed) > _MOST else ""
        yield f"Could not take it: {'; '.join(f'{person.name} {why}' for person, why in passed[:_MOST])}{more}"
    yield f"Backup: {listed(told.name(id) for id in plan.backups) if plan.backups else 'nobody'}"
    if plan.up:
        yield f"If they do not answer it passes to {told.name(plan.up)}"


def _fits(told: Told, owner: Person) -> Iterator[str]:
    """Why this person, as far as the receipt tells."""
    at, known = told.receipt.received_at, facts(told.receipt.signals)
    if known.get("account_owner") == owner.id:
        yield "owns the account"
    local = at.astimezone(owner.zone)
    why = unavailable(told.compiled.policy, owner, _need(told))
    yield f"{why or 'is at work'} ({local:%A %H:%M} in {owner.time_zone.rpartition('/')[2].replace('_', ' ')})"
    language = str(known.get("language") or "")
    if language:
        yield f"{'speaks' if language in owner.languages else 'does not speak'} {LANGUAGES.get(language, language)}"
    region = known.get("region")
    if isinstance(region, str) and owner.regions:
        yield f"{'serves' if region in owner.regions else 'does not serve'} {region}"
    queue = told.compiled.policy.queues.get(told.receipt.plan.queue or "")
    if queue and (shared := sorted(queue.skills & set(owner.skills))):
        yield f"knows {listed(shared)}"
    if owner.id in told.load:
        yield f"has {told.load[owner.id]} of {owner.capacity} conversations open"


def _need(told: Told) -> Need:
    """Only the hour and the load are asked about."""
    return Need("", "", frozenset(), None, told.receipt.received_at, told.load, "")


def _colleagues(told: Told, owner: Person) -> list[Person]:
    """The others who were asked before or with the owner."""
    policy, plan = told.compiled.policy, told.receipt.plan
    entry = told.compiled.index.by_name.get(next(iter(plan.rules), ""))
    role, queue = entry.rule.then.role if entry else None, policy.queues.get(plan.queue or "")
    roles = (role,) if role else queue.roles if queue else (owner.role,)
    asked: list[str] = []
    for step in chain(policy, roles):
        asked += step
        if owner.role in step:
            break
    return [person for person in told.roster.people if person.role in asked and person.id != owner.id]


def _approvals(told: Told) -> Iterator[str]:
    plan, policy = told.receipt.plan, told.compiled.policy
    if not plan.approvals:
        yield "Nobody"
        return
    yield from (f"{limit}: {'how much is not known' if size is None else amount(size)} at stake" for limit, size in plan.spend.items())
    for need in plan.approvals:
        able = [person for person in told.roster.people if "decide" in person.rights and stands(policy, person, need)]
        people = [person.name for person in able if not beyond(person, plan.spend)]
        yield f"{_needs(told, (need,))}: {listed(people, 'or') if people else 'nobody may'}"
    hours = _span(policy.approval_expires)
    steps = [_role(told, role) for step in policy.path((plan.role,))[1:] for role in step] if plan.role in policy.roles else []
    yield f"Without a decision within {hours} it goes to {listed(steps, 'else') if steps else 'the strictest path that needs no approval'}"


def _limits(told: Told) -> Iterator[str]:
    plan = told.receipt.plan
    if plan.sla:
        first, done = _span(plan.sla.first_response_s), _span(plan.sla.resolution_s)
        yield f"First answer within {first}, done within {done}, in the working time of the {_queue(told, plan.queue)} queue"


def _alternatives(told: Told) -> Iterator[str]:
    """What lost although it fired is said where the rule that decided is."""
    near = (each for each in told.receipt.plan.alternatives if each.signal or not each.exact)
    yield from (f"{each.because[:1].upper()}{each.because[1:]} (rule {each.rule}, level {each.level})" for each in near)


# ---------------------------------------------------------------- in words


def _needs(told: Told, needs: Iterable[ApprovalNeed]) -> str:
    return listed(f"{need.quorum} × {named(told.compiled.policy, need)}" for need in needs)


def _role(told: Told, role: str | None) -> str:
    found = told.compiled.policy.roles.get(role or "")
    return found.title if found else _words(role or "")


def _queue(told: Told, queue: str | None) -> str:
    found = told.compiled.policy.queues.get(queue or told.compiled.policy.default_queue)
    return found.title if found else _words(queue or "")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _span(seconds: int) -> str:
    """The largest unit that divides it: ``4 hours``."""
    unit, size = next(((name, size) for name, size in _UNITS if seconds and seconds % size == 0), ("second", 1))
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
