"""Time limits of conversations: armed with a hand-off, paused while the customer is awaited, resumed with what was left, disarmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import select, update

from core.types import Watch
from core.worktime import Calendar, always
from store.chain import Chain
from store.database import run, storable_json
from store.outbox import write_effects
from store.tables import conversations, timers, turns

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

FIRST_RESPONSE = ("first_response_warning", "first_response", "pass_up")
RESOLUTION = ("resolution_warning", "resolution")
KINDS = (*FIRST_RESPONSE, *RESOLUTION)
LIMIT_OF = {"first_response_warning": "first_response", "resolution_warning": "resolution"}

ROWS = """
    SELECT * FROM timers
    WHERE conversation_id = %(conversation)s AND tenant = %(tenant)s AND kind = ANY(%(kinds)s) AND state = ANY(%(states)s) ORDER BY id
"""
ARM = """
    INSERT INTO timers (tenant, conversation_id, turn_id, kind, state, due_at, queue, left_s, since, payload)
    SELECT %(tenant)s, %(conversation)s, %(turn)s, r.kind, r.state, r.due_at, r.queue, r.left_s, r.since, r.payload
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
        kind text, state text, due_at timestamptz, queue text, left_s double precision, since timestamptz, payload jsonb
    )
"""

Calendars = Callable[[str, str], Calendar]
"""Tenant, queue → its working time; total, also for a queue that is no more."""


class Locked(Protocol):
    """A conversation whose row this transaction has locked: its ``Chain``, or a ``Place`` where nothing is entered in the chain."""

    @property
    def db(self) -> "AsyncConnection": ...
    @property
    def tenant(self) -> str: ...
    @property
    def conversation_id(self) -> str: ...


class Place(NamedTuple):
    db: "AsyncConnection"
    tenant: str
    conversation_id: str


class Watches:
    """One set of limits a conversation, changed under its lock; without ``calendars`` people work round the clock."""

    def __init__(self, calendars: Calendars | None = None) -> None:
        self._calendars: Calendars = calendars or (lambda _tenant, _queue: always())

    async def arm(self, chain: Locked, turn_id: str, watches: Sequence[Watch], *, since: datetime, at: datetime) -> None:
        """Begin the limits of a turn that arrived at ``since``; they replace the conversation's earlier ones.

        Of two limits of one kind the earlier instant stays: a customer who writes again pushes no deadline away.
        """
        if not watches:
            return
        earlier = {row.kind: row for row in await _rows(chain, KINDS, ("armed", "paused"))}
        rows: dict[str, dict[str, Any]] = {watch.kind: self._row(chain, watch, earlier.get(watch.kind), since, at) for watch in watches}
        if earlier:
            await _disarm(chain, timers.c.id.in_([row.id for row in earlier.values()]))
        kept = storable_json([row for kind, row in rows.items() if not _idle(kind, rows)], default=str)
        place = {"tenant": chain.tenant, "conversation": chain.conversation_id, "turn": turn_id}
        await run(chain.db, ARM, place | {"rows": kept})

    async def disarm(self, chain: Locked, kinds: Iterable[str] = KINDS) -> None:
        """They will not fire, whether they ran or were paused."""
        await _disarm(chain, timers.c.kind.in_(tuple(kinds)))

    async def pause(self, chain: Locked, kinds: Iterable[str] = RESOLUTION, *, at: datetime) -> None:
        """The customer is awaited: keep the working time that is left. What was due before ``at`` still fires."""
        for row in await _rows(chain, kinds, ("armed",)):
            if row.due_at > at:
                left = max(0.0, row.left_s - self._calendars(chain.tenant, row.queue).between(row.since, at))
                await _set(chain, row.id, state="paused", left_s=left, since=max(row.since, at))

    async def resume(self, chain: Locked, kinds: Iterable[str] = KINDS, *, at: datetime) -> None:
        """The customer has written: what was left runs on from ``at``."""
        for row in await _rows(chain, kinds, ("paused",)):
            due_at = self._calendars(chain.tenant, row.queue).add(at, row.left_s)
            await _set(chain, row.id, state="armed", since=at, due_at=due_at)

    async def pause_again(self, chain: Locked, kinds: Iterable[str] = RESOLUTION, *, since: datetime) -> None:
        """What was written at ``since`` was not for us (a machine's answer): the customer is awaited as before."""
        for row in await _rows(chain, kinds, ("armed",)):
            if row.since == since:
                await _set(chain, row.id, state="paused")

    async def readdress(self, chain: Locked, before: str | None, after: str) -> None:
        """Notes for ``before``, who had the conversation, go to ``after``, who has it now."""
        if before in (None, after):
            return
        for row in await _rows(chain, KINDS, ("armed", "paused")):
            watch = Watch.model_validate(row.payload) if row.payload else None
            if watch is not None and watch.owner is None and any(effect.to == before for effect in watch.effects):
                to = [effect.model_copy(update={"to": after}) if effect.to == before else effect for effect in watch.effects]
                payload = watch.model_copy(update={"effects": tuple({effect.to: effect for effect in to}.values())})
                await _set(chain, row.id, payload=payload.model_dump(mode="json"))

    def _row(self, chain: Locked, watch: Watch, earlier: Any, since: datetime, at: datetime) -> dict[str, Any]:
        row = {"kind": watch.kind, "payload": watch.model_dump(mode="json")}
        due_at = self._calendars(chain.tenant, watch.queue).add(since, watch.after_s)
        if earlier is not None and earlier.state == "paused":
            left = min(earlier.left_s, watch.after_s)
            return row | {"state": "paused", "queue": earlier.queue, "left_s": left, "since": at, "due_at": earlier.due_at}
        if earlier is not None and earlier.due_at <= due_at:
            kept = {"left_s": earlier.left_s, "since": earlier.since, "due_at": earlier.due_at}
            return row | {"state": "armed", "queue": earlier.queue} | kept
        return row | {"state": "armed", "queue": watch.queue, "left_s": watch.after_s, "since": since, "due_at": due_at}


async def fire(chain: Chain, timer: Any, *, at: datetime) -> None:
    """What a time limit does: its effects leave (held with their turn's), a pass gives the conversation to the next one, the chain says so.

    The last pass ends the ladder. What a person has taken over is not passed on. A limit whose content was erased only says that it passed.
    """
    columns = conversations.c
    now = (await chain.db.execute(select(columns.owner, columns.mode).where(columns.id == chain.conversation_id))).one()
    watch = Watch.model_validate(timer.payload) if timer.payload else None
    if watch is not None and not (watch.owner and now.mode == "human"):
        await _carry_out(chain, timer.turn_id, watch, now.owner, at)
    if timer.kind == "pass_up":
        await Watches().disarm(chain, FIRST_RESPONSE)
    value = {"due_at": timer.due_at.isoformat(), "before": now.owner, "owner": watch.owner if watch else None}
    await chain.append(timer.kind, turn_id=timer.turn_id, at=at, value=value)


async def _carry_out(chain: Chain, turn_id: str, watch: Watch, before: str | None, at: datetime) -> None:
    held = await chain.db.scalar(select(turns.c.held).where(turns.c.id == turn_id, turns.c.tenant == chain.tenant))
    await write_effects(chain, turn_id, watch.effects, held=bool(held), at=at)
    if watch.owner is not None:
        await chain.assign(watch.owner, at=at)
        await Watches().readdress(chain, before, watch.owner)


def _idle(kind: str, rows: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a warning would come no sooner than what it warns of."""
    limit = rows.get(LIMIT_OF.get(kind, ""))
    return limit is not None and bool(rows[kind]["due_at"] >= limit["due_at"] and limit["state"] == "armed")


async def _rows(chain: Locked, kinds: Iterable[str], states: tuple[str, ...]) -> Sequence[Any]:
    mine = {"conversation": chain.conversation_id, "tenant": chain.tenant}
    return await run(chain.db, ROWS, mine | {"kinds": list(kinds), "states": list(states)})


async def _disarm(chain: Locked, which: Any) -> None:
    mine = (timers.c.conversation_id == chain.conversation_id, timers.c.tenant == chain.tenant, timers.c.state.in_(("armed", "paused")))
    await chain.db.execute(update(timers).where(*mine, which).values(state="disarmed"))


async def _set(chain: Locked, id: int, **values: Any) -> None:
    await chain.db.execute(update(timers).where(timers.c.id == id, timers.c.tenant == chain.tenant).values(**values))
