"""Whether a rule's conditions hold for the facts of one decision."""

from collections.abc import Collection, Mapping

from core.types import SignalValue
from policy.loading.expressions import Expression
from policy.schema import Condition, Range
from policy.signals import Facts


def texts(condition: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text or several, as several."""
    return (condition,) if isinstance(condition, str) else condition


def number(value: SignalValue) -> float | None:
    """The value where it is a number, else None."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def text(facts: Facts, name: str) -> str | None:
    """The signal where it is a text, else None."""
    value = facts.get(name)
    return value if isinstance(value, str) else None


def holds(condition: Condition, value: SignalValue) -> bool:
    """A missing value (None) satisfies nothing but a flag's ``false``."""
    match condition:
        case bool():
            return (value is True) is condition
        case Range():
            found = number(value)
            return found is not None and _at_least(condition, found) and _below(condition, found)
        case str():
            return value == condition
        case _:
            return value in condition


def all_hold(when: Mapping[str, Condition], facts: Facts) -> bool:
    for name, condition in when.items():  # noqa: SIM110 - the hottest loop there is: a generator costs twice as much
        if not holds(condition, facts.get(name)):
            return False
    return True


class Reading:
    """The facts of one decision, and what expressions say of them: each is evaluated when it is first asked for, and once.

    ``before``: the reading of facts that differ from these in ``changed`` alone; what an expression says of the others is asked there.
    """

    def __init__(self, facts: Facts, before: "Reading | None" = None, changed: Collection[str] = ()) -> None:
        self.facts = facts
        self._before, self._changed = before, changed
        self._said: dict[str, bool] = {}

    def says(self, expression: Expression | None) -> bool:
        """Whether the expression holds; no expression asks for nothing."""
        if expression is None:
            return True
        if self._before is not None and expression.names.isdisjoint(self._changed):
            return self._before.says(expression)
        if expression.text not in self._said:
            self._said[expression.text] = expression.holds(self.facts)
        return self._said[expression.text]


def _at_least(condition: Range, value: float) -> bool:
    return condition.at_least is None or value >= condition.at_least


def _below(condition: Range, value: float) -> bool:
    return condition.below is None or value < condition.below
