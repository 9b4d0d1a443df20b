"""Receipts: the joined view of turns, with what became of their effects and the entries that vouch for them."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, text

from core.errors import NotFound
from core.receipt import EffectView, EntryView, Receipt
from store.database import Database, clean, storable_json
from store.tables import approvals, entries, outbox, turns

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

# What is joined from other tables when a receipt is read.
JOINED = frozenset({"status", "approval_id", "effects", "entries"})
# What may change when a turn is resumed without its decision being another one.
PASSING = frozenset({"cost", "degraded", "steps", "verdict", "verdict_reasons"})

# The last entry that vouches for each turn's receipt, beside the receipt that is shown.
VOUCHED = text("""
    SELECT DISTINCT ON (t.id) t.conversation_id, e.seq, t.receipt, v.value
    FROM turns AS t
    JOIN entries AS e ON e.conversation_id = t.conversation_id AND e.turn_id = t.id AND e.kind IN ('decided', 'failed', 'erased', 'lapsed')
    LEFT JOIN entry_values AS v ON v.conversation_id = e.conversation_id AND v.seq = e.seq
    WHERE t.tenant = :tenant AND t.receipt IS NOT NULL
    ORDER BY t.id, e.seq DESC
""")


class Receipts:
    """Every decided turn has one, from the moment of its decision; a turn that still waits in the queue has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, id: str) -> Receipt:
        """The receipt with that id, or of the turn with that id.

        Raises:
            NotFound: the tenant has none.
        """
        found = await self._read(tenant, _decided(tenant).where(or_(turns.c.receipt_id == clean(id), turns.c.id == clean(id))).limit(1))
        if not found:
            raise NotFound(what="receipt", id=id)
        return found[0]

    async def of_turns(self, tenant: str, turn_ids: Iterable[str]) -> tuple[Receipt, ...]:
        """The receipts of these turns, in the order given; turns without one are left out."""
        ids = list(turn_ids)
        found = await self._read(tenant, _decided(tenant).where(turns.c.id.in_(ids)))
        return tuple(sorted(found, key=lambda receipt: ids.index(receipt.turn_id)))

    async def of_conversation(self, tenant: str, conversation_id: str) -> tuple[Receipt, ...]:
        """The conversation's receipts, oldest first."""
        return await self._read(tenant, _decided(tenant).where(turns.c.conversation_id == clean(conversation_id)).order_by(turns.c.number))

    async def list(self, tenant: str, *, status: str | None = None, limit: int = 100) -> tuple[Receipt, ...]:
        """The newest receipts, newest first; ``status`` is done, waiting or failed."""
        query = _decided(tenant).order_by(turns.c.number.desc()).limit(limit)
        return await self._read(tenant, query if status is None else query.where(turns.c.status == status))

    async def _read(self, tenant: str, query: "Select[Any]") -> tuple[Receipt, ...]:
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(query)).all()
            ids = [row.id for row in rows]
            asked = select(approvals).where(approvals.c.tenant == tenant, approvals.c.turn_id.in_(ids)).order_by(approvals.c.created_at)
            sent = select(outbox).where(outbox.c.tenant == tenant, outbox.c.turn_id.in_(ids)).order_by(outbox.c.n)
            entered = select(entries).where(entries.c.tenant == tenant, entries.c.turn_id.in_(ids)).order_by(entries.c.seq)
            joined = [(await db.execute(each)).all() if ids else [] for each in (asked, sent, entered)]
        return tuple(_receipt(row, *([each for each in part if each.turn_id == row.id] for part in joined)) for row in rows)


def _decided(tenant: str) -> "Select[Any]":
    return select(turns).where(turns.c.tenant == tenant, turns.c.receipt.is_not(None))


def _receipt(row: Any, asked: Sequence[Any], sent: Sequence[Any], entered: Sequence[Any]) -> Receipt:
    """Effects that an approval still holds back are shown as waiting."""
    approval = asked[-1] if asked else None
    waiting = approval.request["effects"] if approval is not None and approval.status == "pending" else ()
    effects = [EffectView(kind=each.kind, to=each.recipient, key=each.key, state=each.state) for each in sent]
    effects += [EffectView(kind=each["kind"], to=each["to"], key=each["key"], state="waiting") for each in waiting]
    return Receipt.model_validate(
        row.receipt
        | {
            "status": row.status,
            "approval_id": approval.id if approval is not None else None,
            "effects": effects,
            "entries": [EntryView(kind=each.kind, at=each.at, hash=each.hash) for each in entered],
        }
    )


def stored_receipt(receipt: Receipt) -> dict[str, Any]:
    """What a turn's row keeps of its receipt, as it will be read again."""
    kept: dict[str, Any] = json.loads(storable_json(receipt.model_dump(mode="json", exclude=set(JOINED))))
    return kept


def decided_part(receipt: dict[str, Any] | None) -> dict[str, Any]:
    """What the turn's entry vouches for."""
    return {name: value for name, value in (receipt or {}).items() if name not in PASSING}


async def vouched_receipts(db: "AsyncConnection", tenant: str) -> AsyncIterator[tuple[Any, object, object]]:
    """For each turn whose entry was not erased: the entry's place, what is shown of the decision, what the entry says."""
    async for row in await db.stream(VOUCHED, {"tenant": tenant}):
        if row.value is not None:
            yield row, decided_part(row.receipt), json.loads(row.value)["receipt"]
