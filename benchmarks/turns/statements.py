"""Round trips: the statements that workers send, counted in the server's own log, in a run that is not timed."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import psycopg

from benchmarks.turns.measure import NAME, Bench

# Every statement of a client is one line that begins with the client's name: `log_line_prefix` is `%a|`.
PREFIX = {"log_line_prefix": "%a|"}
# Its further lines begin with a tab.
SENT = re.compile(rf"^{NAME}\|LOG:\s+(?:statement|execute [^:]+): (.*(?:\n\t.*)*)", re.MULTILINE)


async def round_trips(bench: Bench, log: Path, turns: int) -> tuple[float, Counter[str]]:
    """Statements a turn, polling and delivery included; and how many of each kind, over all turns."""
    name = psycopg.conninfo.conninfo_to_dict(bench.url)["dbname"]
    with psycopg.connect(bench.url, autocommit=True) as db:
        db.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
    marks: list[int] = []
    try:
        await bench.burst(turns, workers=(8,), began=lambda: marks.append(log.stat().st_size))
    finally:
        with psycopg.connect(bench.url, autocommit=True) as db:
            db.execute(f'ALTER DATABASE "{name}" RESET log_statement')
    kinds = await asyncio.to_thread(_count, log, marks[0])
    return kinds.total() / turns, kinds


def _count(log: Path, begin: int) -> Counter[str]:
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(begin)
        return Counter(_kind(found) for found in SENT.findall(file.read()))


def _kind(statement: str) -> str:
    """Verb and table, enough to see where they come from."""
    words = statement.replace("(", " ").split()
    where = re.search(r"\b(?:FROM|INTO|UPDATE)\s+([a-z_.\"]+)", statement)
    return f"{words[0].upper()} {where[1] if where else ' '.join(words[1:3])}"[:50] if words else "empty"
