"""What the files of a company's systems of record state: ``crm.csv`` as ``knowledge.crm`` reads it, others by their header."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from core.errors import InvalidFile
from core.profile import FIELDS, About, Kind, Statement, address_key, problem_of
from core.types import SignalValue
from knowledge.crm import A_DAY, A_MOMENT, Contact, address, amount, flag, impossible, midnight, read_contacts, verified
from knowledge.files import read_rows, read_text

T = TypeVar("T")
CRM = "crm"

# Columns of crm.csv that have another name there than the signal.
NAMES: Mapping[str, str] = {
    "name": "contact_name",
    "arr_usd": "arr",
    "open_deal_usd": "deal_value",
    "owner": "account_owner",
    "language": "crm_language",
    "authentication": "address_verified",
}
KEYS = ("email", "account")
DAY_LONG = len("2026-03-10")


def read_record(record: str, path: Path, now: datetime) -> Iterator[Statement]:
    """Everything that the file states, row after row; an empty cell states nothing. It is read at this instant: a row that was observed
    later, or before there was anything to observe, cannot be used.

    Raises:
        InvalidFile: with the line of the first row that cannot be used, when it is reached.
    """
    return _read_crm(path, now) if record == CRM else _read_table(record, path, now)


def _read_crm(path: Path, now: datetime) -> Iterator[Statement]:
    for contact in read_contacts(path, now):
        yield from _of_contact(contact)


def _of_contact(contact: Contact) -> Iterator[Statement]:
    seen = midnight(contact.updated_at) if contact.updated_at else None
    values: dict[str, SignalValue] = {
        "contact_name": contact.name,
        "title": contact.title,
        "account": contact.account,
        "address_verified": contact.verified,
        "consent": contact.consent,
        "crm_language": contact.language,
        "region": contact.region,
        "account_owner": contact.owner,
        "tier": contact.tier,
        "seats": contact.seats,
        "arr": contact.arr_usd,
        "deal_value": contact.open_deal_usd,
        "deal_stage": contact.deal_stage,
        "renewal_date": contact.renewal_date.isoformat() if contact.renewal_date else None,
        "strategic": contact.strategic,
        "health": contact.health,
    }
    yield from _stated(CRM, address_key(contact.email), contact.account, values, seen)


def _stated(
    record: str, contact: str | None, account: str | None, values: Mapping[str, SignalValue], seen: datetime | None
) -> Iterator[Statement]:
    """A row as statements: about the account what the account is better for, where there is one, and the rest about the contact."""
    version = seen.isoformat() if seen else ""
    for name, value in values.items():
        if value is not None:
            about = _about(name, contact, account)
            key = contact if about == "contact" else account
            yield Statement(about, key or "", name, value, record, seen, 1.0, version)


def _about(name: str, contact: str | None, account: str | None) -> About:
    best = FIELDS[name].about[0]
    if best == "account":
        return "account" if account else "contact"
    return "contact" if contact else "account"


# ---------------------------------------------------------------- a file with a header of its own


class Column(NamedTuple):
    """A column as written, the field that it states, and how its cells are read."""

    title: str
    name: str
    read: Callable[[str], SignalValue]


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _instant(text: str) -> datetime:
    """A date or a time of ISO 8601; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


READ: Mapping[Kind, Callable[[str], SignalValue]] = {"text": str, "number": amount, "flag": flag, "date": _day}


class _Table:
    """One file: its columns, and one row after the other."""

    def __init__(self, record: str, path: Path, now: datetime) -> None:
        self._record, self._file, self._now = record, str(path), now
        self._rows = read_rows(read_text(path), self._file)
        _, self._header = next(self._rows, (1, []))
        self._columns = [self._column(title) for title in self._header if title not in (*KEYS, "updated_at")]
        self._key = next((key for key in KEYS if key in self._header), None)
        if self._key is None:
            raise self._error(1, "needs a column email or account, to say whom a row is about")
        names = [NAMES.get(title, title) for title in self._header]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise self._error(1, f"two columns are {twice}")

    def __iter__(self) -> Iterator[Statement]:
        known: set[str] = set()
        for line, cells in self._rows:
            if len(cells) != len(self._header):
                raise self._error(line, f"{len(cells)} cells where {len(self._header)} are wanted")
            row = dict(zip(self._header, cells, strict=True))
            key = self._subject(line, row)
            if key in known:
                raise self._error(line, f"{self._key}: an earlier row has this {'address' if self._key == 'email' else 'account'}")
            known.add(key)
            yield from self._statements(line, row, key)

    def _statements(self, line: int, row: Mapping[str, str], key: str) -> Iterator[Statement]:
        seen = self._seen(line, row) if row.get("updated_at") else None
        account = row.get("account") or None
        contact = key if self._key == "email" else None
        values = {column.name: self._cell(line, row, column.title, column.read) for column in self._columns if row[column.title]}
        if contact and account:
            values["account"] = account
        for said in _stated(self._record, contact, account, values, seen):
            if problem := problem_of(said.about, said.name, said.value):
                raise self._error(line, f"{said.name}: {problem}")
            yield said

    def _seen(self, line: int, row: Mapping[str, str]) -> datetime:
        seen = self._cell(line, row, "updated_at", _instant)
        if problem := impossible(seen, self._now, A_DAY if len(row["updated_at"]) <= DAY_LONG else A_MOMENT):
            raise self._error(line, f"updated_at: {problem}")
        return seen

    def _subject(self, line: int, row: Mapping[str, str]) -> str:
        assert self._key is not None  # noqa: S101
        if not row[self._key]:
            raise self._error(line, f"{self._key} is empty")
        return address_key(self._cell(line, row, "email", address)) if self._key == "email" else row[self._key]

    def _cell(self, line: int, row: Mapping[str, str], title: str, read: Callable[[str], T]) -> T:
        try:
            return read(row[title])
        except ValueError:
            raise self._error(line, f"{title}: {row[title]!r} cannot be read") from None

    def _column(self, title: str) -> Column:
        name = NAMES.get(title, title)
        if name not in FIELDS:
            known = ", ".join((*KEYS, "updated_at", *sorted(set(FIELDS) - {"account"})))
            raise self._error(1, f"unknown column {title!r}; known are {known}")
        return Column(title, name, verified if title == "authentication" else READ[FIELDS[name].kind])

    def _error(self, line: int, problem: str) -> InvalidFile:
        return InvalidFile(file=self._file, line=line, problem=problem)


def _read_table(record: str, path: Path, now: datetime) -> Iterator[Statement]:
    yield from _Table(record, path, now)
