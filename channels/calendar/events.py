"""When an iCalendar text (RFC 5545) says that somebody is busy, within a window of time.

Free are events that are transparent or cancelled, and those that Outlook marks as free. An event without a zone, or that lasts whole days,
is in the person's own. Repetition is expanded by the clock on the wall: a meeting at 9 stays at 9 over a clock change.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from time import monotonic
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

REPETITIONS = 30_000
"""Of one event up to the window's end: a daily one has as many in 82 years."""

PATIENCE_S = 5.0
"""For one calendar, looked at between its events: none of them takes longer than a second or two (``_far``, ``_modest``), whoever sent the
invitation."""

PARTS = frozenset(
    {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSETPOS"}
    | {"BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"}
)
VALUES, POSITIONS, TIMES = 80, 4, 50
"""Of one rule: all its values, those of BYSETPOS, and its times of a day."""

OLDEST_YEARS = 100
CYCLE = 400
"""Years after which dates fall on the same days of the week (146,097 days are 20,871 weeks)."""

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
    events.sort(key=_effort)  # what may take long comes last: everything else is known by then
    for count, event in enumerate(events):
        if monotonic() > until:
            return Agenda(tuple(sorted(spans)), broken + len(events) - count)
        try:
            begins = _begins(event, zone, window, moved.get(str(event.get("uid")), frozenset()))
            spans.update(span for span in begins if not _free(event) and span.begin < window.end and span.end > window.begin)
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):  # what the two libraries raise for values they cannot use
            broken += 1
    return Agenda(tuple(sorted(spans)), broken)


def _moved(events: Iterable[Any], zone: ZoneInfo) -> tuple[dict[str, set[datetime]], int]:
    """Event → the repetitions that an event of their own replaces; and how many of those cannot be read."""
    moved: dict[str, set[datetime]] = {}
    broken = 0
    for event in events:
        if event.get("recurrence-id") is not None:
            try:
                uid, which = str(event.get("uid")), _instant(event.get("recurrence-id").dt, zone)
            except (ValueError, TypeError, AttributeError):
                broken += 1
            else:
                moved.setdefault(uid, set()).add(which)
    return moved, broken


def _begins(event: Any, zone: ZoneInfo, window: Span, moved: Set[datetime]) -> Iterator[Span]:
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
    """The event's beginnings by its rule that may reach into the window; its only one without a rule."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    if event.get("rrule") is None:
        yield start
        return
    last = (window.end + _DAY).replace(tzinfo=None)
    first = (window.begin - length - _DAY).replace(tzinfo=None)
    naive = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time.min)
    if naive > last:
        return
    if naive.year < window.begin.year - OLDEST_YEARS:
        raise ValueError("began too long ago")
    years = _far(last.year)
    rule = rrulestr(_rule(_modest(event.get("rrule")), start, zone, years), dtstart=_later(naive, years))
    for count, far in enumerate(islice(rule, REPETITIONS + 1)):
        at = _later(far, -years)
        if at > last:
            return
        if count == REPETITIONS:
            raise ValueError("repeats too often")
        if at >= first:
            yield at.replace(tzinfo=start.tzinfo) if isinstance(start, datetime) else at.date()


def _effort(event: Any) -> int:
    """0: it does not repeat; 1: as calendar programs let it; 2: on few days of those that its rule goes through, or on none."""
    rule = event.get("rrule")
    if not isinstance(rule, dict):
        return 0 if rule is None else 2
    usual = {"WEEKLY": {"BYDAY"}, "DAILY": set()}.get(str(_several(rule.get("FREQ", ""))[0]).upper(), PARTS)
    return 1 if all(part.upper() in usual or not part.upper().startswith("BY") for part in rule) else 2


def _far(year: int) -> int:
    """How many years later a rule is worked out, where dates fall on the same weekdays: as far as fits.

    dateutil looks for a rule's next time up to the year 9999 and cannot be stopped meanwhile. From 2026 that takes ten seconds for a
    daily rule that never comes true; so far on, half of one.
    """
    return (MAXYEAR - 1 - year) // CYCLE * CYCLE


def _later(at: datetime, years: int) -> datetime:
    return at.replace(year=at.year + years)


def _modest(rule: Any) -> Any:
    """One rule, of no more values than a calendar program writes, for each of them is looked at on every day there is.

    Raises ValueError for another: RFC 5545 3.8.5.3 wants no second one in an event.
    """
    if isinstance(rule, list):
        raise ValueError("repeats by several rules")  # noqa: TRY004 - it is the calendar's fault
    counts = {part.upper(): len(_several(values)) for part, values in rule.items()}
    times = counts.get("BYHOUR", 1) * counts.get("BYMINUTE", 1) * counts.get("BYSECOND", 1)
    if not PARTS.issuperset(counts) or sum(counts.values()) > VALUES or counts.get("BYSETPOS", 0) > POSITIONS or times > TIMES:
        raise ValueError("repeats by an immoderate rule")
    if rule["FREQ"][0] in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise ValueError("repeats within a day")
    if int(_several(rule.get("INTERVAL", 1))[0]) < 1:
        raise ValueError("repeats without end")
    return rule


def _rule(rule: Any, start: date, zone: ZoneInfo, years: int) -> str:
    """The rule with its end by the clock on the event's wall, that many years later."""
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
    if until.year + years <= MAXYEAR:
        parts.append(f"UNTIL={_later(until, years):%Y%m%dT%H%M%S}")
    return ";".join(parts)


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
