"""The outbox: sent once where that can be known, and a person asked where it cannot."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.types import Effect
from store.chain import lock_chain
from store.database import Database
from store.jobs import wait_s
from store.outbox import NotDelivered, Outbox, write_effects
from store.worker import Worker
from tests.integration.store.desk import ACME, NOON, Desk, Postbox, answered


async def effect_of(desk: Desk, *, guarded: bool = False) -> int:
    turn = await desk.arrive()
    await desk.turns.commit(turn, answered(turn, guarded=guarded))
    async with desk.database.transaction() as db:
        return int(await db.scalar(text("SELECT id FROM outbox")))


async def state_of(desk: Desk) -> tuple[str, list[str]]:
    (receipt,) = await desk.receipts.list(ACME)
    return receipt.effects[0].state, [entry.kind for entry in receipt.entries]


async def crash_while_sending(desk: Desk) -> None:
    async with desk.database.transaction() as db:
        await db.execute(text("UPDATE outbox SET state = 'sending', attempts = 1"))


async def test_a_delivery_is_entered_in_the_receipt(database: Database) -> None:
    desk = Desk(database)
    await desk.outbox.deliver(await effect_of(desk))
    assert await state_of(desk) == ("delivered", ["decided", "delivered"])


async def test_a_delivered_effect_is_not_sent_again(database: Database) -> None:
    desk = Desk(database)
    effect = await effect_of(desk)
    await desk.outbox.deliver(effect)
    await desk.outbox.deliver(effect)
    assert len(desk.postbox.arrived) == 1


async def test_sending_is_committed_before_the_call(database: Database) -> None:
    states: list[str] = []

    class Watching(Postbox):
        async def deliver(self, effect: object, tenant: str) -> None:
            states.append((await state_of(desk))[0])

    desk = Desk(database, postbox=Watching())
    await desk.outbox.deliver(await effect_of(desk))
    assert states == ["sending"]


async def test_after_a_crash_what_arrived_is_not_sent_again(database: Database) -> None:
    desk = Desk(database)
    effect = await effect_of(desk, guarded=True)
    await crash_while_sending(desk)
    desk.postbox.arrived.append((await desk.outbox.list(ACME))[0].effect.key)
    await desk.outbox.deliver(effect)
    assert len(desk.postbox.arrived) == 1
    assert (await state_of(desk))[0] == "delivered"


async def test_after_a_crash_what_did_not_arrive_is_sent(database: Database) -> None:
    desk = Desk(database)
    effect = await effect_of(desk, guarded=True)
    await crash_while_sending(desk)
    await desk.outbox.deliver(effect)
    assert len(desk.postbox.arrived) == 1


async def test_a_guarded_effect_that_may_have_arrived_goes_to_a_person(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(knows=False))
    effect = await effect_of(desk, guarded=True)
    await crash_while_sending(desk)
    await desk.outbox.deliver(effect)
    assert await state_of(desk) == ("unknown", ["decided", "unknown"])
    assert desk.postbox.arrived == []


async def test_another_effect_that_may_have_arrived_is_sent_with_the_same_key(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(knows=False))
    effect = await effect_of(desk)
    await crash_while_sending(desk)
    await desk.outbox.deliver(effect)
    assert len(desk.postbox.arrived) == 1


async def test_a_failed_attempt_is_looked_up_before_the_next(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=1, arrives_anyway=True))
    effect = await effect_of(desk, guarded=True)
    with pytest.raises(NotDelivered):
        await desk.outbox.deliver(effect)
    await desk.outbox.deliver(effect)
    assert (len(desk.postbox.arrived), (await state_of(desk))[0]) == (1, "delivered")


async def test_after_the_last_attempt_the_effect_has_failed(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9))
    effect = await effect_of(desk)
    for _ in range(2):
        with pytest.raises(NotDelivered):
            await desk.outbox.deliver(effect)
    await desk.outbox.deliver(effect)
    assert await state_of(desk) == ("failed", ["decided", "undelivered"])


async def test_an_attempt_that_was_overtaken_writes_nothing(database: Database) -> None:
    begun, overtaken = asyncio.Event(), asyncio.Event()

    class Slow(Postbox):
        async def deliver(self, effect: object, tenant: str) -> None:
            begun.set()
            await overtaken.wait()

    desk = Desk(database, postbox=Slow())
    effect = await effect_of(desk)
    slow = asyncio.create_task(desk.outbox.deliver(effect))
    await begun.wait()
    async with database.transaction() as db:
        await db.execute(text("UPDATE outbox SET attempts = attempts + 1"))
    overtaken.set()
    await slow
    assert await state_of(desk) == ("sending", ["decided"])


# ---------------------------------------------------------------- channels, order and budgets


def said(key: str, channel: str = "", **more: Any) -> Effect:
    return Effect(kind="reply", channel=channel, to="eve@example.com", key=key, text="Our answer.", **more)


async def write(desk: Desk, *effects: Effect, conversation_key: str = "k1") -> list[int]:
    """Effects of one more message, in that order; their outbox numbers."""
    turn = await desk.arrive(effects[0].key, conversation_key=conversation_key)
    async with desk.database.transaction() as db:
        await write_effects(await lock_chain(db, turn.conversation_id), turn.id, effects, held=False, at=NOON)
        await db.execute(text("UPDATE turns SET status = 'done'"))
        rows = await db.scalars(text("SELECT id FROM outbox WHERE turn_id = :turn ORDER BY n"), {"turn": turn.id})
        return list(rows)


async def states(desk: Desk) -> dict[str, str]:
    return {sent.effect.key: sent.state for sent in await desk.outbox.list(ACME)}


def worker_of(desk: Desk) -> Worker:
    return Worker(
        desk.database, clock=desk.clock, handle=desk.handle, resume=desk.resume, fail=desk.turns.fail, deliver=desk.outbox.deliver
    )


async def test_an_effect_goes_to_its_channels_dispatcher_else_its_kinds_else_the_default(database: Database) -> None:
    desk, email, replies, rest = Desk(database), Postbox(), Postbox(), Postbox()
    desk.outbox = Outbox(database, clock=desk.clock, deliverers={"email": email, "reply": replies}, default=rest)
    note = Effect(kind="notify", channel="people", to="ann", key="c")
    for effect in await write(desk, said("a", "email"), said("b", "chat"), note):
        await desk.outbox.deliver(effect)
    assert (email.arrived, replies.arrived, rest.arrived) == (["a"], ["b"], ["c"])
    async with database.transaction() as db:
        assert list(await db.scalars(text("SELECT channel FROM outbox ORDER BY id"))) == ["email", "chat", "people"]


async def test_deliveries_of_one_conversation_and_channel_leave_in_the_order_they_were_written(database: Database) -> None:
    class Slow(Postbox):
        async def deliver(self, effect: Effect, tenant: str) -> None:
            await asyncio.sleep(0.02 if effect.key.endswith("0") else 0)
            await super().deliver(effect, tenant)

    desk = Desk(database, postbox=Slow())
    await write(desk, *(said(f"{n:02}", "chat") for n in range(10)))
    await write(desk, *(said(f"{n:02}", "chat") for n in range(10, 20)))
    await asyncio.gather(*(worker_of(desk).drain() for _ in range(2)))
    assert desk.postbox.arrived == [f"{n:02}" for n in range(20)]


async def test_only_its_own_channel_and_conversation_wait_behind_a_delivery_that_failed(database: Database) -> None:
    class Down(Postbox):
        async def deliver(self, effect: Effect, tenant: str) -> None:
            if effect.channel == "email" and effect.key.startswith("a"):
                raise ConnectionError("down")
            await super().deliver(effect, tenant)

    desk = Desk(database, postbox=Down())
    desk.outbox._attempts = 9
    await write(desk, said("a1", "email"), said("a2", "email"), said("a3", "chat"))
    await write(desk, said("b1", "email"), conversation_key="k2")
    await worker_of(desk).drain()
    assert await states(desk) == {"a1": "sending", "a2": "pending", "a3": "delivered", "b1": "delivered"}


async def test_what_waits_behind_an_effect_leaves_when_that_is_given_up(database: Database) -> None:
    class Picky(Postbox):
        async def deliver(self, effect: Effect, tenant: str) -> None:
            if effect.key == "a1":
                raise ConnectionError("not this one")
            await super().deliver(effect, tenant)

    desk = Desk(database, postbox=Picky())
    desk.outbox._attempts = 2
    await write(desk, said("a1", "email"), said("a2", "email"))
    await worker_of(desk).drain()
    assert await states(desk) == {"a1": "failed", "a2": "delivered"}


async def test_an_effect_is_given_up_when_its_time_is_over(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9))
    effect = await effect_of(desk)
    with pytest.raises(NotDelivered):
        await desk.outbox.deliver(effect)
    desk.clock.advance(timedelta(minutes=16))
    await desk.outbox.deliver(effect)
    assert (await state_of(desk))[0] == "failed"


async def test_an_effect_whose_workers_keep_dying_is_given_up(database: Database) -> None:
    desk = Desk(database)
    effect = await effect_of(desk)
    async with database.transaction() as db:
        await db.execute(text("UPDATE outbox SET state = 'sending', attempts = 3"))
    await desk.outbox.deliver(effect)
    assert ((await state_of(desk))[0], desk.postbox.arrived) == ("failed", [])


async def test_after_the_last_attempt_nobody_can_say_whether_it_arrived(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9, knows=False))
    effect = await effect_of(desk)
    for _ in range(2):
        with pytest.raises(NotDelivered):
            await desk.outbox.deliver(effect)
    await desk.outbox.deliver(effect)
    assert (await state_of(desk))[0] == "unknown"


async def test_a_last_attempt_that_arrived_although_it_raised_is_delivered(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9, arrives_anyway=True))
    desk.outbox._attempts = 1
    await desk.outbox.deliver(await effect_of(desk))
    assert (await state_of(desk))[0] == "delivered"


def test_waits_grow_with_every_failure_and_differ() -> None:
    for failures, least in enumerate((1, 4, 16, 64, 256), start=1):
        assert all(least <= wait_s(failures) <= least + 1 for _ in range(20))
    assert len({wait_s(1) for _ in range(20)}) > 1
    assert wait_s(50) == 300
