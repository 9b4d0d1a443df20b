"""Working time: which instants a week of local hours covers, and how many working seconds lie between two of them. Pure."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

Week = tuple[tuple[tuple[time, time], ...], ...]
"""Seven days, Monday first, each a tuple of local (from, to); ``time.max`` is the day's end."""

LONGEST_D = 370
DAY = timedelta(days=1)
WHOLE: Week = (((time.min, time.max),),) * 7


@dataclass(frozen=True)
class Calendar:
    """When people work: ``week`` in the local time of ``zone``, without the ``holidays`` (local dates).

    A local time stands for the first instant at which the clock on the wall shows it or more. So no second counts twice and none is lost:
    an hour that is skipped in spring has no seconds, and one that is repeated in autumn has 7,200.
    """

    week: Week
    zone: ZoneInfo
    holidays: Container[date] = frozenset()

    def add(self, start: datetime, seconds: float) -> datetime:
        """The instant (UTC) at which ``seconds`` of working time have passed since ``start``; ``start`` itself for none.

        Raises:
            ValueError: there is no working time for ``LONGEST_D`` days.
        """
        left = timedelta(seconds=seconds)
        if left <= timedelta(0):
            return start.astimezone(UTC)
        for begin, end in self._spans(start):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise ValueError(f"no working time within {LONGEST_D} days")

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from ``start`` to ``end``; 0 when ``end`` is not later."""
        total, last = timedelta(0), end.astimezone(UTC)
        for begins, ends in self._spans(start, last):
            total += min(ends, last) - begins
        return total.total_seconds()

    def working(self, limit_s: float) -> float:
        """A time limit in working seconds: its whole days are working days, the longest of the week (``1d`` from 15:00 on Monday ends
        at 15:00 on Tuesday); what is left over is taken as it is."""
        days, rest = divmod(limit_s, DAY.total_seconds())
        return days * max((_length(day) for day in self._hours), default=0.0) + rest

    def covers(self, instant: datetime) -> bool:
        """Whether ``instant`` is working time."""
        local = instant.astimezone(self.zone)
        day, at = local.date(), local.time()
        if local.fold:  # the clock shows this hour for the second time, so it does not say where in the day's spans it lies
            return any(begin <= instant < end for begin, end in self._day(day))
        for begin, end in self._hours[day.weekday()]:
            if begin <= at and (at < end or end == time.max):
                return day not in self.holidays
        return False

    def opens(self, day: date) -> bool:
        """Whether there is working time within ``LONGEST_D`` days from ``day`` on."""
        return any(any(self._day(day + n * DAY)) for n in range(LONGEST_D))

    def shut(self, days: Iterable[date]) -> date | None:
        """The first of ``days`` from which on nobody works for ``LONGEST_D`` days."""
        return next((day for day in sorted(days) if not self.opens(day)), None)

    def _spans(self, start: datetime, until: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from ``start`` on as instants, in order; they end at ``until``, or when nobody works for ``LONGEST_D`` days."""
        first = start.astimezone(UTC)
        day, empty = start.astimezone(self.zone).date() - DAY, 0  # a clock set back at midnight shows yesterday again
        while empty < LONGEST_D + 1:
            empty += 1
            for begin, end in self._day(day):
                if until is not None and begin >= until:
                    return
                empty = 0
                if end > first:
                    yield max(begin, first), end
            if until is not None and self._instant(day, time.min) > until:
                return
            day += DAY

    def _day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        for begin, end in self._hours[day.weekday()]:
            span = self._instant(day, begin), self._instant(day + DAY, time.min) if end == time.max else self._instant(day, end)
            if span[0] < span[1]:
                yield span

    @cached_property
    def _hours(self) -> Week:
        return tuple(_merged(spans) for spans in self.week)

    def _instant(self, day: date, at: time) -> datetime:
        """The first instant at which the wall clock shows that or more (PEP 495: fold 0, and in a gap the transition itself)."""
        local = datetime.combine(day, at, self.zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return instant
        return self._transition(local.replace(fold=1).astimezone(UTC), instant)

    def _transition(self, before: datetime, after: datetime) -> datetime:
        """The second, after ``before`` and not after ``after``, at which the offset from UTC changes."""
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) // 2
            middle -= timedelta(microseconds=middle.microsecond)
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after


def _length(day: Sequence[tuple[time, time]]) -> float:
    """Seconds of a day's spans by the clock on the wall."""
    anywhere = date(2001, 1, 1)
    whole = timedelta(microseconds=1)
    total = timedelta(0)
    for begin, end in day:
        total += datetime.combine(anywhere, end) - datetime.combine(anywhere, begin) + (whole if end == time.max else timedelta(0))
    return total.total_seconds()


def always() -> Calendar:
    """Every second is working time."""
    return Calendar(WHOLE, ZoneInfo("UTC"))


def _merged(spans: Iterable[tuple[time, time]]) -> tuple[tuple[time, time], ...]:
    """The same time without overlaps, in order."""
    merged: list[tuple[time, time]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(merged)
