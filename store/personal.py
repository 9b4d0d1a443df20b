"""One person's data: found by the address that they write from, or by the conversation of somebody who gave none; shown whole, erased
for good.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Table, select, text

from core.errors import NotFound
from core.ports import Clock
from core.views import Erased
from store.chain import Chain, lock_chain
from store.database import Database, clean
from store.erasing import Forgets, Part, erase_part, forget_address, part_of, whole_of
from store.facts import forget, history
from store.tables import approval_edits, approval_votes, approvals, conversations, entries, entry_values, messages, outbox, timers, turns
from store.tables_learning import examples, model_choices

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

# Conversations in which they write or are written to, and those in which others merely name their address among the addressees.
OWN = text("""
    SELECT conversation_id FROM messages WHERE tenant = :tenant AND role = 'customer' AND sender = :email
    UNION SELECT id FROM conversations WHERE tenant = :tenant AND lower(customer) = :email ORDER BY 1
""")
# The conversation of somebody who is known by no address, and in which nobody else is.
ALONE = text("""
    SELECT id FROM conversations AS c WHERE tenant = :tenant AND id = :email AND coalesce(customer, '') NOT LIKE '%@%'
        AND NOT EXISTS (
            SELECT FROM messages AS m WHERE m.conversation_id = c.id AND m.tenant = c.tenant AND role = 'customer' AND sender LIKE '%@%'
        )
""")
NAMED = text("SELECT DISTINCT conversation_id FROM messages WHERE tenant = :tenant AND :email = ANY(addressees) ORDER BY 1")

CONVERSATION = ("id", "channel", "key", "subject", "customer", "mode", "owner", "created_at", "updated_at", "closed_at", "disposition")
SHARED = ("id", "channel", "created_at", "updated_at")
MESSAGE = ("role", "sender", "addressees", "sent_at", "received_at", "payload")
TURN = ("id", "status", "intent", "action", "error", "received_at", "finished_at", "receipt")
EFFECT = ("kind", "channel", "recipient", "key", "guarded", "state", "attempts", "last_error", "created_at", "delivered_at", "payload")
APPROVAL = ("id", "status", "request", "requested_by", "reason", "response", "created_at", "expires_at", "closed_at")
VOTE = ("person", "behalf", "role", "outcome", "reason", "at")
EDIT = ("person", "reason", "at", "before")
STATED = ("name", "value", "record", "observed_at", "recorded_at", "version", "confidence")
EXAMPLE = ("text", "label", "said", "status", "person", "reason", "created_at", "reviewed_by", "reviewed_at")
CHOICE = ("model", "offered", "top", "top_chance", "said", "chance", "at")
TIMER = ("kind", "state", "due_at", "payload")


class Reads(Protocol):
    """A receiver that can show what was delivered to it."""

    async def read(self, key: str, tenant: str) -> str | None:
        """The text that arrived under this key, None when there is none."""


class PersonalData:
    """Implements ``core.services.PersonalData``. ``forget``, ``read``: where deliveries are kept by this installation itself."""

    def __init__(self, database: Database, *, clock: Clock, forget: Forgets | None = None, read: Reads | None = None) -> None:
        self._database, self._clock, self._forget, self._read = database, clock, forget, read

    async def export(self, tenant: str, email: str) -> Mapping[str, object]:
        """Everything stored of the person, as JSON values: what systems of record have stated of them, and their conversations with
        messages, receipts, approvals, effects and entries.

        Of a conversation that others write in, too: their own messages, what came of those, and what was sent to them.

        Raises:
            NotFound: nobody has written from that address, nor been written to, and no record knows it.
        """
        address = _address(email)
        found = []
        for id in await self._own(tenant, address):
            async with self._database.transaction(tenant) as db:
                chain = await lock_chain(db, id)
                part = await _part(chain, address)
                found += [await self._conversation(chain, part)] if part is not None else []
        async with self._database.transaction(tenant) as db:
            stated = [_fields(each, STATED) for each in await history(db, tenant, email)]
        if not found and not stated:
            raise NotFound(what="data of", id=email)
        about = {"person": address, "company": tenant, "exported_at": self._clock.now().isoformat()}
        return about | {"facts": stated, "conversations": found}

    async def erase(self, tenant: str, email: str, *, by: str) -> Erased:
        """Delete it, one conversation after the other, then what systems of record stated; digests stay, so every chain still verifies.
        May be repeated after a crash.

        Others' messages stay as they wrote them, except that the address is no longer among the addressees. Whoever is known by nothing
        but that counts as found.

        Raises:
            NotFound: nothing of that address is stored, or no longer.
            Unavailable: a delivered file could not be deleted; that conversation and those after it are as they were.
        """
        address = _address(email)
        own = await self._own(tenant, address)
        total = Erased(conversations=0, messages=0, receipts=0, effects=0, files=0)
        for id in own:
            async with self._database.transaction(tenant) as db:
                chain = await lock_chain(db, id)
                part = await _part(chain, address)
                if part is not None:
                    total = _sum(total, await self._erase(chain, part, address, by))
        named = await self._places(tenant, NAMED, address)
        for id in named:
            async with self._database.transaction(tenant) as db:
                await forget_address(await lock_chain(db, id), address)
        async with self._database.transaction(tenant) as db:
            stated = await forget(db, tenant, email)
        if not own and not named and not stated:
            raise NotFound(what="data of", id=email)
        return total.model_copy(update={"facts": stated})

    async def _erase(self, chain: Chain, part: Part, email: str, by: str) -> Erased:
        return await erase_part(
            chain, part, kind="erased", by=by, at=self._clock.now(), forget=self._forget, email=email if "@" in email else ""
        )

    async def _own(self, tenant: str, address: str) -> Sequence[str]:
        return await self._places(tenant, OWN if "@" in address else ALONE, address)

    async def _places(self, tenant: str, query: Any, email: str) -> Sequence[str]:
        async with self._database.transaction(tenant) as db:
            return tuple(await db.scalars(query, {"tenant": tenant, "email": email}))

    async def _conversation(self, chain: Chain, part: Part) -> dict[str, object]:
        """The person's part of one conversation."""
        db, id = chain.db, chain.conversation_id
        row = (await db.execute(select(conversations).where(conversations.c.id == id))).one()
        mine = SHARED if not part.named else CONVERSATION if part.whole else (*SHARED, "subject", "customer")
        return _fields(row, mine) | {
            "messages": [_fields(each, MESSAGE) for each in await _rows(db, messages, messages.c.id.in_(part.messages), "id")],
            "turns": [await self._turn(chain, row) for row in await _rows(db, turns, turns.c.id.in_(part.turns), "number")],
            "entries": await _entries(db, id, part),
        }

    async def _turn(self, chain: Chain, row: Any) -> dict[str, object]:
        db = chain.db
        effects = [await self._effect(chain.tenant, each) for each in await _rows(db, outbox, outbox.c.turn_id == row.id, "n")]
        asked = [await _approval(db, each) for each in await _rows(db, approvals, approvals.c.turn_id == row.id, "created_at")]
        limits = [_fields(each, TIMER) for each in await _rows(db, timers, timers.c.turn_id == row.id, "id")]
        taught = [_fields(each, EXAMPLE) for each in await _rows(db, examples, examples.c.turn_id == row.id, "created_at")]
        chosen = [_fields(each, CHOICE) for each in await _rows(db, model_choices, model_choices.c.turn_id == row.id, "at")]
        more = {"effects": effects, "approvals": asked, "timers": limits, "corrections": taught, "choices": chosen}
        return _fields(row, TURN) | more

    async def _effect(self, tenant: str, row: Any) -> dict[str, object]:
        delivered = await self._read.read(row.key, tenant) if self._read is not None else None
        return _fields(row, EFFECT) | ({"delivered": delivered} if delivered is not None else {})


