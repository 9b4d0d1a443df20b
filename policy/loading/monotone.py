"""Whether a policy keeps the promise of ``monotone``: raising the signal never lowers the level.

Of two plans the one with more facts in its favour may only stand higher, so, for the signal and for every score that it raises,

* a rule that may begin to hold must ask for a person (level 1 or more, no soft steps): it then competes by strictness;
* a rule that may cease to hold must be automation's (level 0): without it nothing is lower;
* a guard or an override ends the decision, so one that may begin to hold must stand at the top (level 4).

That is sufficient, not necessary: a policy that fails it is refused with the condition at fault.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.yamltext import Loc
from policy.deciding.strictness import level_of
from policy.loading.expressions import Expression
from policy.schema import Condition, Outcome, Policy, Range, Rule
from policy.signals import SCHEMA

TOP = 4
_WAYS: dict[tuple[bool, bool], str] = {(True, False): "begin", (False, True): "cease", (True, True): "begin or cease"}


class _Effect(NamedTuple):
    """What raising a signal can do to a condition."""

    begins: bool
    ceases: bool


def broken(policy: Policy, placed: list[tuple[Loc, Rule]], expressions: Mapping[str, Expression]) -> Iterator[tuple[Loc, str]]:
    """Every condition that can break the promise, with where it stands."""
    for index, name in enumerate(policy.monotone):
        spec = SCHEMA.get(name)
        if spec is None or not spec.verified or spec.kind == "text":
            yield ("monotone", index), f"{name!r} is no verified signal with a number or a flag"
            continue
        moved = _moved(policy, name)
        for loc, rule in placed:
            yield from _broken_by(policy, loc, rule, name, moved, expressions)


def _moved(policy: Policy, name: str) -> dict[str, bool]:
    """The signals that change when ``name`` rises: True for those that can only rise with it."""
    scores = {"value_score": policy.value, "risk_score": policy.risk, "complexity_score": policy.complexity}
    moved = {name: True} | {score: True for score, weights in scores.items() if name in weights}
    return moved | {"win_probability": False, "expected_value": False}  # a calibration is fitted on data, which promises nothing


def _broken_by(
    policy: Policy, loc: Loc, rule: Rule, name: str, moved: Mapping[str, bool], expressions: Mapping[str, Expression]
) -> Iterator[tuple[Loc, str]]:
    effects = {(*loc, "when", each): _of_condition(condition, moved[each]) for each, condition in rule.when.items() if each in moved}
    expression = expressions.get(rule.expr or "")
    if expression and not expression.names.isdisjoint(moved):
        effects[*loc, "expr"] = _Effect(begins=True, ceases=True)
    for where, effect in effects.items():
        begins, ceases = _harmless(policy, str(loc[0]), rule.then)
        bad = (effect.begins and not begins, effect.ceases and not ceases)
        if any(bad):
            yield (
                where,
                f"rule {rule.name}: may {_WAYS[bad]} to hold when {name} rises, which can lower the level; monotone lists it",
            )


def _of_condition(condition: Condition, only_rises: bool) -> _Effect:
    if not only_rises:
        return _Effect(begins=True, ceases=True)
    match condition:
        case bool():
            return _Effect(begins=condition, ceases=not condition)
        case Range():
            return _Effect(begins=condition.at_least is not None, ceases=condition.below is not None)
        case _:
            return _Effect(begins=True, ceases=True)


def _harmless(policy: Policy, place: str, outcome: Outcome) -> tuple[bool, bool]:
    """Whether the level stays or rises when a rule with this outcome begins, and when it ceases, to hold."""
    level = level_of(policy, outcome)
    enough = 1 if place == "rules" else TOP
    return level >= enough and not outcome.before, level == 0
