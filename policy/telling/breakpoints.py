"""The values of a signal at which some rule of a policy may begin or cease to hold."""

import math

from core.types import SignalValue
from policy.deciding.index import Index
from policy.deciding.match import number, texts
from policy.schema import Range
from policy.signals import SCHEMA


def breakpoints(index: Index, signal: str, value: SignalValue) -> list[SignalValue]:
    """All values other than ``value`` that can make a difference, the nearest first."""
    conditions = [entry.rule.when[signal] for entry in index.mentioning.get(signal, ()) if signal in entry.rule.when]
    match SCHEMA[signal].kind:
        case "flag":
            return [value is not True] if conditions else []
        case "number":
            limits = {limit for each in conditions if isinstance(each, Range) for limit in (each.at_least, each.below) if limit is not None}
            return list(_beyond(limits, number(value)))
        case "text":
            named = {each: None for condition in conditions if isinstance(condition, (str, tuple)) for each in texts(condition)}
            return [each for each in sorted(named) if each != value]


def _beyond(limits: set[float], value: float | None) -> list[float]:
    """The first number on the other side of each limit; both sides where there is no number yet."""
    if value is None or math.isnan(value):
        return sorted({each for limit in limits for each in (limit, _under(limit))}, key=lambda each: (abs(each), -each))
    return sorted((limit if limit > value else _under(limit) for limit in limits), key=lambda each: (abs(each - value), each))


def _under(limit: float) -> float:
    """The largest number below ``limit``."""
    return math.nextafter(limit, -math.inf)
