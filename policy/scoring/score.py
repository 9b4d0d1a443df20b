"""Scorecards: points per signal, each shown. The same arithmetic for what a conversation is worth, what it risks and how hard it is."""

from collections.abc import Mapping

from core.types import Contribution, SignalValue, Worth
from policy.schema import Weight
from policy.signals import Facts


def worth(weights: Mapping[str, Weight], known: Facts) -> Worth:
    """Points per signal that is known, largest possible sum 100; a signal that nobody states earns nothing and is not shown.

    A number earns its share of the weight linearly from 0 up to ``full_at``, a text what ``of`` says, a flag all when true.
    """
    contributions = tuple(
        Contribution.model_construct(
            signal=name, value=known[name], weight=weight.weight, points=round(share(weight, known[name]) * weight.weight, 2)
        )
        for name, weight in weights.items()
        if name in known
    )
    return Worth.model_construct(score=_cut(sum(each.points for each in contributions)), contributions=contributions)


def points(weights: Mapping[str, Weight], known: Facts) -> float:
    """The score of ``worth`` without its contributions."""
    return _cut(sum(round(share(weight, known.get(name)) * weight.weight, 2) for name, weight in weights.items()))


def share(weight: Weight, value: SignalValue) -> float:
    """What part of its weight a value earns, 0 to 1."""
    match value:
        case bool():
            return 1.0 if value else 0.0
        case int() | float():
            return max(0.0, min(1.0, value / (weight.full_at or 1.0)))
        case str():
            return weight.of.get(value, 0.0)
        case None:
            return 0.0


def _cut(total: float) -> float:
    return round(min(100.0, max(0.0, total)), 1)
