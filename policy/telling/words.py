"""Names, numbers and conditions as a person says them."""

from collections.abc import Iterable

from core.types import SignalValue
from policy.schema import Condition, Range


def listed(names: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    *head, tail = list(names) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def amount(value: float) -> str:
    return f"{value:,.10g}"


def value_of(value: SignalValue) -> str:
    """``yes``, ``1,400``, ``enterprise``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return amount(value) if isinstance(value, (int, float)) else str(value)


def said(name: str, condition: Condition) -> str:
    """``tier enterprise or business``, ``deal_value ≥ 250,000``, ``strategic``, ``not strategic``."""
    match condition:
        case bool():
            return name if condition else f"not {name}"
        case Range():
            over = f"≥ {amount(condition.at_least)}" if condition.at_least is not None else ""
            under = f"< {amount(condition.below)}" if condition.below is not None else ""
            return f"{name} {' and '.join(each for each in (over, under) if each)}"
        case str():
            return f"{name} {condition}"
        case _:
            return f"{name} {listed(condition, 'or')}"
