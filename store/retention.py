"""Retention: conversations without activity for as long as their company keeps them are erased, as a person's data is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from store.chain import lock_chain
from store.database import Database
from store.erasing import ERASED, IN_FLIGHT, Forgets, erase_part, whole_of

BATCH = 100
# For so long an attempt to deliver that was cut off by an erasure may still come to its end.
SETTLED_AFTER = timedelta(hours=1)

DUE = """
    FROM conversations AS c WHERE c.tenant = :tenant AND c.updated_at <= :before AND (c.erased_at IS NULL OR c.erased_at < c.updated_at)
        AND CASE WHEN CAST(:law AS text) IS NULL THEN c.jurisdiction IS NULL OR c.jurisdiction <> ALL (CAST(:laws AS text[]))
            ELSE c.jurisdiction = :law END
        AND NOT EXISTS (SELECT FROM approvals AS a WHERE a.conversation_id = c.id AND a.status = 'pending')
        AND NOT EXISTS (SELECT FROM turns AS t WHERE t.conversation_id = c.id AND t.status IN ('queued', 'running', 'waiting'))
"""
NEXT = text(f"SELECT c.id {DUE} AND c.id > :after ORDER BY c.id LIMIT :limit")
STILL = text(f"SELECT EXISTS (SELECT {DUE} AND c.id = :id)")
UNSETTLED = text("""
    SELECT o.id, o.tenant, o.key, (SELECT max(e.at) FROM entries AS e WHERE e.turn_id = o.turn_id AND e.kind IN ('erased', 'lapsed')) AS at
    FROM outbox AS o WHERE o.state = 'failed' AND o.last_error = :in_flight ORDER BY o.id LIMIT :limit
""")
SETTLED = text("UPDATE outbox SET last_error = :erased WHERE id = :id AND last_error = :in_flight")


async def expire(
    database: Database,
    now: datetime,
    retention: Mapping[str, timedelta],
    forget: Forgets | None = None,
    *,
    jurisdictions: Mapping[str, Mapping[str, timedelta]] = MappingProxyType({}),
) -> int:
    """Erase every conversation of these tenants without activity for longer than their ``retention``, one transaction each, and what
    arrived although its sending was cut off by an erasure; the number of conversations erased.

    ``jurisdictions``: tenant → jurisdiction → how long its conversations are kept instead, shorter or longer. What waits for a person, or
    for a worker, is left alone. Several workers may do this at once.
    """
    if forget is not None:
        await _settle(database, now, forget)
    erased = 0
    for tenant in dict.fromkeys((*retention, *jurisdictions)):
        laws = jurisdictions.get(tenant, {})
        spans = [(None, retention[tenant])] if tenant in retention else []
        for law, kept in (*spans, *laws.items()):
            due = {"tenant": tenant, "before": now - kept, "after": "", "limit": BATCH, "law": law, "laws": list(laws)}
            erased += await _expire(database, due, now, forget)
    return erased


async def _expire(database: Database, due: dict[str, Any], now: datetime, forget: Forgets | None) -> int:
    """Batch by batch what is due under one law, or under none."""
    erased = 0
    while ids := await _next(database, due):
        for id in ids:
            erased += await _lapse(database, due, id, now, forget)
        due["after"] = ids[-1]
    return erased


async def _next(database: Database, due: Mapping[str, Any]) -> list[str]:
    async with database.transaction(due["tenant"]) as db:
        return list(await db.scalars(NEXT, due))


async def _lapse(database: Database, due: Mapping[str, Any], id: str, now: datetime, forget: Forgets | None) -> bool:
    """Whether this call erased it: somebody else may have, or somebody wrote, until its lock was had."""
    async with database.transaction(due["tenant"]) as db:
        chain = await lock_chain(db, id)
        still = bool(await db.scalar(STILL, {**due, "id": id}))
        if still:
            await erase_part(chain, await whole_of(chain), kind="lapsed", by="", at=now, forget=forget)
        return still


async def _settle(database: Database, now: datetime, forget: Forgets) -> None:
    async with database.transaction() as db:
        rows = (await db.execute(UNSETTLED, {"in_flight": IN_FLIGHT, "limit": BATCH})).all()
    for row in rows:
        await forget.forget(row.key, row.tenant)
        if row.at is None or row.at <= now - SETTLED_AFTER:
            async with database.transaction(row.tenant) as db:
                await db.execute(SETTLED, {"erased": ERASED, "in_flight": IN_FLIGHT, "id": row.id})