async def _part(chain: Chain, address: str) -> Part | None:
    return await part_of(chain, address) if "@" in address else await whole_of(chain)


async def _approval(db: "AsyncConnection", row: Any) -> dict[str, object]:
    votes = [_fields(each, VOTE) for each in await _rows(db, approval_votes, approval_votes.c.approval_id == row.id, "at")]
    edits = [_fields(each, EDIT) for each in await _rows(db, approval_edits, approval_edits.c.approval_id == row.id, "n")]
    return _fields(row, APPROVAL) | {"votes": votes, "edits": edits}


async def _entries(db: "AsyncConnection", conversation_id: str, part: Part) -> list[dict[str, object]]:
    columns = (entries.c.seq, entries.c.turn_id, entries.c.kind, entries.c.at, entries.c.hash, entry_values.c.value)
    same = (entry_values.c.conversation_id == entries.c.conversation_id) & (entry_values.c.seq == entries.c.seq)
    query = select(*columns).join(entry_values, same, isouter=True).where(entries.c.conversation_id == conversation_id)
    query = query if part.whole else query.where(entries.c.turn_id.in_(part.turns))
    rows = (await db.execute(query.order_by(entries.c.seq))).all()
    return [_fields(row, ("seq", "turn_id", "kind", "at", "hash")) | {"value": json.loads(row.value or "null")} for row in rows]


async def _rows(db: "AsyncConnection", table: Table, which: "ColumnElement[bool]", order: str) -> Sequence[Any]:
    return (await db.execute(select(table).where(which).order_by(table.c[order]))).all()


def _fields(row: Any, names: Sequence[str]) -> dict[str, object]:
    """These columns as JSON values; times as ISO 8601."""
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _address(email: str) -> str:
    """The address as messages are stored by it, or a conversation's id. Raises NotFound for what is neither: a name may be anybody's."""
    address = clean(email.strip()).casefold()
    if "@" not in address and not address.startswith("c_"):
        raise NotFound(what="data of", id=email)
    return address


def _sum(one: Erased, other: Erased) -> Erased:
    return Erased(**{name: getattr(one, name) + getattr(other, name) for name in Erased.model_fields})
