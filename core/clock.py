"""Time is a port: the product reads it here, decisions receive it as an argument."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock, always in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that began at ``start`` when it was made and runs at the usual pace (the demo's day, a test's day)."""

    def __init__(self, start: datetime) -> None:
        self._shift: timedelta = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def advance(self, by: timedelta) -> None:
        """Step the clock; negative steps it back."""
        self._shift += by
