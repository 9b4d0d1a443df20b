"""Dead letters: effects and turns that were given up, and another try for them."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, null, select, update

from core.errors import Conflict, NotFound
from core.ports import Clock
from core.views import Dead
from store.chain import Chain, lock_chain
from store.database import Database, clean
from store.erasing import ERASED, IN_FLIGHT
from store.jobs import HANDLE, defer_deliveries, defer_turn
from store.tables import outbox, turns

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

# What was erased is not there to be tried again.
DEAD_EFFECT = (outbox.c.state.in_(("failed", "unknown")), outbox.c.last_error.not_in((ERASED, IN_FLIGHT)))
DEAD_TURN = (turns.c.status == "failed", func.coalesce(turns.c.error, "") != ERASED)


class Queue:
    """Implements ``core.services.Queue``. An effect is ``e`` and its outbox number, a turn its own id."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def dead(self, tenant: str, *, limit: int = 100) -> Sequence[Dead]:
        """What was given up, newest first."""
        effects = select(outbox).where(outbox.c.tenant == tenant, *DEAD_EFFECT).order_by(outbox.c.given_up_at.desc()).limit(limit)
        failed = select(turns).where(turns.c.tenant == tenant, *DEAD_TURN).order_by(turns.c.finished_at.desc()).limit(limit)
        async with self._database.transaction(tenant) as db:
            found = [*map(_effect, (await db.execute(effects)).all()), *map(_turn, (await db.execute(failed)).all())]
        return sorted(found, key=lambda each: each.at, reverse=True)[:limit]

    async def retry(self, tenant: str, id: str, *, by: str) -> Dead:
        """Try it once more, with a new budget; what it was until now. ``by`` is a roster id.

        An effect whose arrival is ``unknown`` is looked up first where its receiver can be asked, and otherwise sent: that is the
        person's word. A turn is decided anew; what it had sent is not sent twice.

        Raises:
            NotFound: the tenant has nothing of that id.
            Conflict: it has not been given up, or no longer.
        """
        effect = re.fullmatch(r"e(\d{1,18})", id, re.ASCII)
        table, key = (outbox, int(effect[1])) if effect else (turns, clean(id))
        mine: tuple[ColumnElement[bool], ...] = (table.c.id == key, table.c.tenant == tenant)
        async with self._database.transaction(tenant) as db:
            conversation = await db.scalar(select(table.c.conversation_id).where(*mine))
            if conversation is None:
                raise NotFound(what="effect or turn", id=id)
            chain = await lock_chain(db, conversation)
            again = _retry_effect if effect else _retry_turn
            return await again(chain, id, mine, by, self._clock.now())


async def _retry_effect(chain: Chain, id: str, mine: "Sequence[ColumnElement[bool]]", by: str, at: datetime) -> Dead:
    row = await _dead(chain.db, select(outbox).where(*mine, *DEAD_EFFECT), id)
    fresh = {"state": "pending", "forgiven": row.attempts, "tried_at": None, "given_up_at": None, "last_error": ""}
    await chain.db.execute(update(outbox).where(*mine).values(fresh))
    value = {"effect": id, "kind": row.kind, "key": row.key, "was": row.state, "by": by}
    await chain.append("retried", turn_id=row.turn_id, at=at, value=value)
    await defer_deliveries(chain.db, [row])
    return _effect(row)


async def _retry_turn(chain: Chain, id: str, mine: "Sequence[ColumnElement[bool]]", by: str, at: datetime) -> Dead:
    """The turn waits in the queue again, without a receipt; the chain keeps what the failed one said."""
    row = await _dead(chain.db, select(turns).where(*mine, *DEAD_TURN), id)
    fresh = {"status": "queued", "forgiven": row.runs, "error": None, "finished_at": None, "receipt": null(), "receipt_id": None}
    await chain.db.execute(update(turns).where(*mine).values(fresh))
    await chain.append("retried", turn_id=row.id, at=at, value={"turn": id, "was": "failed", "by": by})
    await defer_turn(chain.db, HANDLE, turn_id=row.id, conversation_id=chain.conversation_id)
    return _turn(row)


async def _dead(db: "AsyncConnection", query: Any, id: str) -> Any:
    """The row as it is now that its conversation is locked."""
    row = (await db.execute(query.with_for_update())).one_or_none()
    if row is None:
        raise Conflict(problem=f"{id} is not given up, or no longer: nothing is tried again")
    return row


def _effect(row: Any) -> Dead:
    return Dead(
        id=f"e{row.id}",
        kind=row.kind,
        state=row.state,
        conversation_id=row.conversation_id,
        to=row.recipient,
        key=row.key,
        attempts=row.attempts,
        problem=row.last_error,
        at=row.given_up_at or row.created_at,
    )


def _turn(row: Any) -> Dead:
    return Dead(
        id=row.id,
        kind="turn",
        state="failed",
        conversation_id=row.conversation_id,
        to="",
        key=row.id,
        attempts=row.runs,
        problem=row.error or "",
        at=row.finished_at or row.received_at,
    )
