"""Timers are rows; one sweep without a lock finds what is due and turns it into work."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from store.approvals import EXPIRY, close_approval
from store.chain import Chain, lock_chain
from store.database import Database
from store.jobs import HANDLE, defer_turn
from store.mailroom import SETTLE
from store.tables import approvals, timers

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

BATCH = 200


async def sweep(database: Database, now: datetime) -> int:
    """Fire every timer due at ``now``; the number fired. Two sweeps at once fire each timer once."""
    return await _sweep(database, timers.c.due_at <= now, now)


async def settle(database: Database, now: datetime) -> int:
    """End every settling time at once: nothing more is going to arrive."""
    return await _sweep(database, timers.c.kind == SETTLE, now)


async def _sweep(database: Database, which: "ColumnElement[bool]", now: datetime) -> int:
    query = select(timers.c.id, timers.c.conversation_id).where(timers.c.state == "armed", which).order_by(timers.c.due_at).limit(BATCH)
    fired = 0
    while True:
        async with database.transaction() as db:
            due = (await db.execute(query)).all()
        for timer in due:
            fired += await _fire(database, timer.id, timer.conversation_id, now)
        if len(due) < BATCH:
            return fired


async def _fire(database: Database, id: int, conversation_id: str, now: datetime) -> int:
    """The conversation's lock comes first, as everywhere; then whoever takes the timer does its work."""
    async with database.transaction() as db:
        chain = await lock_chain(db, conversation_id)
        taken = update(timers).where(timers.c.id == id, timers.c.state == "armed").values(state="fired")
        timer = (await db.execute(taken.returning(timers.c.kind, timers.c.turn_id))).one_or_none()
        if timer is None:
            return 0
        await _work(chain, timer, now)
        return 1


async def _work(chain: Chain, timer: Any, now: datetime) -> None:
    match timer.kind:
        case k if k == EXPIRY:
            pending = (approvals.c.turn_id == timer.turn_id, approvals.c.status == "pending")
            id = await chain.db.scalar(select(approvals.c.id).where(*pending))
            if id is not None:
                await close_approval(chain, id, status="expired", at=now)
        case k if k == SETTLE:
            await defer_turn(chain.db, HANDLE, turn_id=timer.turn_id, conversation_id=chain.conversation_id)
