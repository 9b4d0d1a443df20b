"""The rules of a policy by what they need to hold, so that a decision looks at few of them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from core.types import ApprovalNeed
from policy.deciding.match import Reading, all_hold, number, texts
from policy.deciding.strictness import approvals_of, level_of, strictness
from policy.loading.expressions import Expression
from policy.schema import Condition, Policy, Range, Rule
from policy.signals import Facts

Place = Literal["guard", "override", "rule"]
_UNLIKELY = 0.05  # how often a flag is true


class Entry(NamedTuple):
    """A rule with what a decision needs of it. ``order``: of two that fire, the smaller one wins."""

    rule: Rule
    place: Place
    order: int
    level: int
    approvals: tuple[ApprovalNeed, ...]
    expression: Expression | None
    mentions: frozenset[str]

    def fires(self, reading: Reading) -> bool:
        """Whether the rule's conditions, and only then its expression, hold."""
        return all_hold(self.rule.when, reading.facts) and reading.says(self.expression)


class Index:
    """Entries by their most selective condition: a text or flag in a table, thresholds sorted; what has none is always looked at."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.order))
        self.by_name = {entry.rule.name: entry for entry in self.entries}
        self.mentioning: dict[str, tuple[Entry, ...]] = {
            name: tuple(entry for entry in self.entries if name in entry.mentions)
            for name in sorted(frozenset().union(*(entry.mentions for entry in self.entries)))
        }
        self._always: list[Entry] = []
        self._equal: dict[tuple[str, str | bool], list[Entry]] = defaultdict(list)
        ranges: dict[str, list[tuple[float, Entry]]] = defaultdict(list)
        for entry in self.entries:
            self._file(entry, ranges)
        self._signals = tuple({name for name, _ in self._equal})
        self._ranges = {name: _Thresholds(filed) for name, filed in ranges.items()}

    def candidates(self, facts: Facts) -> list[Entry]:
        """The entries that may fire, in order; all others cannot."""
        found = list(self._always)
        for name in self._signals:
            value = facts.get(name)
            found += self._equal.get((name, value if isinstance(value, str) else value is True), ())
        for name, thresholds in self._ranges.items():
            if (value := number(facts.get(name))) is not None:
                found += thresholds.reached(value)
        return sorted(found, key=_order)

    def _file(self, entry: Entry, ranges: dict[str, list[tuple[float, Entry]]]) -> None:
        name = min(entry.rule.when, key=lambda each: _share(entry.rule.when[each]), default=None)
        match entry.rule.when.get(name or ""):
            case None:
                self._always.append(entry)
            case bool() as flag:
                self._equal[name or "", flag].append(entry)
            case Range() as condition:
                ranges[name or ""].append((float("-inf") if condition.at_least is None else condition.at_least, entry))
            case condition:
                for each in dict.fromkeys(texts(condition)):
                    self._equal[name or "", each].append(entry)


class _Thresholds:
    """Entries by the least value of a number that they need."""

    def __init__(self, filed: Sequence[tuple[float, Entry]]) -> None:
        ordered = sorted(filed, key=lambda each: each[0])
        self._least = [least for least, _ in ordered]
        self._entries = [entry for _, entry in ordered]

    def reached(self, value: float) -> list[Entry]:
        return self._entries[: bisect_right(self._least, value)]


def entries(policy: Policy, expressions: Mapping[str, Expression]) -> list[Entry]:
    """Every rule of the policy in the order in which they win: guards and overrides as written, then the rules, the strictest first."""
    strictest = sorted(policy.rules, key=lambda rule: strictness(policy, rule.then), reverse=True)  # stable: the earlier before its equals
    placed: list[tuple[Place, Rule]] = [
        *(("guard", rule) for rule in policy.guards),
        *(("override", rule) for rule in policy.overrides),
        *(("rule", rule) for rule in strictest),
    ]
    return [_entry(policy, rule, place, order, expressions.get(rule.expr or "")) for order, (place, rule) in enumerate(placed)]


def _entry(policy: Policy, rule: Rule, place: Place, order: int, expression: Expression | None) -> Entry:
    mentions = frozenset(rule.when).union(expression.names if expression else ())
    return Entry(rule, place, order, level_of(policy, rule.then), approvals_of(policy, rule.then), expression, mentions)


def _order(entry: Entry) -> int:
    return entry.order


def _share(condition: Condition) -> float:
    """A guess at how many messages satisfy the condition."""
    match condition:
        case bool():
            return _UNLIKELY if condition else 1 - _UNLIKELY
        case Range():
            return 0.4 if condition.at_least is not None else 0.9
        case _:
            return 0.06 * len(texts(condition))
