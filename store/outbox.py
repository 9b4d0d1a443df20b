"""The outbox: what a turn wants done in the world, written with the turn, carried out afterwards, not twice where that can be known."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from core.errors import Unavailable, UsherError
from core.ports import Clock, Deliverer
from core.types import Effect
from core.views import Sent
from store.chain import APPEND, Chain, lock_chain
from store.database import Database, clean, first_line, run, storable_json
from store.jobs import defer_deliveries, wait_s
from store.tables import outbox, turns

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

log = logging.getLogger("usher.store.outbox")

# How the end of an effect is entered; ``failed`` is the entry of a turn that failed, and vouches for its receipt.
ENTRIES = {"delivered": "delivered", "failed": "undelivered", "unknown": "unknown"}
PLACE = (outbox.c.id, outbox.c.conversation_id, outbox.c.channel, outbox.c.kind)


TAKE = """
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, tried_at = coalesce(tried_at, %(now)s)
    WHERE id = %(id)s AND state IN ('pending', 'sending') RETURNING *
"""
# Whoever took the row later has raised ``attempts``: then this attempt writes nothing more.
CLOSE = APPEND.format(
    changed="""
    UPDATE outbox SET state = %(state)s, last_error = %(problem)s,
        delivered_at = CASE WHEN %(state)s = 'delivered' THEN %(at)s END,
        given_up_at = CASE WHEN %(state)s <> 'delivered' THEN %(at)s END
    WHERE id = %(id)s AND tenant = %(tenant)s AND state = 'sending' AND attempts = %(attempts)s RETURNING 1
    """
)
# An effect whose key is known is the same effect.
WRITE = """
    INSERT INTO outbox (tenant, conversation_id, turn_id, created_at, state, n, kind, channel, recipient, key, guarded, payload)
    SELECT %(tenant)s, %(conversation)s, %(turn)s, %(at)s, %(state)s,
        (SELECT count(*) FROM outbox WHERE turn_id = %(turn)s) + e.n, e.kind, e.channel, e.recipient, e.key, e.guarded, e.payload
    FROM jsonb_to_recordset(%(effects)s::jsonb)
        AS e (n integer, kind text, channel text, recipient text, key text, guarded boolean, payload jsonb)
    ORDER BY e.n
    ON CONFLICT ON CONSTRAINT outbox_key DO NOTHING RETURNING id, conversation_id, channel, kind
