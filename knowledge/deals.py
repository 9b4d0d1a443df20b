"""``deals.csv``: deals that are over, one a row, every cell checked when the file is read. A company may have none."""

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

from core.deals import PastDeal
from core.errors import InvalidFile
from core.types import SignalValue
from knowledge.files import read_rows, read_text

REQUIRED = ("id", "closed_on", "won")


def read_deals(path: Path) -> tuple[PastDeal, ...]:
    """The deals in the order of the file; none when there is no file.

    The first line names the columns: ``id``, ``closed_on`` (YYYY-MM-DD) and ``won`` (1 or 0), and any of ``FACTS``. An empty cell is not
    known. Other columns are passed over: what a text said at the time (urgency, sentiment) is no fact.

    Raises:
        InvalidFile: with the line of the first row that is malformed or repeats an id.
    """
    if not path.exists():
        return ()
    file = str(path)
    rows = read_rows(read_text(path), file)
    _, header = next(rows, (1, []))
    if missing := [name for name in REQUIRED if name not in header]:
        raise InvalidFile(file=file, line=1, problem=f"column {missing[0]!r} is missing")
    if repeated := [name for name in header if header.count(name) > 1]:
        raise InvalidFile(file=file, line=1, problem=f"column {repeated[0]!r} stands there twice")
    deals: dict[str, PastDeal] = {}
    for line, cells in rows:
        deal = _deal(header, cells, file, line)
        if deals.setdefault(deal.id, deal) is not deal:
            raise InvalidFile(file=file, line=line, problem="id: an earlier row has it")
    return tuple(deals.values())


def _deal(header: list[str], cells: list[str], file: str, line: int) -> PastDeal:
    if len(cells) != len(header):
        raise InvalidFile(file=file, line=line, problem=f"{len(cells)} cells where {len(header)} are wanted")
    row = dict(zip(header, cells, strict=True))
    if empty := [name for name in REQUIRED if not row[name]]:
        raise InvalidFile(file=file, line=line, problem=f"{empty[0]} is empty")
    try:
        column = "closed_on"
        closed_on = date.fromisoformat(row[column])
        column = "won"
        won = _flag(row[column])
        known: dict[str, SignalValue] = {}
        for column in (name for name in FACTS if row.get(name)):
            signal, read = FACTS[column]
            known[signal] = read(row[column])
    except ValueError:
        raise InvalidFile(file=file, line=line, problem=f"{column}: {row[column]!r} cannot be read") from None
    return PastDeal(row["id"], closed_on, won, known)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _amount(text: str) -> float:
    amount = _number(text)
    if amount < 0:
        raise ValueError(text)
    return amount


def _flag(text: str) -> bool:
    flags = {"1": True, "yes": True, "0": False, "no": False}
    if text not in flags:
        raise ValueError(text)
    return flags[text]


def _seniority(text: str) -> str:
    return "executive" if _flag(text) else "staff"


FACTS: dict[str, tuple[str, Callable[[str], SignalValue]]] = {
    "tier": ("tier", str),
    "deal_value_usd": ("deal_value", _amount),
    "arr_usd": ("arr", _amount),
    "seats": ("seats", _amount),
    "days_to_renewal": ("days_to_renewal", _number),
    "strategic": ("strategic", _flag),
    "health": ("health", str),
    "region": ("region", str),
    "deal_stage": ("deal_stage", str),
    "decision_maker": ("title_seniority", _seniority),
}
"""Column → the signal that it stands for, and how a cell is read."""
