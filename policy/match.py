"""Whether a rule's conditions hold, and which single one is missing where it does not."""

from collections.abc import Mapping
from typing import Any

from core.types import SignalValue
from policy.load import texts
from policy.schema import Condition, Range, Rule
from policy.signals import SCHEMA, Facts

_ABSENT: dict[str, SignalValue] = {"number": 0.0, "text": "", "flag": False}


def holds(condition: Condition, value: SignalValue) -> bool:
    """A missing value (None) satisfies nothing but a flag's ``false``."""
    match condition:
        case bool():
            return bool(value) is condition
        case Range():
            number = _number(value)
            return number is not None and _at_least(condition, number) and _below(condition, number)
        case _:
            return isinstance(value, str) and value in texts(condition)


def missing(rule: Rule, facts: Facts, programs: Mapping[str, Any]) -> tuple[str, ...]:
    """The conditions of ``rule`` that do not hold, by signal name (``expr`` for its expression); empty when it fires."""
    failed = [name for name, condition in rule.when.items() if not holds(condition, facts.get(name))]
    if rule.expr and not _true(programs[rule.name], facts):
        failed.append("expr")
    return tuple(failed)


def wanted(condition: Condition, value: SignalValue) -> str:
    """The smallest change of ``value`` that would satisfy ``condition``, in words."""
    match condition:
        case bool():
            return "true" if condition else "false"
        case Range():
            number = _number(value)
            over = condition.at_least is not None and (number is None or number < condition.at_least)
            return f"≥ {condition.at_least:,.10g}" if over else f"< {condition.below:,.10g}"
        case _:
            return " or ".join(texts(condition))


def _number(value: SignalValue) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _at_least(condition: Range, number: float) -> bool:
    return condition.at_least is None or number >= condition.at_least


def _below(condition: Range, number: float) -> bool:
    return condition.below is None or number < condition.below


def _true(program: Any, facts: Facts) -> bool:
    """Evaluate an expression; absent signals read as 0, '' and false. An error at run time denies."""
    values: dict[str, SignalValue] = {}
    for name in program.variables():
        value = facts.get(name)
        values[name] = _ABSENT[SCHEMA[name].kind] if value is None else float(value) if _number(value) is not None else value
    try:
        return program.execute(values) is True
    except (TypeError, ValueError, RuntimeError):
        return False