"""


class NotDelivered(UsherError):
    """An attempt failed, and another one follows in ``wait_s`` seconds."""

    def __init__(self, *, effect: int, problem: str, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(f"effect {effect} is not delivered yet: {problem}")


def _always() -> bool:
    return True


class Outbox:
    """The dispatcher. ``deliverers``: an effect's channel, or else its kind → who carries it out; ``default`` takes those not named.

    The budget of an effect: ``attempts``, none of them later than ``within`` after the first. ``call_s``: seconds that a receiver has to
    answer one call.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        deliverers: Mapping[str, Deliverer] | None = None,
        default: Deliverer | None = None,
        attempts: int = 6,
        within: timedelta = timedelta(minutes=15),
        call_s: float = 20.0,
    ) -> None:
        self._database, self._clock = database, clock
        self._deliverers, self._default = deliverers or {}, default
        self._attempts, self._within, self._call_s = attempts, within, call_s

    async def deliver(self, effect: int, alive: Callable[[], bool] = _always) -> None:
        """Carry one outbox row out, or find out what became of an attempt that was cut off.

        ``alive`` says whether the calling worker is certain that nobody has taken its work over; otherwise nothing is sent.

        Raises:
            NotDelivered: it did not arrive, and may be tried again.
        """
        row = await self._take(effect)
        if row is None:
            return
        deliverer, tries = self._deliverer(row), row.attempts - row.forgiven
        seen = await self._look(deliverer, row) if row.attempts > 1 else False
        if seen:
            await self._close(row, "delivered", "")
        elif seen is None and row.guarded and tries > 1:
            await self._close(row, "unknown", "it cannot be known whether an earlier attempt arrived")
        elif tries > self._attempts:
            await self._close(row, _given_up(seen), f"{self._attempts} attempts were cut off")
        elif not alive():
            raise NotDelivered(effect=row.id, problem="the worker was held up, and another one may have it", wait_s=0)
        else:
            await self._send(deliverer, row)

    async def list(self, tenant: str) -> tuple[Sent, ...]:
        """Every effect of the tenant, oldest first."""
        query = select(outbox.c.turn_id, outbox.c.payload, outbox.c.state).where(outbox.c.tenant == tenant).order_by(outbox.c.id)
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(query)).all()
        return tuple(Sent(turn_id=row.turn_id, effect=Effect.model_validate(row.payload), state=row.state) for row in rows)

    async def release(self, tenant: str) -> int:
        """Let the effects that were only prepared go out; their number."""
        held = update(outbox).where(outbox.c.tenant == tenant, outbox.c.state == "held").values(state="pending")
        async with self._database.transaction(tenant) as db:
            effects = (await db.execute(held.returning(*PLACE))).all()
            await defer_deliveries(db, sorted(effects))
        return len(effects)

    def _deliverer(self, row: Any) -> Deliverer | None:
        return self._deliverers.get(row.channel) or self._deliverers.get(row.kind) or self._default

    async def _take(self, effect: int) -> Any:
        """Commit ``sending`` before anything is sent; None when there is nothing to send."""
        async with self._database.statement() as db:
            taken = await run(db, TAKE, {"id": effect, "now": self._clock.now()})
        return taken[0] if taken else None

    async def _look(self, deliverer: Deliverer | None, row: Any) -> bool | None:
        """Whether an earlier attempt arrived; a receiver that cannot be asked does not know."""
        if deliverer is None:
            return False
        try:
            async with asyncio.timeout(self._call_s):
                return await deliverer.seen(row.key, row.tenant)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the answer is that it is not known
            log.warning("effect %s: %s cannot be asked (%s)", row.id, row.channel or row.kind, type(error).__name__)
            return None

    async def _send(self, deliverer: Deliverer | None, row: Any) -> None:
        try:
            if deliverer is None:
                raise Unavailable(what=f"delivery of {row.kind}", problem="nobody carries it out in this installation")
            async with asyncio.timeout(self._call_s):
                await deliverer.deliver(Effect.model_validate(row.payload), row.tenant)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, it may not have arrived
            await self._failed(deliverer, row, error)
        else:
            await self._close(row, "delivered", "")

    async def _failed(self, deliverer: Deliverer | None, row: Any, error: Exception) -> None:
        """Let another attempt follow; after the last one, find out what became of it."""
        problem = f"{type(error).__name__}: {first_line(error)}"[:500]
        tries = row.attempts - row.forgiven
        if tries >= self._attempts or self._clock.now() >= row.tried_at + self._within:
            seen = await self._look(deliverer, row)
            await self._close(row, "delivered" if seen else _given_up(seen), "" if seen else problem)
            return
        async with self._database.transaction(row.tenant) as db:
            await db.execute(update(outbox).where(*_mine(row)).values(last_error=problem))
        raise NotDelivered(effect=row.id, problem=type(error).__name__, wait_s=wait_s(tries))

    async def _close(self, row: Any, state: str, problem: str) -> None:
        """Write the end of the effect and its entry, unless a later attempt has taken it over."""
        ended = {"id": row.id, "attempts": row.attempts, "state": state, "problem": problem}
        value = {"kind": row.kind, "to": row.recipient, "key": row.key, "problem": problem}
        async with self._database.transaction() as db:
            chain = await lock_chain(db, row.conversation_id)
            await chain.append_if(CLOSE, ended, ENTRIES[state], turn_id=row.turn_id, at=self._clock.now(), value=value)


def _given_up(seen: bool | None) -> str:
    """An attempt that raised may have arrived all the same; only a receiver that says no makes it certain that it did not."""
    return "failed" if seen is False else "unknown"


def _mine(row: Any) -> tuple[Any, ...]:
    """Whoever took the row later has raised ``attempts``: then this attempt writes nothing more."""
    return outbox.c.id == row.id, outbox.c.tenant == row.tenant, outbox.c.state == "sending", outbox.c.attempts == row.attempts


async def write_effects(chain: Chain, turn_id: str, effects: Sequence[Effect], *, held: bool, at: datetime) -> None:
    """Put effects behind those the turn has already, with their delivery jobs. An effect whose key is known is the same effect."""
    if not effects:
        return
    rows = storable_json([_row(effect) | {"n": n} for n, effect in enumerate(effects)])
    place = {"tenant": chain.tenant, "conversation": chain.conversation_id, "turn": turn_id, "at": at}
    written = await run(chain.db, WRITE, place | {"state": "held" if held else "pending", "effects": rows})
    if not held:
        await defer_deliveries(chain.db, sorted(written))


async def release_turn(db: "AsyncConnection", tenant: str, turn_id: str) -> None:
    """A message that was only tried out has now arrived in earnest: what it led to may leave."""
    mine = (turns.c.id == turn_id, turns.c.tenant == tenant, turns.c.held)
    if (await db.execute(update(turns).where(*mine).values(held=False).returning(turns.c.id))).one_or_none() is None:
        return
    held = update(outbox).where(outbox.c.turn_id == turn_id, outbox.c.tenant == tenant, outbox.c.state == "held")
    await defer_deliveries(db, sorted((await db.execute(held.values(state="pending").returning(*PLACE))).all()))


def _row(effect: Effect) -> dict[str, object]:
    sent = {"kind": effect.kind, "channel": effect.channel, "recipient": clean(effect.to), "key": clean(effect.key)}
    return sent | {"guarded": effect.guarded, "payload": effect.model_dump(mode="json")}
