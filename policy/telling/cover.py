"""In which local hours of a week nobody of a group works. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.company import DAYS, Hours, Person, parse_hours
from policy.schema import Role

DAY = timedelta(days=1)
_SHORT = timedelta(minutes=1)

Stretch = tuple[datetime, datetime]


class Shift(NamedTuple):
    """A person and the role they work in, whose quiet hours are theirs as well."""

    person: Person
    role: Role


def uncovered(week: Hours, zone: ZoneInfo, shifts: Sequence[Shift], monday: date) -> str:
    """The hours of ``week`` (of ``monday``, local to ``zone``) in which none of the shifts is at work, in words; empty for none."""
    open = [stretch for day in range(7) for stretch in _day(week, zone, monday + day * DAY)]
    worked = _joined(stretch for shift in shifts for stretch in _worked(shift, monday))
    left = [stretch for stretch in _without(open, worked) if stretch[1] - stretch[0] >= _SHORT]
    return _words(left, zone, monday)


def _worked(shift: Shift, monday: date) -> Iterable[Stretch]:
    days = [monday + day * DAY for day in range(-1, 8)]
    zone = shift.person.zone
    at_work = [stretch for day in days for stretch in _day(shift.person.week, zone, day)]
    if not shift.role.quiet_hours:
        return at_work
    quiet = parse_hours(shift.role.quiet_hours)
    return _without(at_work, [stretch for day in days for stretch in _day(quiet, zone, day)])


def _day(week: Hours, zone: ZoneInfo, day: date) -> Iterator[Stretch]:
    for begin, end in week.days[day.weekday()]:
        yield _instant(day, begin, zone), _instant(day + DAY, time.min, zone) if end == time.max else _instant(day, end, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _without(stretches: Iterable[Stretch], cut: Iterable[Stretch]) -> list[Stretch]:
    """``stretches`` less ``cut``, both without overlaps of their own once joined."""
    left, taken = [], _joined(cut)
    for begin, end in _joined(stretches):
        at = begin
        for low, high in taken:
            if high <= at or low >= end:
                continue
            if low > at:
                left.append((at, low))
            at = max(at, high)
        if at < end:
            left.append((at, end))
    return left


def _words(stretches: Sequence[Stretch], zone: ZoneInfo, monday: date) -> str:
    """``Mon-Thu 17:00-18:00, Fri 12:00-18:00``: days with the same hours together."""
    days: dict[int, list[str]] = {}
    for begin, end in stretches:
        for local, span in _local(begin.astimezone(zone), end.astimezone(zone)):
            days.setdefault((local - monday).days, []).append(span)
    runs: list[tuple[int, int, list[str]]] = []
    for day in sorted(days):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == days[day]:
            runs[-1] = runs[-1][0], day, days[day]
        else:
            runs.append((day, day, days[day]))
    return ", ".join(f"{_name(first)}{f'-{_name(last)}' if last > first else ''} {' and '.join(spans)}" for first, last, spans in runs)


def _local(begin: datetime, end: datetime) -> Iterator[tuple[date, str]]:
    """A stretch cut at local midnight."""
    while (begin.date() < end.date() and end.time() > time.min) or (end.date() - begin.date()).days > 1:
        yield begin.date(), f"{begin:%H:%M}-24:00"
        begin = datetime.combine(begin.date() + DAY, time.min, begin.tzinfo)
    yield begin.date(), f"{begin:%H:%M}-{'24:00' if end.time() == time.min else f'{end:%H:%M}'}"


def _name(day: int) -> str:
    return DAYS[day % 7].title()
