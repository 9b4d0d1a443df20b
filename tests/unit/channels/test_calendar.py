"""Busy times: from a text, a file, and a real server on this machine."""

import asyncio
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, thread_time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from channels.calendar.agendas import LATE_S, Agendas
from channels.calendar.events import Agenda, Span, _moved, read
from channels.calendar.sources import LONGEST, allowed, redirect_problem
from core.company import Person, Roster
from core.yamltext import parse

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 3, 10, 14, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    """A calendar of events, each given as its lines."""
    inside = "\n".join(f"BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n{event.strip()}\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test\n{inside}\nEND:VCALENDAR\n".replace("\n", "\r\n").encode()


def agenda(*events: str, zone: ZoneInfo = LONDON, around: datetime = TUESDAY, days: int = 60) -> Agenda:
    return read(calendar(*events), zone, Span(around - timedelta(days=days), around + timedelta(days=days)))


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


MEETING = "UID:1\nSUMMARY:Board\nDTSTART:20260310T130000Z\nDTEND:20260310T150000Z"
STANDUP = (
    "UID:2\nDTSTART;TZID=Europe/Berlin:20260302T090000\nDTEND;TZID=Europe/Berlin:20260302T093000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
)


def test_a_meeting_takes_its_time_from_its_beginning_to_before_its_end() -> None:
    found = agenda(MEETING)
    assert [found.busy(utc(3, 10, *at)) for at in ((12, 59), (13, 0), (14, 59), (15, 0))] == [False, True, True, False]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_what_is_transparent_or_cancelled_takes_no_time(line: str) -> None:
    assert agenda(f"{MEETING}\n{line}").spans == ()


def test_a_daily_meeting_stays_at_nine_by_the_clock_when_summer_time_begins() -> None:
    found = agenda(STANDUP)
    assert found.busy(utc(3, 27, 8, 15))  # Friday, 09:15 in Berlin
    assert not found.busy(utc(3, 28, 8, 15))  # Saturday
    assert (found.busy(utc(3, 30, 7, 15)), found.busy(utc(3, 30, 8, 15))) == (True, False)


def test_an_exception_removes_only_the_repetition_it_names() -> None:
    twice = "UID:3\nDTSTART:20260309T090000Z\nDURATION:PT30M\nRRULE:FREQ=DAILY;BYHOUR=9,15\nEXDATE:20260310T090000Z"
    found = agenda(twice)
    assert [found.busy(utc(3, 10, 9, 10)), found.busy(utc(3, 10, 15, 10)), found.busy(utc(3, 11, 9, 10))] == [False, True, True]
    assert not agenda(f"{STANDUP}\nEXDATE;VALUE=DATE:20260310").busy(utc(3, 10, 8, 15))


def test_a_repetition_that_was_moved_is_busy_where_it_went_and_not_where_it_was() -> None:
    moved = "UID:2\nRECURRENCE-ID;TZID=Europe/Berlin:20260310T090000\nDTSTART:20260310T160000Z\nDTEND:20260310T163000Z"
    found = agenda(STANDUP, moved)
    assert [found.busy(utc(3, 10, 8, 15)), found.busy(utc(3, 10, 16, 15)), found.busy(utc(3, 11, 8, 15))] == [False, True, True]


def test_a_repetition_that_was_cancelled_or_moved_out_of_the_window_leaves_its_time_free() -> None:
    gone = "UID:2\nRECURRENCE-ID;TZID=Europe/Berlin:20260310T090000\nDTSTART:20260310T080000Z\nDTEND:20260310T083000Z\nSTATUS:CANCELLED"
    later = "UID:2\nRECURRENCE-ID:20260311T080000Z\nDTSTART:20260910T080000Z\nDTEND:20260910T083000Z"
    found = agenda(STANDUP, gone, later)
    assert [found.busy(utc(3, day, 8, 15)) for day in (9, 10, 11, 12)] == [True, False, False, True]


def test_a_rule_ends_with_its_last_day_and_after_its_count() -> None:
    until = agenda(f"{STANDUP};UNTIL=20260310T080000Z")
    assert [until.busy(utc(3, day, 8, 15)) for day in (9, 10, 11)] == [True, True, False]
    counted = agenda(f"{STANDUP};COUNT=2")
    assert [counted.busy(utc(3, day, 8, 15)) for day in (2, 3, 4)] == [True, True, False]


def test_further_dates_count() -> None:
    found = agenda(f"{MEETING}\nRDATE:20260312T130000Z\nRDATE;VALUE=PERIOD:20260313T130000Z/PT2H")
    assert [found.busy(utc(3, day, 14)) for day in (10, 11, 12, 13)] == [True, False, True, True]


def test_a_day_off_lasts_from_midnight_to_midnight_by_the_persons_clock() -> None:
    found = agenda("UID:4\nDTSTART;VALUE=DATE:20260310", zone=BERLIN)
    assert [found.busy(at) for at in (utc(3, 9, 22, 59), utc(3, 9, 23), utc(3, 10, 22, 59), utc(3, 10, 23))] == [False, True, True, False]
    leave = agenda("UID:5\nDTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260331", zone=BERLIN)
    assert leave.spans == (Span(utc(3, 27, 23), utc(3, 30, 22)),)  # the clock changes within it


def test_a_time_without_a_zone_is_the_persons_own() -> None:
    floating = "UID:6\nDTSTART:20260310T090000\nDTEND:20260310T100000"
    assert agenda(floating, zone=BERLIN).busy(utc(3, 10, 8, 30))
    assert agenda(floating, zone=LONDON).busy(utc(3, 10, 9, 30))


def test_a_zone_named_as_windows_does_is_understood() -> None:
    event = "UID:7\nDTSTART;TZID=W. Europe Standard Time:20260310T090000\nDTEND;TZID=W. Europe Standard Time:20260310T100000"
    assert agenda(event).busy(utc(3, 10, 8, 30))


@pytest.mark.parametrize(
    "event",
    [
        "UID:8\nDTSTART:20260310Txx0000",
        "UID:8",
        "UID:8\nDTSTART:20260310T090000Z\nRRULE:FREQ=SECONDLY",
        "UID:8\nDTSTART:20260310T090000Z\nRRULE:FREQ=SOMETIMES",
        "UID:8\nDTSTART:20260310T090000Z\nDURATION:P9999999999D\nRRULE:FREQ=DAILY",
    ],
)
def test_an_event_that_cannot_be_read_is_counted_and_the_others_hold(event: str) -> None:
    found = agenda(event, MEETING)
    assert found.broken == 1
    assert found.busy(TUESDAY)


NEVER = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"


@pytest.mark.parametrize(
    "rules",
    [
        ("FREQ=DAILY", "FREQ=WEEKLY"),
        ("FREQ=DAILY;INTERVAL=0;BYMONTH=2",),
        ("FREQ=YEARLY;BYEASTER=0",),
        (f"{NEVER};BYSETPOS=1,2,3,4,5",),
        ("FREQ=DAILY;BYHOUR=8,9;BYMINUTE=" + ",".join(map(str, range(60))),),
        (f"FREQ=DAILY;BYYEARDAY={','.join(['366'] * 100)}",),
    ],
)
def test_a_rule_that_no_calendar_program_writes_breaks_its_own_event_only(rules: tuple[str, ...]) -> None:
    found = agenda("\n".join(["UID:8\nDTSTART:20260309T130000Z\nDURATION:PT1H", *(f"RRULE:{rule}" for rule in rules)]), MEETING)
    assert (found.broken, found.busy(TUESDAY)) == (1, True)


def test_a_rule_that_began_a_century_ago_breaks_its_own_event_only() -> None:
    assert agenda("UID:8\nDTSTART:19000101T090000Z\nRRULE:FREQ=YEARLY", MEETING).broken == 1


def test_rules_that_never_come_true_cost_seconds_and_the_usual_ones_are_known_before_them() -> None:
    never = [f"UID:{n}\nDTSTART:20260310T130000Z\nRRULE:{NEVER}" for n in range(40)]
    began = thread_time()
    found = agenda(*never, MEETING, STANDUP)
    assert thread_time() - began < 9, "from the present day one of them alone takes longer"
    assert found.busy(TUESDAY)
    assert found.busy(utc(3, 27, 8, 15))
    assert found.broken > 0


def test_a_rule_for_leap_days_and_one_that_ends_far_away_hold() -> None:
    leap = agenda(
        "UID:9\nDTSTART:20240229T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", around=utc(3, 1, 0), days=732
    )
    assert [span.begin for span in leap.spans] == [datetime(2024, 2, 29, 9, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)]
    assert agenda(f"{STANDUP};UNTIL=99991231T000000Z").busy(utc(3, 10, 8, 15))
    assert agenda("UID:9\nDTSTART:99990101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY") == Agenda(())


def test_thousands_of_moved_repetitions_of_one_event_are_read_in_time() -> None:
    calls = [f"UID:2\nRECURRENCE-ID:{TUESDAY + timedelta(hours=n):%Y%m%dT%H%M%SZ}\nDTSTART:20300101T000000Z" for n in range(3000)]
    events: Any = Calendar.from_ical(calendar(*calls)).walk("VEVENT")
    began = thread_time()
    assert len(_moved(events, LONDON)[0]["2"]) == 3000
    assert thread_time() - began < 0.5


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe", b"<html>sign in</html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError):
        read(text, LONDON, Span(TUESDAY, TUESDAY + timedelta(days=1)))


