"""The outbox: sent once where that can be known, and a person asked where it cannot."""

import asyncio

import pytest
from sqlalchemy import text

from store.database import Database
from store.outbox import NotDelivered
from tests.integration.store.desk import ACME, Desk, Postbox, answered


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
    assert await state_of(desk) == ("failed", ["decided", "failed"])


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
