"""A long memory: conversations that went through the product, copied by set-based SQL into every table that remembers them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.turns.measure import Bench

SEED = 40
BATCH = 250
# Parents first. Columns that name things get the copy's number behind; times are moved into the past, what is due stays due.
TABLES = (
    *("conversations", "message_references", "turns", "messages", "entries", "entry_values"),
    *("approvals", "approval_votes", "outbox", "timers", "ledger"),
)
NAMES = {"id", "key", "conversation_id", "turn_id", "approval_id", "external_id", "reference", "receipt_id", "subject", "customer"}
PAST = {"created_at", "updated_at", "received_at", "sent_at", "finished_at", "delivered_at", "at"}
COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO' ORDER BY ordinal_position"
)


async def fill(bench: Bench, conversations: int, *, open_share: float) -> None:
    """``conversations`` stored ones, ``open_share`` of them still open.

    The first few are real: ``bench`` has let them through workers. Their keys become s0, s1 …, so that the benchmark can write to any.
    """
    await bench.burst(SEED, workers=(8,))
    await bench.settle()
    bench.stored = conversations
    await asyncio.to_thread(_copy, bench.url, conversations, open_share)


def _copy(url: str, conversations: int, open_share: float) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("SET synchronous_commit = off")
        seeded = int((db.execute("SELECT count(*) FROM conversations").fetchone() or (0,))[0])
        copies = -(-conversations // seeded)
        for first in range(1, copies + 1, BATCH):
            for table in TABLES:
                _multiply(db, table, first, min(first + BATCH, copies + 1) - 1)
        _number(db, open_share)
        db.execute("VACUUM (ANALYZE)")
        db.execute("CHECKPOINT")


def _multiply(db: "psycopg.Connection[Any]", table: str, first: int, last: int) -> None:
    columns = [(str(row[0]), str(row[1])) for row in db.execute(COLUMNS, (table,)).fetchall()]
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    values = sql.SQL(", ").join(_values(table, columns))
    real = sql.SQL("WHERE {} NOT LIKE '%%~%%'").format(sql.Identifier(_telling(table)))
    query = "INSERT INTO {table} ({names}) SELECT {values} FROM {table} CROSS JOIN generate_series(%s::int, %s::int) AS g {real}"
    db.execute(sql.SQL(query).format(table=sql.Identifier(table), names=names, values=values, real=real), (first, last))


def _values(table: str, columns: list[tuple[str, str]]) -> Iterator[sql.Composable]:
    for name, type in columns:
        column = sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(name))
        if name in NAMES and type == "text":
            yield sql.SQL("{} || '~' || g").format(column)
        elif name in PAST:
            yield sql.SQL("{} - g * interval '1 minute'").format(column)
        elif (table, name) == ("ledger", "seq"):
            yield sql.SQL("{} + g * 1000").format(column)
        else:
            yield column


def _telling(table: str) -> str:
    """The column that tells a copy from a real row."""
    return {"conversations": "id", "turns": "id", "approvals": "id", "approval_votes": "approval_id"}.get(table, "conversation_id")


def _number(db: "psycopg.Connection[Any]", open_share: float) -> None:
    """Keys that the benchmark can name, addresses to match, and the share that is closed."""
    db.execute(
        """
        UPDATE conversations AS c SET key = 's' || n.n, customer = 's' || n.n || '@customer.example',
            closed_at = CASE WHEN n.n %% 100 < %s THEN NULL ELSE c.updated_at END
        FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM conversations) AS n WHERE n.id = c.id
    """,
        (100 * open_share,),
    )