# ---------------------------------------------------------------- whose, and how they are read


async def test_the_calendar_of_the_example_can_be_read_and_shows_a_meeting_on_the_demos_day() -> None:
    folder = Path(__file__).parents[3] / "knowledge" / "example"
    agendas = Agendas(folder, parse(Roster, (folder / "roster.yaml").read_text("utf-8"), "roster.yaml")[0].people)
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (frozenset(), [])  # the call at that hour is cancelled
    assert await agendas.busy(TUESDAY.replace(hour=20, minute=30)) == (frozenset({"hiroshi.tanabe"}), [])


def person(calendar: str | None, id: str = "ann") -> Person:
    return Person(id=id, name="Ann", email="ann@acme.test", role="agent", time_zone="Europe/London", calendar=calendar)


async def test_a_file_of_the_company_folder_says_who_is_busy(tmp_path: Path) -> None:
    (tmp_path / "ann.ics").write_bytes(calendar(MEETING))
    agendas = Agendas(tmp_path, [person("ann.ics"), person(None, "bob")])
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (frozenset({"ann"}), [])
    assert await agendas.busy(TUESDAY + timedelta(hours=1)) == (frozenset(), [])


async def test_a_broken_file_leaves_the_last_good_one_in_force_and_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "ann.ics"
    file.write_bytes(calendar(MEETING))
    agendas = Agendas(tmp_path, [person("ann.ics")])
    await agendas.refresh(TUESDAY - timedelta(minutes=7))
    file.write_bytes(b"Secret plans of Ann")
    with caplog.at_level(logging.WARNING, logger="usher.calendar"):
        for _ in range(3):
            await agendas.refresh(TUESDAY)
    busy, troubles = await agendas.busy(TUESDAY)
    assert busy == {"ann"}
    assert troubles == ["calendar of ann: it is no iCalendar text; what was read 7 min ago counts"]
    assert [record.getMessage() for record in caplog.records] == ["1 of 1 calendars cannot be read: it is no iCalendar text"]


