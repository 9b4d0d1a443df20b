"""When an iCalendar text (RFC 5545) says that somebody is busy, within a window of time.

Free are events that are transparent or cancelled, and those that Outlook marks as free. An event without a zone, or that lasts whole days,
is in the person's own. Repetition is expanded by the clock on the wall: a meeting at 9 stays at 9 over a clock change.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from time import monotonic
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

REPETITIONS = 30_000
"""Of one event up to the window's end: a daily one has as many in 82 years."""

PATIENCE_S = 5.0
"""For one calendar. Anybody may send an invitation, and a rule that never comes true keeps the library busy for seconds."""

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """A busy time, UTC: ``begin`` inclusive, ``end`` exclusive."""

    begin: datetime
    end: datetime


class Agenda(NamedTuple):
    """The busy times of a window; ``broken`` counts the events that could not be read."""

    spans: tuple[Span, ...]
    broken: int = 0

    def busy(self, at: datetime) -> bool:
        return any(span.begin <= at < span.end for span in self.spans)


def read(text: bytes, zone: ZoneInfo, window: Span) -> Agenda:
    """The busy times that touch ``window``.

    Raises:
        ValueError: it is no iCalendar text.
    """
    from icalendar import Calendar

    calendar = Calendar.from_ical(text)
    if getattr(calendar, "name", None) != "VCALENDAR":
        raise ValueError("no VCALENDAR in it")
    events = list(calendar.walk("VEVENT"))
    moved, broken = _moved(events, zone)
    spans: set[Span] = set()
    until = monotonic() + PATIENCE_S
    for count, event in enumerate(events):
        if monotonic() > until:
            return Agenda(tuple(sorted(spans)), broken + len(events) - count)
        try:
            begins = _begins(event, zone, window, moved.get(str(event.get("uid")), frozenset()))
            spans.update(span for span in begins if not _free(event) and span.begin < window.end and span.end > window.begin)
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):  # what the two libraries raise for values they cannot use
            broken += 1
    return Agenda(tuple(sorted(spans)), broken)


def _moved(events: Iterable[Any], zone: ZoneInfo) -> tuple[dict[str, frozenset[datetime]], int]:
    """Event → the repetitions that an event of their own replaces; and how many of those cannot be read."""
    moved: dict[str, frozenset[datetime]] = {}
    broken = 0
    for event in events:
        if event.get("recurrence-id") is not None:
            try:
                uid, which = str(event.get("uid")), _instant(event.get("recurrence-id").dt, zone)
            except (ValueError, TypeError, AttributeError):
                broken += 1
            else:
                moved[uid] = moved.get(uid, frozenset()) | {which}
    return moved, broken


def _begins(event: Any, zone: ZoneInfo, window: Span, moved: frozenset[datetime]) -> Iterator[Span]:
    """Every time that the event takes place up to the window's end, free or not."""
    start = event.get("dtstart").dt
    length = _length(event, start)
    if event.get("recurrence-id") is not None:
        yield _span(start, length, zone)
        return
    days, instants = _exceptions(event, zone)
    for begin in (*_repeated(event, start, zone, window, length), *_more(event)):
        span = _span(begin, length, zone)
        if span.begin not in instants and span.begin not in moved and _date(begin) not in days:
            yield span


def _repeated(event: Any, start: date, zone: ZoneInfo, window: Span, length: timedelta) -> Iterator[date]:
    """The event's beginnings by its rules that may reach into the window; its only one without rules."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    if event.get("rrule") is None:
        yield start
        return
    last = (window.end + _DAY).replace(tzinfo=None)
    first = (window.begin - length - _DAY).replace(tzinfo=None)
    naive = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time.min)
    for rule in _several(event.get("rrule")):
        for count, at in enumerate(islice(rrulestr(_rule(rule, start, zone), dtstart=naive), REPETITIONS + 1)):
            if count == REPETITIONS:
                raise ValueError("repeats too often")
            if at > last:
                break
            if at >= first:
                yield at.replace(tzinfo=start.tzinfo) if isinstance(start, datetime) else at.date()


def _rule(rule: Any, start: date, zone: ZoneInfo) -> str:
    """The rule with its end by the clock on the event's wall. Raises ValueError for one that repeats within a day."""
    if rule["FREQ"][0] in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise ValueError("repeats within a day")
    text: str = rule.to_ical().decode()
    if "UNTIL" not in rule:
        return text
    until = rule["UNTIL"][0]
    if isinstance(until, datetime):
        home = start.tzinfo if isinstance(start, datetime) and start.tzinfo else zone
        until = until.astimezone(home).replace(tzinfo=None) if until.tzinfo else until
    else:
        until = datetime.combine(until, time.max)
    parts = [part for part in text.split(";") if not part.startswith("UNTIL=")]
    return ";".join([*parts, f"UNTIL={until:%Y%m%dT%H%M%S}"])


def _more(event: Any) -> Iterator[date]:
    """Its further dates (RDATE)."""
    for listed in _several(event.get("rdate")):
        for each in listed.dts:
            yield each.dt[0] if isinstance(each.dt, tuple) else each.dt


def _exceptions(event: Any, zone: ZoneInfo) -> tuple[frozenset[date], frozenset[datetime]]:
    """Whole days and instants at which the event does not take place (EXDATE)."""
    found = [each.dt for listed in _several(event.get("exdate")) for each in listed.dts]
    days = frozenset(each for each in found if not isinstance(each, datetime))
    return days, frozenset(_instant(each, zone) for each in found if isinstance(each, datetime))


def _length(event: Any, start: date) -> timedelta:
    """RFC 5545 3.6.1: without an end, a date lasts a day and a time no time at all."""
    if event.get("dtend") is not None:
        end = event.get("dtend").dt
        return _instant(end, ZoneInfo("UTC")) - _instant(start, ZoneInfo("UTC"))
    if event.get("duration") is not None:
        length: timedelta = event.get("duration").dt
        return length
    return timedelta(0) if isinstance(start, datetime) else _DAY


def _span(begin: date, length: timedelta, zone: ZoneInfo) -> Span:
    """Whole days end at midnight by the person's clock; what has a time lasts as long as it lasts."""
    first = _instant(begin, zone)
    return Span(first, first + length if isinstance(begin, datetime) else _instant(begin + length, zone))


def _instant(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _free(event: Any) -> bool:
    says = {name: str(event.get(name, "")).upper() for name in ("status", "transp", "x-microsoft-cdo-busystatus")}
    return says["status"] == "CANCELLED" or says["transp"] == "TRANSPARENT" or says["x-microsoft-cdo-busystatus"] == "FREE"
