"""What one company folder says, parsed: the company, its people, its intents. Reading the files is ``knowledge``'s work."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, ValidationInfo, field_validator, model_validator

from core.access import Access, Right, rights_of
from core.holidays import public_holidays
from core.value import Value
from core.worktime import LONGEST_D, Calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SOME_YEAR = 2026
LONGEST_NAME = 200


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {value!r}") from None
    return value


def _readable_hours(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    parse_hours(value)
    return value


def _open_hours(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not any(parse_hours(value).days):
        raise ValueError("nobody works at any time of the week")
    return value


def _reachable_calendar(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if not rest:
        if value.startswith("/") or "\\" in value or ":" in value or ".." in value.split("/"):
            raise ValueError(f"{value!r} is no file within the company folder and no https address")
    elif scheme != "https" and not (scheme == "http" and re.match(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", rest)):
        raise ValueError("a calendar is read over https only")
    return value


CalendarAddress = Annotated[str, AfterValidator(_reachable_calendar)]
"""A path relative to the company folder and within it, or an address: https, or http on this machine."""

ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone, ``Europe/London``."""

WorkHours = Annotated[dict[str, tuple[str, ...]], AfterValidator(_readable_hours)]
"""Hours as people write them: a day or a range of days → local ``HH:MM-HH:MM`` spans."""

OpenHours = Annotated[dict[str, tuple[str, ...]], AfterValidator(_open_hours)]
"""``WorkHours`` with some working time in them."""


T = TypeVar("T")
InOrder = Annotated[frozenset[T], PlainSerializer(sorted, return_type=list[Any], when_used="json")]
"""A set that is written in order: the same company has the same digest in every process."""


class Holidays(Value):
    """Days without working time: the public holidays of a country, and ``dates``."""

    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 code: GB.")
    subdivision: str | None = Field(None, description="ISO 3166-2 code within the country: ENG.")
    dates: InOrder[date] = frozenset()

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str | None) -> str | None:
        if value is not None:
            public_holidays(value, None, SOME_YEAR)
        return value

    @field_validator("subdivision")
    @classmethod
    def _known_subdivision(cls, value: str | None, info: ValidationInfo) -> str | None:
        country = info.data.get("country", "")
        if value is not None and country is None:
            raise ValueError("needs a country")
        if value is not None and country:
            public_holidays(country, value, SOME_YEAR)
        return value

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return day in self.dates or (self.country is not None and day in public_holidays(self.country, self.subdivision, day.year))


class Record(Value):
    """A system of record: a CSV ``file`` of the company folder, read again when it changes, or one that pushes its statements."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    file: str | None = Field(None, pattern=r"^[^/\\]+\.csv$")
    pushed: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.pushed == (self.file is not None):
            raise ValueError("needs a file, or pushed: true")
        return self


def _named_once(value: tuple[Record, ...]) -> tuple[Record, ...]:
    names = [record.name for record in value]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two records are named {twice!r}")
    return value


class Profile(Value):
    """``company.yaml``. ``id`` is the tenant."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    name: str
    domains: tuple[str, ...] = Field(min_length=1, description="Mail domains that are the company's own.")
    mailboxes: dict[str, str] = Field({}, description="Address → queue or purpose, shown to people.")
    products: tuple[str, ...] = Field((), description="Names to recognise in messages.")
    languages: tuple[str, ...] = Field(("en",), min_length=1, description="ISO 639-1 codes that the company serves.")
    default_language: str = "en"
    time_zone: ZoneName = "UTC"
    hours: OpenHours = Field({"mon-fri": ("09:00-17:00",)}, description="Local working hours, for queues that state none.")
    holidays: Holidays = Holidays()
    settle_s: dict[str, float] = Field({}, description="Channel → seconds in which one sender's messages form one turn.")
    authserv_id: str | None = Field(None, description="The mail gateway whose Authentication-Results are believed (RFC 8601).")
    records: Annotated[tuple[Record, ...], AfterValidator(_named_once)] = Field(
        (Record(name="crm", file="crm.csv"),), description="What states facts about contacts and accounts, the most trusted first."
    )
    replies: dict[str, dict[str, str]] = Field({}, description="Language → fixed texts: acknowledgement, clarify, sign_off.")

    @field_validator("holidays")
    @classmethod
    def _leaves_time(cls, value: Holidays, info: ValidationInfo) -> Holidays:
        if "hours" in info.data and "time_zone" in info.data:
            open = Calendar(parse_hours(info.data["hours"]).days, ZoneInfo(info.data["time_zone"]), value)
            if shut := open.shut(value.dates):
                raise ValueError(f"nobody works for {LONGEST_D} days from {shut} on")
        return value


class Hours(Value):
    """Local working hours: seven tuples of (from, to), Monday first."""

    days: tuple[tuple[tuple[time, time], ...], ...]


