"""What else could have been: the rules that fired and lost, and for each other rule the smallest change of one signal with which it wins.

Every change is tried: the signal is set, what follows from it (scores, topic, group) is computed again, and who wins is found again among
the rules that mention what changed. Between two thresholds no declared condition changes, so trying the nearest value beyond each is exact
for one threshold; so is trying every text that some rule names. What an expression needs is not known: it is named, marked as not exact.
"""

from collections.abc import Iterator
from typing import NamedTuple

from core.types import Alternative, Plan, SignalValue
from policy.deciding.choice import Choice, choose, in_force
from policy.deciding.decision import Case
from policy.deciding.index import Entry
from policy.deciding.match import Reading, all_hold
from policy.loading.load import Compiled
from policy.scoring.derive import Calibrated, scores
from policy.scoring.quality import grade
from policy.signals import SCHEMA, Facts, facts
from policy.telling.breakpoints import breakpoints
from policy.telling.supposing import destination, supposing

LIMIT = 8
BY_INTENT = 3  # had they asked for something else, some other rule would have won: true, and seldom worth reading
_OF_THE_TEXT = ("intent", "intent_group")


class _Change(NamedTuple):
    """One signal set to the nearest value with which a rule wins; for a text to any of ``values``."""

    signal: str
    values: tuple[SignalValue, ...]


def alternatives(
    compiled: Compiled, case: Case, plan: Plan, calibration: Calibrated | None = None, limit: int | None = LIMIT
) -> tuple[Alternative, ...]:
    """What lost against ``plan``, which was decided of ``case``: the nearest in level first, then changes of the intent, then what would
    have led to the same place.

    Nothing for a plan that was not the first choice (a fall-back), which no signal would have changed.
    """
    world = _World(compiled, case, calibration)
    if (world.choice.winner.rule.name if world.choice.winner else "default") not in plan.rules:
        return ()
    changes = world.changes()
    ranked = sorted(_candidates(world, changes), key=lambda entry: _interest(entry, changes.get(entry.order), plan))
    found = [_alternative(world, entry, changes.get(entry.order)) for entry in ranked]
    if limit is None:
        return tuple(found)
    beyond = {other.rule for other in [each for each in found if each.signal in _OF_THE_TEXT][BY_INTENT:]}
    return tuple([other for other in found if other.rule not in beyond][:limit])


class _World:
    """The facts as they were, and who wins when one of them is another."""

    def __init__(self, compiled: Compiled, case: Case, calibration: Calibrated | None) -> None:
        self.policy, self.index, self.groups = compiled.policy, compiled.index, compiled.groups
        self.case, self.calibration = case, calibration
        self.facts = facts(case.signals)
        self.stated = facts(signal for signal in case.signals if signal.source != "score")
        self.derived = scores(self.policy, self.stated, calibration)
        self._reading = Reading(self.facts)
        self.choice: Choice = choose(self.policy, self.index, self._reading, case.now)
        firing = (entry for entry in self.index.candidates(self.facts) if in_force(entry, case.now) and entry.fires(self._reading))
        self.firing = frozenset(entry.order for entry in firing)

    def changes(self) -> dict[int, _Change]:
        """By the rule's order: the change with which it wins. Of several the one that reads best."""
        found: dict[int, list[_Change]] = {}
        for signal in self.index.mentioning:
            tried: dict[int, list[SignalValue]] = {}
            for value in breakpoints(self.index, signal, self.facts.get(signal)):
                winner = self.winner(signal, value)
                if winner is not None and winner is not self.choice.winner and winner.place != "guard":
                    tried.setdefault(winner.order, []).append(value)
            for order, values in tried.items():
                found.setdefault(order, []).append(_Change(signal, tuple(values if SCHEMA[signal].kind == "text" else values[:1])))
        return {order: min(changes, key=lambda each: self._readable(order, each.signal)) for order, changes in found.items()}

    def _readable(self, order: int, signal: str) -> tuple[bool, bool, int, str]:
        """What the rule itself asks for; the intent, which nobody can change, last; thresholds before flags before names."""
        kind = ("number", "flag", "text").index(SCHEMA[signal].kind)
        return signal in _OF_THE_TEXT, signal not in self.index.entries[order].mentions, kind, signal

    def winner(self, signal: str, value: SignalValue) -> Entry | None:
        """Who wins when ``signal`` has that value."""
        known, changed = self._after(signal, value)
        reading = Reading(known, self._reading, changed)
        for entry in self.index.candidates(known):
            if entry.mentions.isdisjoint(changed):
                if entry.order in self.firing:
                    return entry
            elif in_force(entry, self.case.now) and entry.fires(reading):
                return entry
        return None

    def _after(self, signal: str, value: SignalValue) -> tuple[Facts, set[str]]:
        """The facts with the signal changed and everything that follows from it, and the names of all that changed."""
        implied: dict[str, SignalValue] = {signal: value}
        if signal == "intent":
            implied["intent_group"] = self.groups.get(str(value))
        after = scores(self.policy, {**self.stated, **implied}, self.calibration, before=self.derived, changed=implied)
        implied |= {name: now for name, now in after.items() if now != self.derived[name] and name != signal}
        if signal in self.policy.data_quality.required and "data_quality" in self.index.mentioning:
            implied["data_quality"] = self._quality(signal)
        return {**self.facts, **implied}, set(implied)

    def _quality(self, signal: str) -> float:
        """The quality of the data once ``signal`` is known and fresh."""
        missing = [name for name in self.policy.data_quality.required if name != signal]
        policy = self.policy.model_copy(update={"data_quality": self.policy.data_quality.model_copy(update={"required": tuple(missing)})})
        known = round(grade(policy, self.case.signals, self.case.now).quality * len(missing)) + 1
        return round(known / (len(missing) + 1), 3)


