"""When a chat model's endpoint is left alone: as long as it asks for, and after it has failed again and again."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOLERATED = 3
PAUSE_S, LONGEST_S = 5.0, 300.0
LONGEST_ASKED_S = 3600.0
"""A header that names a longer pause is more likely wrong than meant."""


class Circuit:
    """One endpoint's, shared by all turns of a process. Nothing waits here: while it rests, turns go on without the endpoint.

    After ``TOLERATED`` failures in a row it rests for ``PAUSE_S`` seconds, then lets one call through: an answer ends it, another failure
    doubles the rest, up to ``LONGEST_S``. ``clock`` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures, self._why = 0, ""
        self._open_until = self._asked_until = float("-inf")

    def resting(self, probe_s: float) -> str:
        """Why no call is to be made now, or nothing. Who is told nothing after failures tries for all: for ``probe_s`` the others rest."""
        now = self._clock()
        if now < self._asked_until:
            return f"the endpoint asked for a pause; {self._asked_until - now:.0f} s are left"
        if self._failures < TOLERATED:
            return ""
        if now < self._open_until:
            return f"the last {self._failures} calls failed ({self._why}); {self._open_until - now:.0f} s until it is tried again"
        self._open_until = now + probe_s
        return ""

    def answered(self) -> None:
        """It works: also where what it said was of no use. A pause that it asked for stays."""
        self._failures = 0

    def failed(self, why: str) -> None:
        self._failures, self._why = self._failures + 1, why
        if self._failures >= TOLERATED:
            rest = min(PAUSE_S * 2 ** min(self._failures - TOLERATED, 10), LONGEST_S)
            self._open_until = self._clock() + rest

    def asked_to_wait(self, seconds: float | None) -> None:
        """The endpoint named its own pause; None: it wants one and does not say how long."""
        rest = PAUSE_S if seconds is None else min(seconds, LONGEST_ASKED_S)
        self._asked_until = max(self._asked_until, self._clock() + rest)


def retry_after(value: str, now: datetime | None = None) -> float | None:
    """Seconds of a ``Retry-After`` header: a number, or a date (RFC 9110, 10.2.3); None for anything else."""
    try:
        seconds = float(value) if value.strip()[:1].isdigit() else _until(value, now or datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _until(value: str, now: datetime) -> float:
    at = parsedate_to_datetime(value)
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
