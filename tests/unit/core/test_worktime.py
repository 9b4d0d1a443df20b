"""Working time, on the days on which it is easy to get wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.company import Holidays, Profile, parse_hours
from core.errors import InvalidFile
from core.worktime import WHOLE, Calendar, Week, always
from core.yamltext import parse

LONDON, NEW_YORK, LORD_HOWE, SAO_PAULO = "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"
OFFICE: dict[str, tuple[str, ...]] = {"mon-fri": ("09:00-12:30", "13:30-18:00")}
NIGHT: dict[str, tuple[str, ...]] = {"mon-sun": ("00:00-06:00",)}
BEGIN, END = date(2025, 1, 1), date(2028, 1, 1)

times = st.times(time(0), time(23, 59)).map(lambda at: at.replace(microsecond=0))
spans = st.tuples(times, times | st.just(time.max)).filter(lambda span: span[0] < span[1])
weeks = st.tuples(*[st.lists(spans, max_size=3).map(tuple)] * 7).filter(any)
zones = st.sampled_from([LONDON, NEW_YORK, LORD_HOWE, SAO_PAULO, "Asia/Kathmandu", "Pacific/Apia", "UTC"]).map(ZoneInfo)
closed = st.frozensets(st.dates(BEGIN, END), max_size=20)
calendars = st.builds(Calendar, weeks, zones, closed)
instants = st.integers(0, (END - BEGIN).days * 86_400).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
seconds = st.integers(0, 3 * 86400)


def calendar(zone: str, hours: Mapping[str, tuple[str, ...]] = OFFICE, *, holidays: frozenset[date] = frozenset()) -> Calendar:
    return Calendar(parse_hours(hours).days, ZoneInfo(zone), holidays)


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@given(calendars, instants, seconds)
def test_what_is_added_is_what_lies_between(calendar: Calendar, start: datetime, worked: int) -> None:
    assert calendar.between(start, calendar.add(start, worked)) == worked


@given(calendars, instants, seconds, seconds)
def test_more_work_is_never_done_sooner(calendar: Calendar, start: datetime, one: int, other: int) -> None:
    assert calendar.add(start, min(one, other)) <= calendar.add(start, max(one, other))


@given(calendars, instants, instants, seconds)
def test_who_starts_later_is_not_done_sooner(calendar: Calendar, one: datetime, other: datetime, worked: int) -> None:
    assert calendar.add(min(one, other), worked) <= calendar.add(max(one, other), worked)


@given(calendars, instants, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_stretch_is_its_parts(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    parts = calendar.between(start, middle) + calendar.between(middle, end)
    assert calendar.between(start, end) == pytest.approx(parts, abs=1e-5)


@given(zones, instants, seconds)
def test_without_closing_time_working_time_is_time(zone: ZoneInfo, start: datetime, elapsed: int) -> None:
    assert Calendar(WHOLE, zone).add(start, elapsed) == always().add(start, elapsed) == start + timedelta(seconds=elapsed)


@given(weeks, zones, st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_only_working_hours_count_by_the_clock_on_the_wall(week: Week, zone: ZoneInfo, day: date) -> None:
    """Counted the slow way, minute by minute; every minute of the sample either works or does not."""
    calendar = Calendar(tuple(tuple((b.replace(second=0), e if e == time.max else e.replace(second=0)) for b, e in d) for d in week), zone)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = [first + timedelta(minutes=n) for n in range(0, 26 * 60, 7)]
    for minute in minutes:
        local = minute.astimezone(zone)
        at_work = any(begin <= local.time() < end for begin, end in calendar.week[local.weekday()])
        if local.fold == 0 and (local - timedelta(hours=2)).utcoffset() == (local + timedelta(hours=2)).utcoffset():
            assert calendar.between(minute, minute + timedelta(seconds=1)) == (1.0 if at_work else 0.0)


@pytest.mark.parametrize(
    ("start", "worked", "due"),
    [
        ("2026-03-10T11:00", 3600, "2026-03-10T12:00"),
        ("2026-03-10T12:00", 3600, "2026-03-10T14:00"),
        ("2026-03-10T12:00", 1800, "2026-03-10T12:30"),
        ("2026-03-10T03:00", 60, "2026-03-10T09:01"),
        ("2026-03-13T17:30", 3600, "2026-03-16T09:30"),
        ("2026-03-14T12:00", 0, "2026-03-14T12:00"),
    ],
)
def test_breaks_nights_and_weekends_do_not_count(start: str, worked: int, due: str) -> None:
    assert calendar(LONDON).add(at(start), worked) == at(due)


def test_the_hour_that_is_skipped_in_spring_does_not_count() -> None:
    assert calendar(LONDON, NIGHT).between(at("2026-03-29T00:00", LONDON), at("2026-03-30T00:00", LONDON)) == 5 * 3600
    assert calendar(NEW_YORK, NIGHT).between(at("2026-03-08T00:00", NEW_YORK), at("2026-03-09T00:00", NEW_YORK)) == 5 * 3600
    assert calendar(LORD_HOWE, NIGHT).between(at("2026-10-04T00:00", LORD_HOWE), at("2026-10-05T00:00", LORD_HOWE)) == 5.5 * 3600


def test_the_hour_that_is_repeated_in_autumn_counts_twice() -> None:
    assert calendar(LONDON, NIGHT).between(at("2026-10-25T00:00", LONDON), at("2026-10-26T00:00", LONDON)) == 7 * 3600
    assert calendar(NEW_YORK, NIGHT).between(at("2026-11-01T00:00", NEW_YORK), at("2026-11-02T00:00", NEW_YORK)) == 7 * 3600
    assert calendar(LORD_HOWE, NIGHT).between(at("2026-04-05T00:00", LORD_HOWE), at("2026-04-06T00:00", LORD_HOWE)) == 6.5 * 3600


def test_a_time_that_never_comes_is_the_transition() -> None:
    early, late = {"sun": ("00:30-01:30",)}, {"sun": ("01:30-04:00",)}
    assert calendar(LONDON, early).between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 1800
    assert calendar(LONDON, late).add(at("2026-03-28T00:00"), 60) == at("2026-03-29T01:01")
    assert calendar(LONDON, {"sun": ("01:10-01:50",)}).add(at("2026-03-28T00:00"), 60) == at("2026-04-05T00:11")


def test_a_midnight_that_never_comes_ends_one_day_and_begins_the_next() -> None:
    midnight = at("2018-11-04T03:00")
    evening, morning = calendar(SAO_PAULO, {"sat": ("22:00-24:00",)}), calendar(SAO_PAULO, {"sun": ("00:00-02:00",)})
    assert evening.add(at("2018-11-03T12:00"), 2 * 3600) == midnight
    assert morning.between(midnight, midnight + timedelta(days=1)) == 3600


def test_a_time_limit_over_the_change_keeps_its_working_hours() -> None:
    friday = at("2026-03-27T17:00", LONDON)
    assert calendar(LONDON).add(friday, 2 * 3600) == at("2026-03-30T10:00", LONDON) == at("2026-03-30T09:00")


def test_overlapping_hours_count_once() -> None:
    assert calendar(LONDON, {"mon": ("09:00-12:00", "11:00-13:00")}).between(at("2026-03-09T00:00"), at("2026-03-10T00:00")) == 4 * 3600


def test_holidays_do_not_count() -> None:
    christmas = Holidays(country="GB", subdivision="ENG", dates=frozenset({date(2026, 12, 24)}))
    open = Calendar(parse_hours(OFFICE).days, ZoneInfo(LONDON), christmas)
    assert open.add(at("2026-12-23T17:00"), 2 * 3600) == at("2026-12-29T10:00")


def test_holidays_are_those_of_the_place() -> None:
    battle_of_the_boyne = date(2026, 7, 13)
    assert battle_of_the_boyne in Holidays(country="GB", subdivision="NIR")
    assert battle_of_the_boyne not in Holidays(country="GB", subdivision="ENG")
    assert date(2031, 12, 25) in Holidays(country="GB")


def test_nothing_lies_between_an_instant_and_an_earlier_one() -> None:
    assert calendar(LONDON).between(at("2026-03-11T12:00"), at("2026-03-10T12:00")) == 0


def profile(**changes: object) -> Profile:
    return Profile.model_validate({"id": "acme", "name": "Acme", "domains": ["acme.test"]} | changes)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"hours": {"mon": []}}, "nobody works at any time of the week"),
        ({"hours": {"mo": ["09:00-10:00"]}}, "'mo' is no day"),
        ({"time_zone": "Mars/Olympus"}, "unknown time zone 'Mars/Olympus'"),
        ({"holidays": {"country": "XX"}}, "no public holidays are known for country 'XX'"),
        ({"holidays": {"country": "GB", "subdivision": "LDN"}}, "no public holidays are known for subdivision 'LDN' of GB"),
        ({"holidays": {"subdivision": "ENG"}}, "needs a country"),
    ],
)
def test_hours_zone_and_places_that_cannot_be_are_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        profile(**changes)


def test_a_company_that_never_works_is_refused() -> None:
    mondays = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(60)]
    with pytest.raises(ValueError, match="nobody works for 370 days from 2026-01-05 on"):
        profile(hours={"mon": ["09:00-17:00"]}, holidays={"dates": mondays})
    assert profile(hours={"mon-tue": ["09:00-17:00"]}, holidays={"dates": mondays}).holidays.dates


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(ValueError, match="no working time within 370 days"):
        Calendar(((),) * 7, ZoneInfo(LONDON)).add(at("2026-03-10T12:00"), 1)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (4, "time_zone: Europe/Londn"),
        (4, "hours: {mon-fri: [9-17]}"),
        (4, "holidays: {country: GB, subdivision: LDN}"),
        (5, "holidays:\n  country: ZZ"),
        (5, "holidays:\n  day: 2026-12-24"),
    ],
)
def test_what_is_wrong_with_them_is_named_with_file_and_line(line: int, text: str) -> None:
    with pytest.raises(InvalidFile, match=f"company.yaml:{line}: "):
        parse(Profile, f"id: acme\nname: Acme\ndomains: [acme.test]\n{text}\n", "company.yaml")


def test_hours_and_holidays_are_read_as_people_write_them() -> None:
    text = 'id: acme\nname: Acme\ndomains: [a.test]\nhours: {mon-fri: ["09:00-17:30"]}\nholidays: {country: DE, dates: [2026-12-24]}'
    read, _ = parse(Profile, text, "company.yaml")
    assert read.hours == {"mon-fri": ("09:00-17:30",)}
    assert [day in read.holidays for day in (date(2026, 12, 24), date(2026, 10, 3), date(2026, 12, 23))] == [True, True, False]


def test_a_day_of_a_limit_is_a_working_day() -> None:
    office = calendar(LONDON)
    day = office.between(at("2026-03-10T00:00", LONDON), at("2026-03-11T00:00", LONDON))
    limit = office.working(86_400)
    assert limit == day
    assert office.add(at("2026-03-09T15:00", LONDON), limit) == at("2026-03-10T15:00", LONDON)
    assert office.working(2 * 86_400 + 3600) == 2 * day + 3600
    assert always().working(86_400) == 86_400
