"""``crm.csv``: one contact a row, every cell checked when the file is read."""

import csv
import io
import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from core.errors import InvalidFile
from core.types import Value
from knowledge.files import read_text

T = TypeVar("T")

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


def address_key(address: str) -> str:
    """What two spellings of one address share. Only ASCII is folded: ``K`` (the Kelvin sign) must not become ``k``."""
    address = address.strip()
    return address.lower() if address.isascii() else address


def read_contacts(path: Path) -> dict[str, Contact]:
    """Address key → contact.

    Raises:
        InvalidFile: with the line of the first row that is malformed or repeats an address.
    """
    file = str(path)
    rows = _rows(read_text(path), file)
    _, header = next(rows, (1, []))
    if tuple(header) != COLUMNS:
        raise InvalidFile(file=file, line=1, problem=f"the first line must be {','.join(COLUMNS)}")
    contacts: dict[str, Contact] = {}
    for line, cells in rows:
        contact = _contact(cells, file, line)
        if contacts.setdefault(address_key(contact.email), contact) is not contact:
            raise InvalidFile(file=file, line=line, problem="email: an earlier row has this address")
    return contacts


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row begins, and its cells; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvalidFile(file=file, line=line, problem=f"not CSV: {error}") from None
        if cells is None:
            return
        if cells:
            yield line, [cell.strip() for cell in cells]


def _contact(cells: list[str], file: str, line: int) -> Contact:
    if len(cells) != len(COLUMNS):
        raise InvalidFile(file=file, line=line, problem=f"{len(cells)} cells where {len(COLUMNS)} are wanted")
    row = dict(zip(COLUMNS, cells, strict=True))

    def cell(name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(row[name]) if row[name] else None
        except ValueError:
            raise InvalidFile(file=file, line=line, problem=f"{name}: {row[name]!r} cannot be read") from None

    if not cell("email", _address):
        raise InvalidFile(file=file, line=line, problem="email is empty")
    numbers = {name: cell(name, _amount) for name in ("seats", "arr_usd", "open_deal_usd")}
    dates = {name: cell(name, date.fromisoformat) for name in ("renewal_date", "updated_at")}
    flags = {"verified": bool(cell("authentication", _verified)), "strategic": cell("strategic", _flag)}
    words = {name: row[name] or None for name in Contact.model_fields if name in COLUMNS and name not in (*numbers, *dates, *flags)}
    return Contact.model_validate({**words, **numbers, **dates, **flags})


def _address(text: str) -> str:
    local, _, domain = text.partition("@")
    if not local or not domain or "@" in domain or any(character.isspace() for character in text):
        raise ValueError(text)
    return text


def _amount(text: str) -> float:
    amount = float(text)
    if not math.isfinite(amount) or amount < 0:
        raise ValueError(text)
    return amount


def _flag(text: str) -> bool:
    return {"yes": True, "no": False}[text] if text in ("yes", "no") else _refuse(text)


def _verified(text: str) -> bool:
    return {"verified": True, "unverified": False}[text] if text in ("verified", "unverified") else _refuse(text)


def _refuse(text: str) -> bool:
    raise ValueError(text)