async def test_who_has_no_readable_calendar_is_not_busy_and_that_is_said(tmp_path: Path) -> None:
    agendas = Agendas(tmp_path, [person("nowhere.ics")])
    assert await agendas.busy(TUESDAY) == (frozenset(), ["calendar of ann: not read yet; they count as not busy"])
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (
        frozenset(),
        ["calendar of ann: the file cannot be read (FileNotFoundError); they count as not busy"],
    )
    await agendas.close()


async def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.ics").write_bytes(calendar(MEETING))
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "ann.ics").symlink_to(tmp_path / "secret.ics")
    agendas = Agendas(folder, [person("ann.ics")])
    await agendas.refresh(TUESDAY)
    busy, (trouble,) = await agendas.busy(TUESDAY)
    assert not busy
    assert "lies outside the company folder" in trouble


async def test_a_pipe_is_no_calendar_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ann.ics")
    agendas = Agendas(tmp_path, [person("ann.ics")])
    async with asyncio.timeout(2):
        await agendas.refresh(TUESDAY)
    assert "no regular file" in (await agendas.busy(TUESDAY))[1][0]


async def test_a_calendar_that_takes_long_delays_neither_another_nor_whoever_waits_for_them(tmp_path: Path) -> None:
    (tmp_path / "ann.ics").write_bytes(calendar(*(f"UID:{n}\nDTSTART:20260310T130000Z\nRRULE:{NEVER}" for n in range(40))))
    (tmp_path / "bob.ics").write_bytes(calendar(MEETING))
    agendas = Agendas(tmp_path, [person("ann.ics"), person("bob.ics", "bob")])
    began = monotonic()
    await agendas.refresh(TUESDAY)
    assert monotonic() - began < LATE_S + 1
    assert await agendas.busy(TUESDAY) == (frozenset({"bob"}), ["calendar of ann: not read yet; they count as not busy"])
    (tmp_path / "bob.ics").write_bytes(calendar())
    await agendas.refresh(TUESDAY)
    assert (await agendas.busy(TUESDAY))[0] == frozenset()
    await agendas.close()


