"""Conversations as people see them, and what people do with them: take over, give back, close."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from core.errors import Conflict, Forbidden, NotFound
from core.ports import Approvers, Clock
from core.types import Past
from core.views import Conversation
from store.approvals import close_approval
from store.chain import Chain, lock_chain
from store.context import past_of
from store.database import Database, clean, run
from store.tables import approvals, conversations, entries, turns
from store.watches import FIRST_RESPONSE, Watches

if TYPE_CHECKING:
    from sqlalchemy import Select


# What the last plan that gave the conversation to people asks of its owner.
GIVEN = """
    SELECT coalesce(receipt #> '{plan,permissions}', '[]') AS permissions, coalesce(receipt #> '{plan,handled_in}', '[]') AS handled_in
    FROM turns WHERE conversation_id = %(conversation)s AND tenant = %(tenant)s AND action IN ('handoff', 'escalate')
    ORDER BY number DESC LIMIT 1
"""


class Conversations:
    """``approvers`` says who may own what; without them everybody may."""

    def __init__(self, database: Database, *, clock: Clock, watches: Watches | None = None, approvers: Approvers | None = None) -> None:
        self._database, self._clock, self._watches, self._owners = database, clock, watches or Watches(), approvers

    async def list(self, tenant: str, *, owner: str | None = None, limit: int = 100) -> tuple[Conversation, ...]:
        """The conversations where something happened last, newest first; ``owner``: only that person's."""
        query = select(conversations).where(conversations.c.tenant == tenant).order_by(conversations.c.updated_at.desc()).limit(limit)
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(query if owner is None else query.where(conversations.c.owner == owner))).all()
        return tuple(_conversation(row) for row in rows)

    async def show(self, tenant: str, id: str) -> tuple[Conversation, tuple[Past, ...]]:
        """The conversation and its messages in both directions, oldest first.

        Raises:
            NotFound: the tenant has no such conversation.
        """
        query: Select[Any] = select(conversations).where(conversations.c.tenant == tenant, conversations.c.id == clean(id))
        async with self._database.transaction(tenant) as db:
            row = (await db.execute(query)).one_or_none()
            if row is None:
                raise NotFound(what="conversation", id=id)
            return _conversation(row), await past_of(db, tenant, id)

    async def take_over(self, tenant: str, id: str, *, person: str) -> Conversation:
        """From now on ``person`` answers and automation is silent: a reply of its own that waits for an approval is superseded, and nothing
        passes the conversation on. Whoever has it already keeps it.

        Raises:
            NotFound: the tenant has no such conversation.
            Conflict: somebody else has it, or it is closed.
            Forbidden: the policy does not let ``person`` own it.
        """
        async with self._locked(tenant, id) as chain:
            found = await _read(chain)
            _check_open(found)
            if found.mode == "human" and found.owner == person:
                return found
            await _check_free(chain, found, person)
            await self._check_eligible(chain, person)
            now = self._clock.now()
            await self._watches.pause(chain, FIRST_RESPONSE, at=now)
            await self._watches.readdress(chain, found.owner, person)
            await _supersede_reply(chain, person, now)
            return await _change(chain, "taken_over", person, now, mode="human", owner=person)

    async def give_back(self, tenant: str, id: str, *, person: str) -> Conversation:
        """Automation may answer again; ``person`` stays the owner.

        Raises:
            NotFound: the tenant has no such conversation.
            Conflict: somebody else has it, or nobody.
        """
        async with self._locked(tenant, id) as chain:
            found = await _read(chain)
            if found.mode == "automation":
                raise Conflict(problem=f"nobody has taken conversation {found.id} over")
            await _check_free(chain, found, person)
            now = self._clock.now()
            await self._watches.resume(chain, FIRST_RESPONSE, at=now)
            return await _change(chain, "given_back", person, now, mode="automation")

    async def close(self, tenant: str, id: str, *, person: str, disposition: str = "") -> Conversation:
        """Done: its time limits end, what waits for an approval is superseded, and it is no longer counted as its owner's work. A message
        that reopens it is routed anew, to that owner first.

        Raises:
            NotFound: the tenant has no such conversation.
            Conflict: somebody else has it, it is closed already, or a message of it has not been decided yet.
        """
        async with self._locked(tenant, id) as chain:
            found = await _read(chain)
            _check_open(found)
            await _check_free(chain, found, person)
            await _check_decided(chain)
            now, ending = self._clock.now(), clean(disposition)
            await _supersede_all(chain, person, now)
            await self._watches.disarm(chain)
            return await _change(chain, "closed", person, now, mode="automation", closed_at=now, disposition=ending)

    async def _check_eligible(self, chain: Chain, person: str) -> None:
        """Whether the last plan that gave the conversation to people lets ``person`` own it."""
        given = await run(chain.db, GIVEN, {"conversation": chain.conversation_id, "tenant": chain.tenant})
        if self._owners is None or not given:
            return
        if problem := self._owners.refusal_of_owner(chain.tenant, person, given[0].permissions, given[0].handled_in):
            raise Forbidden(who=person, problem=f"{problem}, which conversation {chain.conversation_id} asks for")

    @asynccontextmanager
    async def _locked(self, tenant: str, id: str) -> AsyncIterator[Chain]:
        async with self._database.transaction(tenant) as db:
            chain = await lock_chain(db, clean(id))
            if chain.tenant != tenant:
                raise NotFound(what="conversation", id=id)
            yield chain


