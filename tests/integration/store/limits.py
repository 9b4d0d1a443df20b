"""A desk whose conversations have time limits, on a calendar and a clock that the test moves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update

from core.company import parse_hours
from core.types import Effect, Watch
from core.worktime import Calendar
from store.chain import lock_chain
from store.database import Database
from store.mailroom import Mailroom
from store.tables import conversations, timers, turns
from store.timers import sweep
from store.watches import KINDS, Watches
from tests.integration.store.desk import ACME, Desk, message

HOUR = timedelta(hours=1)
OFFICE = Calendar(parse_hours({"mon-fri": ("09:00-17:00",)}).days, ZoneInfo("Europe/London"))
LIMITS = {"first_response_warning": 45, "first_response": 60, "pass_up": 90, "resolution_warning": 270, "resolution": 360}
OWNERS = {"first_response": "ben", "pass_up": "cleo"}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def watch(turn: str, kind: Any, after_s: float, *, owner: str | None = None, to: str = "ann") -> Watch:
    note = Effect(kind="notify", channel="people", to=owner or to, key=f"{turn}:{kind}:notify", text="due")
    assign = Effect(kind="assign", channel="desk", to=owner or "", key=f"{turn}:{kind}:assign")
    return Watch(kind=kind, queue="support", after_s=after_s, owner=owner, effects=(note, assign) if owner else (note,))


def ladder(turn: str, **limits: float) -> tuple[Watch, ...]:
    """The five limits of a turn, or those of ``limits`` (minutes)."""
    return tuple(watch(turn, kind, after * 60, owner=OWNERS.get(kind)) for kind, after in (limits or LIMITS).items())


class Shift(Desk):
    """A desk whose limits run on ``calendar``; its clock begins on Tuesday, 10 March 2026, at noon in London."""

    def __init__(self, database: Database, calendar: Calendar | None = None, **given: Any) -> None:
        super().__init__(database, **given)
        self.watches = Watches((lambda tenant, queue: calendar) if calendar else None)
        self.mailroom = Mailroom(database, clock=self.clock, held=given.get("held", False), watches=self.watches)

    async def hand_off(self, id: str = "m1", **limits: float) -> str:
        """A message that was handed to ``ann``; its conversation."""
        arrival = await self.mailroom.receive(ACME, message(id))
        assert arrival.turn_id is not None
        async with self.database.transaction(ACME) as db:
            chain = await lock_chain(db, arrival.conversation_id)
            await chain.assign("ann", at=self.clock.now())
            await db.execute(update(turns).where(turns.c.id == arrival.turn_id).values(status="done"))
            now = self.clock.now()
            await self.watches.arm(chain, arrival.turn_id, ladder(arrival.turn_id, **limits), since=now, at=now)
        return arrival.conversation_id

    async def customer_writes(self, id: str) -> None:
        await self.mailroom.receive(ACME, message(id))

    async def agent_writes(self, id: str) -> None:
        await self.mailroom.receive(ACME, message(id, role="agent", sender="ann@acme.test"))

    async def after(self, by: timedelta) -> int:
        """How many limits fire at the sweep that much later."""
        self.clock.advance(by)
        return await sweep(self.database, self.clock.now())

    async def states(self) -> dict[str, str]:
        """Kind → state of its latest row."""
        return {row.kind: row.state for row in await self.rows()}

    async def rows(self) -> Any:
        async with self.database.transaction() as db:
            return (await db.execute(select(timers).where(timers.c.kind.in_(KINDS)).order_by(timers.c.id))).all()

    async def due(self, kind: str) -> datetime:
        rows = [row.due_at for row in await self.rows() if row.kind == kind and row.state == "armed"]
        assert len(rows) == 1
        at: datetime = rows[0].astimezone(UTC)
        return (at + timedelta(seconds=30)).replace(second=0, microsecond=0)  # the clock runs while the test does

    async def owner(self) -> str | None:
        async with self.database.transaction() as db:
            found: str | None = await db.scalar(select(conversations.c.owner))
        return found

    async def sent(self) -> list[tuple[str, str, str]]:
        return [(each.effect.key.partition(":")[2], each.effect.to, each.state) for each in await self.outbox.list(ACME)]

    async def entries(self) -> list[str]:
        async with self.database.transaction() as db:
            return list((await db.scalars(text("SELECT kind FROM entries ORDER BY seq"))).all())
