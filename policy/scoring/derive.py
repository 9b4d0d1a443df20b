"""What follows from the other signals: the scores, the chance of winning, the quality of the data, the regulated topic. Pure.

A derived signal has the source ``score``; whatever is passed in with that source is left out first, so that signals may be derived again
after one of them was changed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from core.types import Signal, SignalValue, Worth
from policy.schema import Policy
from policy.scoring.quality import Grade, grade
from policy.scoring.regulated import topic_of
from policy.scoring.score import points, worth
from policy.signals import Facts, facts

NOTHING: Mapping[str, SignalValue] = {}


class Calibrated(Protocol):
    """How what is known becomes a chance of winning; policy/scoring/scorecard.py fits one."""

    def chance(self, known: Facts) -> float | None:
        """The chance, 0 to 1, that an open deal is won; None where too little is known of it."""


class Derived(NamedTuple):
    """The derived signals with what they rest on. ``signals`` holds them alone."""

    value: Worth
    risk: Worth
    complexity: Worth
    grade: Grade
    signals: tuple[Signal, ...]


def derive(policy: Policy, signals: Sequence[Signal], now: datetime, calibration: Calibrated | None = None) -> tuple[Signal, ...]:
    """Every derived signal, from the others."""
    base = [signal for signal in signals if signal.source != "score"]
    return _signals(_values(policy, facts(base), calibration, grade(policy, base, now).quality))


def rederived(policy: Policy, signals: Sequence[Signal], now: datetime, calibration: Calibrated | None = None) -> tuple[Signal, ...]:
    """The signals that were stated, then those that follow from them."""
    base = tuple(signal for signal in signals if signal.source != "score")
    return (*base, *derive(policy, base, now, calibration))


def scores(
    policy: Policy,
    known: Facts,
    calibration: Calibrated | None = None,
    *,
    before: Mapping[str, SignalValue] = NOTHING,
    changed: Collection[str] = (),
) -> dict[str, SignalValue]:
    """The derived signals that follow from the values alone: all but the quality of the data, which also needs their age and source.

    ``known``: what rules may see; derived values in it are not looked at, but for ``regulated_topic``: what the text says stays true.
    ``before``: the scores of facts that differ from ``known`` in ``changed`` alone; of those only what can be another is computed.
    """
    known = _with_topic(policy, known)
    chance, deal, topic = _chance(calibration, known), known.get("deal_value"), known.get("regulated_topic")
    moved = {*changed, *(("regulated_topic",) if topic != before.get("regulated_topic") else ())}
    cards = {"value_score": policy.value, "risk_score": policy.risk, "complexity_score": policy.complexity}
    return {
        **{name: before[name] if name in before and moved.isdisjoint(card) else points(card, known) for name, card in cards.items()},
        "win_probability": chance,
        "expected_value": round(chance * deal, 2) if chance is not None and isinstance(deal, (int, float)) else None,
        "regulated_topic": topic,
    }


def _with_topic(policy: Policy, known: Facts) -> Facts:
    """``known`` with the regulated topic that the intent, or what was found in the text, makes of it."""
    if not policy.regulated:
        return known
    intent, found = known.get("intent"), known.get("regulated_topic")
    topic = topic_of(policy, intent if isinstance(intent, str) else None, found if isinstance(found, str) else None)
    return {**known, "regulated_topic": topic} if topic else known


def explained(policy: Policy, signals: Sequence[Signal], now: datetime, calibration: Calibrated | None = None) -> Derived:
    """As ``derive``, with every contribution and every gap: what a receipt shows."""
    base = [signal for signal in signals if signal.source != "score"]
    stated, graded = facts(base), grade(policy, base, now)
    known = _with_topic(policy, stated)
    return Derived(
        value=worth(policy.value, known),
        risk=worth(policy.risk, known),
        complexity=worth(policy.complexity, known),
        grade=graded,
        signals=_signals(_values(policy, stated, calibration, graded.quality)),
    )


def _values(policy: Policy, stated: Facts, calibration: Calibrated | None, quality: float) -> dict[str, SignalValue]:
    """What is worth saying: known, and not stated already."""
    values = {**scores(policy, stated, calibration), "data_quality": quality}
    return {name: value for name, value in values.items() if value is not None and (name != "regulated_topic" or value != stated.get(name))}


def _chance(calibration: Calibrated | None, known: Facts) -> float | None:
    """Of an open deal only: without one there is nothing to win."""
    deal = known.get("deal_value")
    if calibration is None or not isinstance(deal, (int, float)) or deal <= 0:
        return None
    chance = calibration.chance(known)
    return None if chance is None else round(chance, 4)


def _signals(values: dict[str, SignalValue]) -> tuple[Signal, ...]:
    return tuple(Signal(name=name, value=value, source="score") for name, value in values.items())
