"""What a conversation is worth, and how much of what we should know we do know."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.types import VERIFIED, Contribution, Signal, SignalValue, Worth
from policy.schema import Quality, Weight
from policy.signals import facts


def worth(weights: dict[str, Weight], signals: Sequence[Signal]) -> Worth:
    """The scorecard: points per signal, each shown; the sum is cut at 100. Signals that a rule may not see earn nothing."""
    known = facts(signals)
    contributions = tuple(
        Contribution(signal=name, value=known[name], weight=weight.weight, points=round(_share(weight, known[name]) * weight.weight, 2))
        for name, weight in weights.items()
        if name in known
    )
    total = min(100.0, max(0.0, sum(contribution.points for contribution in contributions)))
    return Worth(score=round(total, 1), contributions=contributions)


def _share(weight: Weight, value: SignalValue) -> float:
    match value:
        case bool():
            return 1.0 if value else 0.0
        case int() | float():
            return max(0.0, min(1.0, value / (weight.full_at or 1.0)))
        case str():
            return weight.of.get(value, 0.0)
        case None:
            return 0.0


def data_quality(gate: Quality, signals: Sequence[Signal], now: datetime) -> float:
    """Share of the required facts that a verified source states and that are not older than ``max_age_days``."""
    if not gate.required:
        return 1.0
    oldest = now - timedelta(days=gate.max_age_days)
    present = {
        signal.name
        for signal in signals
        if signal.source in VERIFIED and signal.value is not None and (signal.observed_at is None or signal.observed_at >= oldest)
    }
    return round(len(present & set(gate.required)) / len(gate.required), 3)
