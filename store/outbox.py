"""The outbox: what a turn wants done in the world, written with the turn, carried out afterwards, not twice where that can be known."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Unavailable, UsherError
from core.ports import Clock, Deliverer
from core.services import Sent
from core.types import Effect
from store.chain import Chain, lock_chain
from store.database import Database, clean, first_line
from store.jobs import defer_deliveries
from store.tables import outbox

log = logging.getLogger("usher.store.outbox")

# Seconds before the second, third … attempt; after the last one the effect counts as failed.
WAITS = (1, 5, 30, 120, 600)


class NotDelivered(UsherError):
    """An attempt failed and another one follows."""

    def __init__(self, *, effect: int, problem: str) -> None:
        super().__init__(f"effect {effect} is not delivered yet: {problem}")


class Outbox:
    """The dispatcher. ``deliverers``: effect kind → who carries it out; ``default`` takes the kinds not named."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        deliverers: Mapping[str, Deliverer] | None = None,
        default: Deliverer | None = None,
        attempts: int = len(WAITS) + 1,
    ) -> None:
        self._database, self._clock = database, clock
        self._deliverers, self._default, self._attempts = deliverers or {}, default, attempts

    async def deliver(self, effect: int) -> None:
        """Carry one outbox row out, or find out what became of an attempt that was cut off.

        Raises:
            NotDelivered: it did not arrive, and may be tried again.
        """
        row = await self._take(effect)
        if row is None:
            return
        deliverer = self._deliverers.get(row.kind, self._default)
        seen = await self._look(deliverer, row) if row.attempts > 1 else False
        if seen:
            await self._close(row, "delivered", "")
        elif seen is None and row.guarded:
            await self._close(row, "unknown", "it cannot be known whether an earlier attempt arrived")
        else:
            await self._send(deliverer, row)

    async def list(self, tenant: str) -> tuple[Sent, ...]:
        """Every effect of the tenant, oldest first."""
        query = select(outbox.c.turn_id, outbox.c.payload, outbox.c.state).where(outbox.c.tenant == tenant).order_by(outbox.c.id)
        async with self._database.transaction() as db:
            rows = (await db.execute(query)).all()
        return tuple(Sent(turn_id=row.turn_id, effect=Effect.model_validate(row.payload), state=row.state) for row in rows)

    async def release(self, tenant: str) -> int:
        """Let the effects that were only prepared go out; their number."""
        held = update(outbox).where(outbox.c.tenant == tenant, outbox.c.state == "held").values(state="pending")
        async with self._database.transaction() as db:
            effects = (await db.scalars(held.returning(outbox.c.id))).all()
            await defer_deliveries(db, sorted(effects))
        return len(effects)

    async def _take(self, effect: int) -> Any:
        """Commit ``sending`` before anything is sent; None when there is nothing to send."""
        query = (
            update(outbox)
            .where(outbox.c.id == effect, outbox.c.state.in_(("pending", "sending")))
            .values(state="sending", attempts=outbox.c.attempts + 1)
            .returning(outbox)
        )
        async with self._database.transaction() as db:
            return (await db.execute(query)).one_or_none()

    async def _look(self, deliverer: Deliverer | None, row: Any) -> bool | None:
        """Whether an earlier attempt arrived; a receiver that cannot be asked does not know."""
        if deliverer is None:
            return False
        try:
            return await deliverer.seen(row.key, row.tenant)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, the answer is that it is not known
            log.warning("effect %s: %s cannot be asked (%s)", row.id, row.kind, type(error).__name__)
            return None

    async def _send(self, deliverer: Deliverer | None, row: Any) -> None:
        try:
            if deliverer is None:
                raise Unavailable(what=f"delivery of {row.kind}", problem="nobody carries it out in this installation")
            await deliverer.deliver(Effect.model_validate(row.payload), row.tenant)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises, it may not have arrived
            await self._failed(row, error)
        else:
            await self._close(row, "delivered", "")

    async def _failed(self, row: Any, error: Exception) -> None:
        problem = f"{type(error).__name__}: {first_line(error)}"[:500]
        if row.attempts >= self._attempts:
            await self._close(row, "failed", problem)
            return
        async with self._database.transaction() as db:
            await db.execute(update(outbox).where(*_mine(row)).values(last_error=problem))
        raise NotDelivered(effect=row.id, problem=type(error).__name__)

    async def _close(self, row: Any, state: str, problem: str) -> None:
        """Write the end of the effect and its entry, unless a later attempt has taken it over."""
        now = self._clock.now()
        async with self._database.transaction() as db:
            chain = await lock_chain(db, row.conversation_id)
            delivered_at = now if state == "delivered" else None
            query = update(outbox).where(*_mine(row)).values(state=state, last_error=problem, delivered_at=delivered_at)
            if (await db.execute(query.returning(outbox.c.id))).one_or_none() is not None:
                value = {"kind": row.kind, "to": row.recipient, "key": row.key, "problem": problem}
                await chain.append(state, turn_id=row.turn_id, at=now, value=value)


def _mine(row: Any) -> tuple[Any, ...]:
    """Whoever took the row later has raised ``attempts``: then this attempt writes nothing more."""
    return outbox.c.id == row.id, outbox.c.state == "sending", outbox.c.attempts == row.attempts


async def write_effects(chain: Chain, turn_id: str, effects: Sequence[Effect], *, held: bool, at: datetime) -> None:
    """Put effects behind those the turn has already, with their delivery jobs. An effect whose key is known is the same effect."""
    if not effects:
        return
    first = await chain.db.scalar(select(func.count()).select_from(outbox).where(outbox.c.turn_id == turn_id)) or 0
    place = {"tenant": chain.tenant, "conversation_id": chain.conversation_id, "turn_id": turn_id, "created_at": at}
    rows = [place | _row(effect) | {"n": first + n, "state": "held" if held else "pending"} for n, effect in enumerate(effects)]
    new = insert(outbox).values(rows).on_conflict_do_nothing(constraint="outbox_key").returning(outbox.c.id)
    written = (await chain.db.scalars(new)).all()
    if not held:
        await defer_deliveries(chain.db, sorted(written))


def _row(effect: Effect) -> dict[str, object]:
    sent = {"kind": effect.kind, "recipient": clean(effect.to), "key": clean(effect.key), "guarded": effect.guarded}
    return sent | {"payload": effect.model_dump(mode="json")}
