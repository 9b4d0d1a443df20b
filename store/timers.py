"""Timers are rows; one sweep without a lock finds what is due and turns it into work."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column, select, text, tuple_, update

from core.ports import Clock
from store.approvals import EXPIRY, close_approval
from store.chain import Chain, lock_chain
from store.database import Database, first_line
from store.jobs import HANDLE, defer_turn
from store.mailroom import SETTLE
from store.tables import approvals, timers
from store.watches import KINDS, fire

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

log = logging.getLogger("usher.store.timers")

BATCH = 200
PATIENCE = text("SELECT set_config('lock_timeout', '500ms', true)")


class Sweeper:
    """Sweeps on a clock that may be set while it runs.

    A forward leap of the clock against the machine's own monotonic time (more than ``leap_s`` seconds) is believed only once it has lasted
    for ``patience_s``; until then time goes on at its usual pace, so that a glitch fires nothing. A machine that was suspended looks the
    same, and is believed the same way. A clock that is set back is believed at once: what has fired stays fired, the rest waits.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        leap_s: float = 2.0,
        patience_s: float = 3.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._clock, self._monotonic = database, clock, monotonic
        self._leap, self._patience_s = timedelta(seconds=leap_s), patience_s
        self._believed: datetime | None = None
        self._leapt: tuple[datetime, float] | None = None

    async def sweep(self) -> int:
        """Fire what is due; the number fired."""
        return await sweep(self._database, self.now())

    def now(self) -> datetime:
        """The present as far as it is believed."""
        elapsed = self._monotonic()
        start = self._clock.now() - timedelta(seconds=elapsed)  # what the clock says of the instant at which monotonic time began
        if self._believed is None or start - self._believed <= self._leap or self._lasts(start, elapsed):
            self._believed, self._leapt = start, None
        return self._believed + timedelta(seconds=elapsed)

    def _lasts(self, start: datetime, elapsed: float) -> bool:
        """Whether the same leap was seen before and has lasted long enough."""
        if self._leapt is None or abs(start - self._leapt[0]) > self._leap:
            self._leapt = start, elapsed
            log.warning("the clock has leapt forward; timers believe it if it lasts")
        return elapsed - self._leapt[1] >= self._patience_s


# Not a parameter: a plan made for any state could not use the index of the armed ones.
ARMED: "ColumnElement[str]" = literal_column("'armed'")


async def sweep(database: Database, now: datetime) -> int:
    """Fire every timer due at ``now``; the number fired. Two sweeps at once fire each timer once."""
    return await _sweep(database, timers.c.due_at <= now, now)


async def settle(database: Database, now: datetime) -> int:
    """End every settling time at once: nothing more is going to arrive."""
    return await _sweep(database, timers.c.kind == SETTLE, now)


async def _sweep(database: Database, which: "ColumnElement[bool]", now: datetime) -> int:
    """In pages by due time. A timer that cannot fire now (its conversation is locked, its work fails) is left for the next sweep and keeps
    no other waiting."""
    place = tuple_(timers.c.due_at, timers.c.id)
    columns = (timers.c.id, timers.c.tenant, timers.c.conversation_id, timers.c.due_at)
    query = select(*columns).where(timers.c.state == ARMED, which).order_by(timers.c.due_at, timers.c.id).limit(BATCH)
    fired, page = 0, query
    while True:
        async with database.transaction() as db:
            due = (await db.execute(page)).all()
        for timer in due:
            fired += await _attempt(database, timer, which, now)
        if len(due) < BATCH:
            return fired
        page = query.where(place > (due[-1].due_at, due[-1].id))


async def _attempt(database: Database, timer: Any, which: "ColumnElement[bool]", now: datetime) -> int:
    try:
        return await _fire(database, timer, which, now)
    except Exception as error:  # noqa: BLE001 - one timer's failure is not another's
        log.warning("timer %s does not fire: %s: %s", timer.id, type(error).__name__, first_line(error))
        return 0


async def _fire(database: Database, found: Any, which: "ColumnElement[bool]", now: datetime) -> int:
    """The conversation's lock comes first, as everywhere; then whoever takes the timer, if it is due still, does its work."""
    async with database.transaction(found.tenant) as db:
        await db.execute(PATIENCE)
        chain = await lock_chain(db, found.conversation_id)
        mine = (timers.c.id == found.id, timers.c.tenant == found.tenant, timers.c.state == "armed", which)
        timer = (await db.execute(update(timers).where(*mine).values(state="fired").returning(timers))).one_or_none()
        if timer is None:
            return 0
        await _work(chain, timer, now)
        return 1


async def _work(chain: Chain, timer: Any, now: datetime) -> None:
    match timer.kind:
        case k if k == EXPIRY:
            pending = (approvals.c.turn_id == timer.turn_id, approvals.c.tenant == chain.tenant, approvals.c.status == "pending")
            id = await chain.db.scalar(select(approvals.c.id).where(*pending))
            if id is not None:
                await close_approval(chain, id, status="expired", at=now)
        case k if k == SETTLE:
            await defer_turn(chain.db, HANDLE, turn_id=timer.turn_id, conversation_id=chain.conversation_id)
        case k if k in KINDS:
            await fire(chain, timer, at=now)