class Indexed(Value):
    """A value with cached properties: a copy with other fields computes its own."""

    def __copy__(self) -> Self:
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Person(Indexed):
    """One person of ``roster.yaml``. ``hours`` as written: a day or a range of days → local ``HH:MM-HH:MM`` spans."""

    id: str
    name: str
    email: str
    role: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    regions: tuple[str, ...] = ()
    time_zone: ZoneName = "UTC"
    hours: WorkHours = {"mon-fri": ("09:00-17:00",)}
    capacity: int = Field(5, ge=0)
    limits: dict[str, float] = {}
    permissions: InOrder[str] = Field(frozenset(), description="What the person may own that not everybody may.")
    holidays: Holidays = Field(Holidays(), description="The person's own days off; the company's do not count.")
    calendar: CalendarAddress | None = Field(
        None, description="iCalendar file of the company folder, or https address, that shows when they are busy."
    )
    backup: str | None = None
    access: tuple[Access, ...] = Field(("agent", "approver"), description="What the person may do: viewer, agent, approver, lead, admin.")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def week(self) -> Hours:
        """The working hours of a week."""
        return parse_hours(self.hours)

    @cached_property
    def working(self) -> Calendar:
        """The person's working time: their hours in their zone, without their own holidays."""
        return Calendar(self.week.days, self.zone, self.holidays)

    @cached_property
    def rights(self) -> frozenset[Right]:
        """What their access lets them do."""
        return rights_of(self.access)


class Roster(Indexed):
    """``roster.yaml``: who may own, approve and back up."""

    people: tuple[Person, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = Counter(person.id for person in self.people)
        for id, count in ids.items():
            if count > 1:
                raise ValueError(f"two people have the id {id!r}")
        for person in self.people:
            if person.backup == person.id or (person.backup and person.backup not in ids):
                raise ValueError(f"{person.id}: backup {person.backup!r} is not another person of the roster")
        return self

    def get(self, id: str) -> Person | None:
        return self.by_id.get(id)

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Whoever has that role, in the order of the file."""
        return self.by_role.get(role, ())

    @cached_property
    def by_id(self) -> Mapping[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def by_role(self) -> Mapping[str, tuple[Person, ...]]:
        roles: dict[str, list[Person]] = {}
        for person in self.people:
            roles.setdefault(person.role, []).append(person)
        return {role: tuple(people) for role, people in roles.items()}


class IntentDef(Value):
    """One intent: what is in and what is not, and utterances that show it."""

    name: str = Field(pattern=r"^\S", max_length=LONGEST_NAME)
    group: str = ""
    definition: str = ""
    utterances: tuple[str, ...] = Field(min_length=1)


class Intents(Value):
    """``intents.yaml``. ``out_of_scope`` are texts that belong to none."""

    version: int = 1
    intents: tuple[IntentDef, ...] = Field(min_length=2)
    out_of_scope: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [intent.name for intent in self.intents]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two intents are named {twice!r}")
        return self

    @property
    def groups(self) -> dict[str, str]:
        return {intent.name: intent.group for intent in self.intents}


class Scripted(Value):
    """Who decides what in the demo: the approvals that ``rule`` asked for."""

    rule: str
    by: str
    outcome: Literal["approved", "rejected"]
    reason: str


class Demo(Value):
    """``demo.yaml``: the day that the demo plays, and its decisions where nobody sits at the terminal."""

    as_of: AwareDatetime
    decisions: tuple[Scripted, ...] = ()


@dataclass(frozen=True)
class Company:
    """A tenant: one folder, read. ``policy_text`` is unparsed (reading it is the policy's own work); ``policy_file`` names it in errors."""

    folder: Path
    profile: Profile
    roster: Roster
    intents: Intents
    policy_text: str
    policy_file: str
    demo: Demo | None = None

    @property
    def id(self) -> str:
        return self.profile.id

    @property
    def handbook(self) -> Path:
        return self.folder / "handbook"

    @property
    def crm(self) -> Path:
        return self.folder / "crm.csv"


def parse_hours(hours: Mapping[str, tuple[str, ...]]) -> Hours:
    """``{"mon-fri": ("09:00-12:30", "13:30-18:00")}`` → a week of spans. ``24:00`` ends a day.

    Raises:
        ValueError: naming the day or span that cannot be read.
    """
    week: list[list[tuple[time, time]]] = [[] for _ in DAYS]
    for days, spans in hours.items():
        for day in _days(days):
            week[day].extend(_span(span) for span in spans)
    return Hours(days=tuple(tuple(sorted(day)) for day in week))


def _days(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in DAYS or (last and last not in DAYS):
        raise ValueError(f"{text!r} is no day (mon … sun) and no range of days")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if end < begin:
        raise ValueError(f"{text!r} ends before it begins")
    return range(begin, end + 1)


def _span(text: str) -> tuple[time, time]:
    begin, _, end = text.partition("-")
    try:
        span = time.fromisoformat(begin), time.max if end == "24:00" else time.fromisoformat(end)
    except ValueError:
        raise ValueError(f"{text!r} is not HH:MM-HH:MM") from None
    if span[0] >= span[1]:
        raise ValueError(f"{text!r} ends before it begins; write a night as two days")
    return span