def _candidates(world: _World, changes: dict[int, _Change]) -> Iterator[Entry]:
    """Whatever lost and is worth a word: it fired, one change would do, or nothing but its expression is missing."""
    winner = world.choice.winner
    lost = {entry.order for entry in world.choice.fired[1:]}
    for entry in world.index.entries:
        if entry.place == "guard" or entry is winner:
            continue
        if entry.order in lost or entry.order in changes or _only_expression_missing(world, entry):
            yield entry


def _only_expression_missing(world: _World, entry: Entry) -> bool:
    """Whether the rule would win if its expression held."""
    first = world.choice.winner is None or entry.order < world.choice.winner.order
    stands = first and entry.expression is not None and entry.order not in world.firing and in_force(entry, world.case.now)
    return stands and all_hold(entry.rule.when, world.facts)


def _alternative(world: _World, entry: Entry, change: _Change | None) -> Alternative:
    outcome, winner = entry.rule.then, world.choice.winner
    goes = destination(world.policy, outcome)
    exact = change is not None or entry.order in world.firing
    condition = _condition(world, entry, change) if change else f"if {entry.rule.expr}"
    parts = [f"{goes} {condition}"] if change or not exact else []
    if winner and entry in world.choice.fired[1:]:
        parts.insert(0, f"holds as well, but {winner.rule.name} {'is stricter' if winner.place == 'rule' else 'goes first'}")
    return Alternative(
        rule=entry.rule.name,
        action=outcome.action,
        level=entry.level,
        role=outcome.role,
        because="; ".join(parts),
        signal=change.signal if change else None,
        wanted=change.values[0] if change else None,
        exact=exact,
    )


def _condition(world: _World, entry: Entry, change: _Change) -> str:
    """The change in words: as a limit where the rule itself, or the one that won, states it as one."""
    declared = [each.rule.when for each in (entry, world.choice.winner) if each]
    limit = any(change.signal in when for when in declared)
    return supposing(change.signal, change.values, world.facts.get(change.signal), limit=limit)


def _interest(entry: Entry, change: _Change | None, plan: Plan) -> tuple[bool, bool, int, int]:
    outcome = entry.rule.then
    same = outcome.action == plan.action and entry.level == plan.level and outcome.queue in (None, plan.queue) and outcome.role is None
    return same, bool(change and change.signal in _OF_THE_TEXT), abs(entry.level - plan.level), entry.order
