"""Arrival: a message, its conversation, its turn and its job, committed together before the channel is answered."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import InvalidMessage
from core.ports import Arrival, Clock
from core.types import Inbound
from store.database import Database, clean, new_id
from store.jobs import HANDLE, defer_turn
from store.outbox import release_turn
from store.skeletons import tombstone
from store.tables import conversations, message_references, messages, timers, turns
from store.watches import FIRST_RESPONSE, RESOLUTION, Place, Watches

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

INDEXED = 400
SETTLE = "settle"

# The conversation that the newest known reference leads to. A stranger to it (neither writer nor addressee) starts one of his own:
# whoever knows a message id must not thereby enter the conversation.
THREAD = text("""
    SELECT found.conversation_id FROM (
        SELECT conversation_id, external_id AS reference FROM messages
            WHERE tenant = :tenant AND channel = :channel AND external_id = ANY(:references)
        UNION ALL SELECT conversation_id, reference FROM message_references
            WHERE tenant = :tenant AND channel = :channel AND reference = ANY(:references)
        UNION ALL SELECT conversation_id, key FROM outbox WHERE tenant = :tenant AND key = ANY(:references)
    ) AS found
    WHERE :trusted OR EXISTS (
        SELECT FROM messages AS earlier WHERE earlier.conversation_id = found.conversation_id AND earlier.tenant = :tenant
            AND (earlier.sender = :sender OR :sender = ANY(earlier.addressees))
    )
    ORDER BY array_position(CAST(:references AS text[]), found.reference) DESC, found.conversation_id LIMIT 1
""")


class Mailroom:
    """Implements ``core.ports.Mailroom``.

    ``settle_s``: tenant → channel → seconds in which one sender's messages form one turn. ``held``: the effects of turns that
    arrive here are prepared and never sent. ``watches``: the time limits that a message starts or stops.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        settle_s: Mapping[str, Mapping[str, float]] | None = None,
        held: bool = False,
        watches: Watches | None = None,
    ) -> None:
        self._database, self._clock, self._settle_s, self._held = database, clock, settle_s or {}, held
        self._watches = watches or Watches()

    async def receive(self, tenant: str, message: Inbound) -> Arrival:
        """Store the message and start its turn; a copy of a known message is acknowledged as a duplicate.

        Raises:
            InvalidMessage: it has no id, so that a copy could not be told from a new one.
            Unavailable: nothing was stored; the channel should offer it again.
        """
        if not message.message_id.strip():
            raise InvalidMessage(source=message.channel, problem="the message has no id")
        arrival = None
        while arrival is None:
            arrival = await self._receive(tenant, message)
        return arrival

    async def _receive(self, tenant: str, message: Inbound) -> Arrival | None:
        """None when the same message was committed by somebody else meanwhile; then nothing of this attempt is kept."""
        async with self._database.transaction(tenant) as db:
            known = await _known(db, tenant, message)
            if known is not None:
                if known.turn_id and not self._held:
                    await release_turn(db, tenant, known.turn_id)
                return Arrival(message_id=message.message_id, conversation_id=known.conversation_id, turn_id=known.turn_id, duplicate=True)
            conversation = await _conversation(db, tenant, message, self._clock.now())
            now = self._clock.now()  # read under the conversation's lock: whoever has it first has arrived first
            turn = await self._turn(db, tenant, message, conversation, now) if message.role == "customer" else None
            if not await _insert(db, tenant, message, conversation, turn, now):
                await db.rollback()
                return None
            await self._keep_time(Place(db, tenant, conversation), message, now)
            return Arrival(message_id=message.message_id, conversation_id=conversation, turn_id=turn)

    async def _keep_time(self, place: Place, message: Inbound, now: datetime) -> None:
        """A person's answer meets the first response and lets the resolution wait for the customer; the customer's ends the wait."""
        if message.role == "customer":
            await self._watches.resume(place, RESOLUTION, at=now)
        else:
            await self._watches.disarm(place, FIRST_RESPONSE)
            await self._watches.pause(place, at=now)

    async def _turn(self, db: "AsyncConnection", tenant: str, message: Inbound, conversation: str, now: datetime) -> str:
        """The sender's turn that still waits for its burst to end, else a new one with its job."""
        settle_s = self._settle_s.get(tenant, {}).get(message.channel, 0.0)
        if settle_s > 0 and (joined := await _open_turn(db, message, conversation, timedelta(seconds=settle_s))):
            return joined
        turn = new_id("t")
        row = {"id": turn, "tenant": tenant, "conversation_id": conversation, "channel": message.channel, "held": self._held}
        await db.execute(insert(turns).values(**row, received_at=now))
        if settle_s > 0:
            due = {"kind": SETTLE, "due_at": now + timedelta(seconds=settle_s)}
            await db.execute(insert(timers).values(tenant=tenant, conversation_id=conversation, turn_id=turn, **due))
        else:
            await defer_turn(db, HANDLE, turn_id=turn, conversation_id=conversation)
        return turn


