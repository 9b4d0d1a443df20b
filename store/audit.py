"""The audit: verify every chain of a tenant, its receipts and its ledger, and keep the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.views import Broken, Verified
from store.chain import content_digest, entry_hash, ledger_hash
from store.database import Database
from store.receipts import vouched_receipts
from store.tables import conversations, ledger

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BATCH = 500
LEDGER_LOCK = 7_236_180_043

CHAINS = text("""
    SELECT c.id AS conversation_id, c.head, c.length, e.seq, e.tenant, e.turn_id, e.kind, e.at, e.digest, e.previous, e.hash,
        v.tenant AS value_tenant, v.salt, v.value
    FROM conversations AS c
    LEFT JOIN entries AS e ON e.conversation_id = c.id
    LEFT JOIN entry_values AS v ON v.conversation_id = e.conversation_id AND v.seq = e.seq
    WHERE c.tenant = :tenant
    ORDER BY c.id, e.seq
""")

LEDGER = text("""
    SELECT l.seq, l.conversation_id, l.length, l.head, l.previous, l.hash, l.at, e.hash AS found
    FROM ledger AS l
    LEFT JOIN conversations AS c ON c.id = l.conversation_id AND c.tenant = l.tenant
    LEFT JOIN entries AS e ON e.conversation_id = c.id AND e.seq = l.length
    WHERE l.tenant = :tenant ORDER BY l.seq
""")

UNLEDGERED = text("""
    SELECT c.id, c.ledgered FROM conversations AS c WHERE c.tenant = :tenant AND c.ledgered <> (
        SELECT coalesce(max(l.length), 0) FROM ledger AS l WHERE l.tenant = c.tenant AND l.conversation_id = c.id
    ) ORDER BY c.id LIMIT 1
""")


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, tenant: str) -> Verified:
        """Recompute every digest and hash of the tenant, in one snapshot; stops at the first link that does not hold.

        Values that were erased leave their digests: the chain holds without them.
        """
        async with self._database.transaction() as db:
            await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            found = _Found()
            broken = await _chains(db, tenant, found) or await _receipts(db, tenant) or await _ledger(db, tenant, found)
        return Verified(conversations=found.conversations, entries=found.entries, ledger=found.ledger, broken=broken)

    async def extend_ledger(self, now: datetime) -> int:
        """Append the heads that changed since the last time, of every tenant; their number."""
        appended = 0
        while added := await self._extend(now):
            appended += added
        return appended

    async def _extend(self, now: datetime) -> int:
        async with self._database.transaction() as db:
            await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LEDGER_LOCK})
            columns = conversations.c
            query = select(columns.id, columns.tenant, columns.head, columns.length).where(columns.ledgered < columns.length)
            query = query.order_by(columns.tenant, columns.id).limit(BATCH).with_for_update(key_share=True, skip_locked=True)
            changed = (await db.execute(query)).all()
            for tenant in dict.fromkeys(row.tenant for row in changed):
                await _append(db, tenant, [row for row in changed if row.tenant == tenant], now)
            return len(changed)


class _Found:
    conversations = entries = ledger = 0


async def _append(db: "AsyncConnection", tenant: str, changed: Sequence[Any], at: datetime) -> None:
    last = select(ledger.c.seq, ledger.c.hash).where(ledger.c.tenant == tenant).order_by(ledger.c.seq.desc()).limit(1)
    row = (await db.execute(last)).one_or_none()
    seq, previous, rows = (row.seq, row.hash, []) if row else (0, "", [])
    for each in changed:
        seq += 1
        hash = ledger_hash(previous, tenant, seq, each.id, each.length, each.head, at)
        place = {"tenant": tenant, "seq": seq, "conversation_id": each.id, "at": at}
        rows.append(place | {"length": each.length, "head": each.head, "previous": previous, "hash": hash})
        previous = hash
    await db.execute(insert(ledger), rows)
    ids = [each.id for each in changed]
    await db.execute(update(conversations).where(conversations.c.id.in_(ids)).values(ledgered=conversations.c.length))


async def _chains(db: "AsyncConnection", tenant: str, found: _Found) -> Broken | None:
    """Each conversation's entries in order, and that its row ends where they end."""
    before: Any = None
    async for row in await db.stream(CHAINS, {"tenant": tenant}):
        if before is None or row.conversation_id != before.conversation_id:
            if problem := before and _end(before):
                return _broken(before, problem)
            found.conversations, before = found.conversations + 1, None
        if row.seq is not None:
            found.entries += 1
            if problem := _link(row, before, tenant):
                return _broken(row, problem)
        before = row
    problem = before and _end(before)
    return _broken(before, problem) if problem else None


def _link(row: Any, before: Any, tenant: str) -> str | None:
    """What is wrong with an entry that follows ``before``."""
    seq, previous = (before.seq, before.hash) if before is not None else (0, "")
    if row.seq != seq + 1:
        return f"entry {seq + 1} is missing" if row.seq > seq + 1 else "the number is out of order"
    if row.previous != previous:
        return "does not follow the entry before"
    if row.tenant != tenant or (row.value is not None and row.value_tenant != tenant):
        return "belongs to another tenant"
    if row.value is not None and content_digest(row.salt, row.value) != row.digest:
        return "the content was changed"
    if entry_hash(row.previous, row.conversation_id, row.seq, row.turn_id, row.kind, row.at, row.digest) != row.hash:
        return "the entry was changed"
    return None


def _end(last: Any) -> str | None:
    if (last.head, last.length) == (last.hash or "", last.seq or 0):
        return None
    return "entries after this one are missing" if last.length > (last.seq or 0) else "the conversation does not end with this entry"


async def _receipts(db: "AsyncConnection", tenant: str) -> Broken | None:
    async for place, shown, vouched in vouched_receipts(db, tenant):
        if shown != vouched:
            return _broken(place, "the receipt that is shown differs from the entry")
    return None


async def _ledger(db: "AsyncConnection", tenant: str, found: _Found) -> Broken | None:
    seq, previous = 0, ""
    async for row in await db.stream(LEDGER, {"tenant": tenant}):
        found.ledger += 1
        if problem := _ledger_link(row, tenant, seq, previous):
            return Broken(conversation=row.conversation_id, seq=row.length, problem=f"ledger {row.seq}: {problem}")
        seq, previous = row.seq, row.hash
    short = (await db.execute(UNLEDGERED, {"tenant": tenant})).one_or_none()
    return Broken(conversation=short.id, seq=short.ledgered, problem="the ledger's row is missing") if short else None


def _ledger_link(row: Any, tenant: str, seq: int, previous: str) -> str | None:
    if row.seq != seq + 1:
        return f"row {seq + 1} is missing"
    if row.previous != previous:
        return "does not follow the row before"
    if ledger_hash(previous, tenant, row.seq, row.conversation_id, row.length, row.head, row.at) != row.hash:
        return "the row was changed"
    if row.found is None:
        return "the entry it names is gone"
    return None if row.found == row.head else "the entry it names was changed"


def _broken(row: Any, problem: str) -> Broken:
    return Broken(conversation=row.conversation_id, seq=row.seq or 0, problem=problem)
