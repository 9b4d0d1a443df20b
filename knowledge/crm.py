"""``crm.csv``: one contact a row, every cell checked when the file is read."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import Field

from core.errors import InvalidFile
from core.profile import address_key, is_address
from core.value import Value
from knowledge.files import read_rows, read_text

T = TypeVar("T")

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
A_MOMENT, A_DAY = timedelta(minutes=5), timedelta(days=1)
"""How far ahead of ours a clock may be elsewhere, and its calendar where it tells the day only."""

COLUMNS = (
    "email",
    "name",
    "title",
    "account",
    "tier",
    "seats",
    "arr_usd",
    "open_deal_usd",
    "deal_stage",
    "renewal_date",
    "owner",
    "consent",
    "region",
    "language",
    "authentication",
    "strategic",
    "health",
    "updated_at",
)


class Contact(Value):
    """One row. ``None`` stands for an empty cell; amounts in US dollars."""

    email: str
    name: str | None
    title: str | None
    account: str | None
    tier: str | None
    seats: float | None = Field(ge=0)
    arr_usd: float | None = Field(ge=0)
    open_deal_usd: float | None = Field(ge=0)
    deal_stage: str | None
    renewal_date: date | None
    owner: str | None
    consent: str | None
    region: str | None
    language: str | None
    verified: bool
    strategic: bool | None
    health: str | None
    updated_at: date | None


def read_contacts(path: Path, now: datetime) -> Iterator[Contact]:
    """The contacts, one after the other, as a file may state them at this instant.

    Raises:
        InvalidFile: with the line of the first row that is malformed or repeats an address, when it is reached.
    """
    file = str(path)
    rows = read_rows(read_text(path), file)
    _, header = next(rows, (1, []))
    if tuple(header) != COLUMNS:
        raise InvalidFile(file=file, line=1, problem=f"the first line must be {','.join(COLUMNS)}")
    known: set[str] = set()
    for line, cells in rows:
        contact = _contact(cells, file, line, now)
        if (key := address_key(contact.email)) in known:
            raise InvalidFile(file=file, line=line, problem="email: an earlier row has this address")
        known.add(key)
        yield contact


def _contact(cells: list[str], file: str, line: int, now: datetime) -> Contact:
    if len(cells) != len(COLUMNS):
        raise InvalidFile(file=file, line=line, problem=f"{len(cells)} cells where {len(COLUMNS)} are wanted")
    row = dict(zip(COLUMNS, cells, strict=True))

    def cell(name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(row[name]) if row[name] else None
        except ValueError:
            raise InvalidFile(file=file, line=line, problem=f"{name}: {row[name]!r} cannot be read") from None

    if not cell("email", address):
        raise InvalidFile(file=file, line=line, problem="email is empty")
    numbers = {name: cell(name, amount) for name in ("seats", "arr_usd", "open_deal_usd")}
    dates = {name: cell(name, date.fromisoformat) for name in ("renewal_date", "updated_at")}
    if (seen := dates["updated_at"]) and (problem := impossible(midnight(seen), now, A_DAY)):
        raise InvalidFile(file=file, line=line, problem=f"updated_at: {problem}")
    flags = {"verified": bool(cell("authentication", verified)), "strategic": cell("strategic", flag)}
    words = {name: row[name] or None for name in Contact.model_fields if name in COLUMNS and name not in (*numbers, *dates, *flags)}
    return Contact.model_validate({**words, **numbers, **dates, **flags})


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def impossible(seen: datetime, now: datetime, early: timedelta) -> str | None:
    """Why nothing can have been observed then; a clock elsewhere may be ``early``. None when it can."""
    if seen < EARLIEST:
        return "nothing was observed before 1970"
    return "nothing is observed in the future" if seen > now + early else None


def address(text: str) -> str:
    """Raises ValueError for what is no address."""
    return text if is_address(text) else _refuse(text)


def amount(text: str) -> float:
    """Raises ValueError for what is no number, negative, or endless."""
    value = float(text)
    return value if math.isfinite(value) and value >= 0 else _refuse(text)


def flag(text: str) -> bool:
    """Raises ValueError for anything but yes and no."""
    return {"yes": True, "no": False}[text] if text in ("yes", "no") else _refuse(text)


def verified(text: str) -> bool:
    """Raises ValueError for anything but verified and unverified."""
    return {"verified": True, "unverified": False}[text] if text in ("verified", "unverified") else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)
