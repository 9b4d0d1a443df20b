"""How much of what we should know of a sender we do know, and how fresh it is: the measure of the data-quality gate."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from core.types import VERIFIED, Signal
from policy.schema import Policy

_CALLED = {"known": "the sender's record"}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


class Grade(NamedTuple):
    """``quality``: share of the required facts that are known and fresh, 0 to 1. ``gaps``: what is missing or stale, in words."""

    quality: float
    gaps: tuple[str, ...]


def grade(policy: Policy, signals: Iterable[Signal], now: datetime) -> Grade:
    """The required facts, each stated by a verified source and not older than its ``max_age``.

    A fact that is not required but older than a ``max_age`` of its own is named among the gaps and costs nothing. A fact without a time of
    observation counts as fresh: its source looked it up for this turn.
    """
    stated = {signal.name: signal for signal in signals if signal.source in VERIFIED and signal.value is not None}
    required = policy.data_quality.required
    watched = (*required, *(name for name, rule in policy.facts.items() if rule.max_age is not None and name in stated))
    gaps = {name: gap for name in dict.fromkeys(watched) if (gap := _gap(policy, name, stated.get(name), now))}
    known = sum(name not in gaps for name in required)
    return Grade(round(known / len(required), 3) if required else 1.0, tuple(gaps.values()))


def max_age(policy: Policy, name: str) -> timedelta:
    """For how long a fact is believed: its own limit, else that of the gate."""
    rule = policy.facts.get(name)
    if rule and rule.max_age is not None:
        return timedelta(seconds=rule.max_age)
    return timedelta(days=policy.data_quality.max_age_days)


def _gap(policy: Policy, name: str, signal: Signal | None, now: datetime) -> str | None:
    called = _CALLED.get(name, name)
    if signal is None:
        return f"{called} is not known"
    if signal.observed_at is None:
        return None
    age, limit = now - signal.observed_at, max_age(policy, name)
    if age <= limit:
        return None
    old, most = _words(age), _words(limit)
    return f"{called} is {'over ' if old == most else ''}{old} old, at most {most}"


def _words(span: timedelta) -> str:
    """The largest unit that fits, rounded down: ``300 days``, ``5 hours``."""
    seconds = int(span.total_seconds())
    name, size = next(((name, size) for name, size in _UNITS if seconds >= size), _UNITS[-1])
    count = seconds // size
    return f"{count} {name}{'' if count == 1 else 's'}"