async def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "ann.ics").write_bytes(b" " * (LONGEST + 1))
    agendas = Agendas(tmp_path, [person("ann.ics")])
    await agendas.refresh(TUESDAY)
    assert "longer than 2 MiB" in (await agendas.busy(TUESDAY))[1][0]


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "../other/ann.ics", "a/../../b.ics", "http://example.org/a.ics", "file:///etc/passwd", "C:x"]
)
def test_an_address_that_is_not_allowed_is_refused_with_the_roster(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        person(address)


def test_only_https_is_allowed_but_on_this_machine() -> None:
    assert allowed("https://calendar.example/ann.ics")
    assert allowed("http://127.0.0.1:80/ann.ics")
    assert not allowed("http://127.0.0.1.example.org/ann.ics")
    assert not allowed("http://169.254.169.254/latest")


@pytest.mark.parametrize(
    ("configured", "onwards", "problem"),
    [
        ("https://192.0.43.8/a.ics", "https://192.0.43.9/b.ics", None),
        ("https://192.0.43.8/a.ics", "http://127.0.0.1/b.ics", "the address is not https"),
        ("https://192.0.43.8/a.ics", "http://192.0.43.9/b.ics", "the address is not https"),
        *(
            ("https://192.0.43.8/a.ics", f"https://{host}/b.ics", "it is redirected to an internal address")
            for host in ("127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1]")
        ),
        ("https://10.0.0.1/a.ics", "https://10.1.2.3/b.ics", None),
        ("http://127.0.0.1/a.ics", "http://localhost/b.ics", None),
    ],
)
async def test_a_redirect_leads_from_https_to_https_and_never_into_a_network_inside(
    configured: str, onwards: str, problem: str | None
) -> None:
    assert await redirect_problem(configured, onwards) == problem


class _Office(BaseHTTPRequestHandler):
    """A calendar server: what is at a path, as (status, headers, body); and what it was asked."""

    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    asked: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append(dict(self.headers))
        status, headers, body = self.pages[self.path]
        if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def office() -> Iterator[str]:
    """The address of a server; ``_Office.pages`` is what it serves."""
    _Office.pages.clear()
    _Office.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Office)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_an_address_is_read_once_and_then_only_asked_whether_it_has_changed(office: str, tmp_path: Path) -> None:
    _Office.pages["/ann.ics"] = 200, {"ETag": '"1"'}, calendar(MEETING)
    agendas = Agendas(tmp_path, [person(f"{office}/ann.ics")])
    await agendas.refresh(TUESDAY)
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (frozenset({"ann"}), [])
    assert [asked.get("If-None-Match") for asked in _Office.asked] == [None, '"1"']
    _Office.pages["/ann.ics"] = 200, {"ETag": '"2"'}, calendar()
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (frozenset(), [])


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ((500, {}, b""), "the server answered 500"),
        ((200, {}, b"x" * (LONGEST + 1)), "longer than 2 MiB"),
        ((200, {}, b"<html>sign in</html>"), "no iCalendar text"),
        ((302, {"Location": "http://example.org/ann.ics"}, b""), "the address is not https"),
        ((302, {"Location": "/ann.ics"}, b""), "redirected too often"),
    ],
)
async def test_a_server_that_fails_leaves_the_last_good_calendar_in_force(
    office: str, tmp_path: Path, page: tuple[int, dict[str, str], bytes], problem: str
) -> None:
    _Office.pages["/ann.ics"] = 200, {}, calendar(MEETING)
    agendas = Agendas(tmp_path, [person(f"{office}/ann.ics")])
    await agendas.refresh(TUESDAY - timedelta(minutes=5))
    _Office.pages["/ann.ics"] = page
    await agendas.refresh(TUESDAY)
    busy, (trouble,) = await agendas.busy(TUESDAY)
    assert busy == {"ann"}
    assert problem in trouble
    assert "5 min ago" in trouble


async def test_a_redirect_within_what_is_allowed_is_followed(office: str, tmp_path: Path) -> None:
    _Office.pages["/old.ics"] = 301, {"Location": "/ann.ics"}, b""
    _Office.pages["/ann.ics"] = 200, {}, calendar(MEETING)
    agendas = Agendas(tmp_path, [person(f"{office}/old.ics")])
    await agendas.refresh(TUESDAY)
    assert await agendas.busy(TUESDAY) == (frozenset({"ann"}), [])


async def test_asking_never_waits_and_reads_what_is_old_in_the_background(office: str, tmp_path: Path) -> None:
    _Office.pages["/ann.ics"] = 200, {}, calendar(MEETING)
    agendas = Agendas(tmp_path, [person(f"{office}/ann.ics")])
    assert await agendas.busy(TUESDAY) == (frozenset(), ["calendar of ann: not read yet; they count as not busy"])
    for _ in range(1000):
        if (await agendas.busy(TUESDAY))[0]:
            break
        await asyncio.sleep(0.01)
    assert (await agendas.busy(TUESDAY), len(_Office.asked)) == ((frozenset({"ann"}), []), 1)
    await agendas.close()