async def _known(db: "AsyncConnection", tenant: str, message: Inbound) -> Any:
    columns, id = messages.c, bounded(message.message_id)
    query = select(columns.conversation_id, columns.turn_id).where(
        columns.tenant == tenant, columns.channel == message.channel, columns.external_id.in_((id, tombstone(id)))
    )
    return (await db.execute(query)).one_or_none()


async def _conversation(db: "AsyncConnection", tenant: str, message: Inbound, now: datetime) -> str:
    """The conversation's id, with its row locked: by reference, else by the channel's key, else a new one."""
    found = await _thread(db, tenant, message)
    if found is not None:
        touched = update(conversations).where(conversations.c.id == found).values(updated_at=now, closed_at=None)
        await db.execute(touched)
        return found
    customer = message.sender.email if message.role == "customer" else next(iter(message.to), None)
    new = insert(conversations).values(
        id=new_id("c"),
        tenant=tenant,
        channel=message.channel,
        key=bounded(message.conversation_key) if message.conversation_key else None,
        subject=clean(message.subject),
        customer=clean(customer) if customer else None,
        created_at=now,
        updated_at=now,
    )
    query = new.on_conflict_do_update(constraint="conversations_key", set_={"updated_at": now, "closed_at": None})
    conversation: str = (await db.execute(query.returning(conversations.c.id))).scalar_one()
    return conversation


async def _thread(db: "AsyncConnection", tenant: str, message: Inbound) -> str | None:
    if not message.references and message.channel != "email":
        return None
    sender = sender_of(message)
    values = {"tenant": tenant, "channel": message.channel, "sender": sender, "references": _references(message)}
    found: str | None = await db.scalar(THREAD, values | {"trusted": message.role == "agent"})
    return found


async def _open_turn(db: "AsyncConnection", message: Inbound, conversation: str, settle: timedelta) -> str | None:
    sent_at = aware(message.sent_at)
    query = (
        select(turns.c.id)
        .join(messages, messages.c.turn_id == turns.c.id)
        .where(turns.c.conversation_id == conversation, turns.c.status == "queued", messages.c.sender == sender_of(message))
        .where(messages.c.sent_at.between(sent_at - settle, sent_at + settle))
        .order_by(turns.c.number.desc())
        .limit(1)
        .with_for_update(of=turns)
    )
    found: str | None = await db.scalar(query)
    return found


async def _insert(db: "AsyncConnection", tenant: str, message: Inbound, conversation: str, turn: str | None, now: datetime) -> bool:
    if message.references:
        place = {"tenant": tenant, "channel": message.channel, "conversation_id": conversation}
        rows = [place | {"reference": reference} for reference in dict.fromkeys(bounded(id) for id in message.references)]
        await db.execute(insert(message_references).values(rows).on_conflict_do_nothing())
    query = insert(messages).values(
        tenant=tenant,
        channel=message.channel,
        external_id=bounded(message.message_id),
        conversation_id=conversation,
        turn_id=turn,
        role=message.role,
        sender=sender_of(message),
        addressees=[clean(address).casefold() for address in message.to],
        payload=message.model_dump(mode="json"),
        sent_at=aware(message.sent_at),
        received_at=now,
    )
    inserted = await db.scalar(query.on_conflict_do_nothing(constraint="messages_external_id").returning(messages.c.id))
    return inserted is not None


def sender_of(message: Inbound) -> str:
    """Who wrote, comparable: the address, else the name."""
    return clean(message.sender.email or message.sender.name).casefold()


def aware(at: datetime) -> datetime:
    """A time without a zone is taken as UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def bounded(id: str) -> str:
    """An outside id, short enough for an index: a long one by its SHA-256."""
    id = clean(id)
    return id if len(id.encode()) <= INDEXED else "sha256:" + hashlib.sha256(id.encode()).hexdigest()


def _references(message: Inbound) -> list[str]:
    """Ids that may lead to the conversation, best last: the message's own (a sibling may name it), its references, our keys in them."""
    given = [bounded(reference) for reference in message.references]
    return [bounded(message.message_id), *(form for id in given for form in (id.strip("<>").partition("@")[0], id))]