async def _read(chain: Chain) -> Conversation:
    mine = (conversations.c.id == chain.conversation_id, conversations.c.tenant == chain.tenant)
    return _conversation((await chain.db.execute(select(conversations).where(*mine))).one())


async def _change(chain: Chain, entry: str, person: str, at: datetime, **values: Any) -> Conversation:
    """Write the new state, and who brought it about."""
    mine = (conversations.c.id == chain.conversation_id, conversations.c.tenant == chain.tenant)
    await chain.db.execute(update(conversations).where(*mine).values(**values))
    last = select(turns.c.id).where(turns.c.conversation_id == chain.conversation_id).order_by(turns.c.number.desc()).limit(1)
    said = {"disposition": values["disposition"]} if "disposition" in values else {}
    await chain.append(entry, turn_id=await chain.db.scalar(last) or "", at=at, value={"by": person} | said)
    return await _read(chain)


async def _check_decided(chain: Chain) -> None:
    """A message that is still on its way would be answered, or handed to somebody, after the close."""
    undecided = (turns.c.conversation_id == chain.conversation_id, turns.c.status.in_(("queued", "running")))
    if await chain.db.scalar(select(turns.c.id).where(*undecided).limit(1)):
        raise Conflict(problem=f"a message of conversation {chain.conversation_id} is still being decided; try again in a moment")


async def _supersede_all(chain: Chain, person: str, at: datetime) -> None:
    pending = (approvals.c.conversation_id == chain.conversation_id, approvals.c.status == "pending")
    for id in (await chain.db.scalars(select(approvals.c.id).where(*pending))).all():
        await close_approval(chain, id, status="superseded", at=at, reason=f"{person} closed the conversation")


def _check_open(found: Conversation) -> None:
    if found.closed_at is not None:
        raise Conflict(problem=f"conversation {found.id} was closed at {found.closed_at:%Y-%m-%d %H:%M:%S %Z}")


async def _check_free(chain: Chain, found: Conversation, person: str) -> None:
    """Nobody else has taken it over."""
    if found.mode == "automation" or found.owner == person:
        return
    taken = (entries.c.conversation_id == chain.conversation_id, entries.c.tenant == chain.tenant, entries.c.kind == "taken_over")
    at = await chain.db.scalar(select(func.max(entries.c.at)).where(*taken))
    since = f" since {at:%Y-%m-%d %H:%M:%S %Z}" if at else ""
    raise Conflict(problem=f"{found.owner} has conversation {found.id}{since}")


async def _supersede_reply(chain: Chain, person: str, at: datetime) -> None:
    """What automation wanted to say is no longer asked for."""
    pending = (approvals.c.subject == f"{chain.conversation_id}:reply", approvals.c.tenant == chain.tenant, approvals.c.status == "pending")
    id = await chain.db.scalar(select(approvals.c.id).where(*pending))
    if id is not None:
        await close_approval(chain, id, status="superseded", at=at, reason=f"{person} has taken the conversation over")


def _conversation(row: Any) -> Conversation:
    return Conversation.model_validate({name: getattr(row, name) for name in Conversation.model_fields})
