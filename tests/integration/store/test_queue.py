"""Dead letters: seen by their tenant, tried again on a person's word, and a poisoned message never blocks its conversation for ever."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import Conflict, NotFound
from store.database import Database
from store.outbox import NotDelivered
from store.queue import Queue
from store.worker import Worker
from tests.integration.store.desk import ACME, Desk, Postbox, answered, message


def worker_of(desk: Desk, **changes: Any) -> Worker:
    given: dict[str, Any] = {"handle": desk.handle, "resume": desk.resume, "fail": desk.turns.fail, "deliver": desk.outbox.deliver}
    return Worker(desk.database, clock=desk.clock, **given | changes)


def queue_of(desk: Desk) -> Queue:
    return Queue(desk.database, clock=desk.clock)


async def dead_effect(desk: Desk, *, guarded: bool = False) -> str:
    """An effect whose three attempts failed, or of which nobody can say whether it arrived."""
    turn = await desk.arrive()
    await desk.turns.commit(turn, answered(turn, guarded=guarded))
    async with desk.database.transaction() as db:
        effect = int(await db.scalar(text("SELECT id FROM outbox")))
    for _ in range(2):
        try:
            await desk.outbox.deliver(effect)
        except NotDelivered:
            continue
    await desk.outbox.deliver(effect)
    async with desk.database.transaction() as db:
        await db.execute(text("DELETE FROM procrastinate_jobs"))
    return f"e{effect}"


async def failing(turn_id: str) -> None:
    raise ValueError("not decidable")


async def entered(desk: Desk) -> list[str]:
    (receipt,) = await desk.receipts.list(ACME)
    return [entry.kind for entry in receipt.entries]


async def test_what_was_given_up_is_listed_for_its_tenant_only(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9))
    effect = await dead_effect(desk)
    await desk.mailroom.receive(ACME, message("m2", conversation_key="k2"))
    desk.clock.advance(timedelta(minutes=1))
    await worker_of(desk, handle=failing).drain()
    turn, sent = await queue_of(desk).dead(ACME)
    assert (sent.id, sent.kind, sent.state, sent.attempts, sent.to) == (effect, "reply", "failed", 3, "eve@example.com")
    assert (turn.kind, turn.state, turn.problem) == ("turn", "failed", "ValueError: not decidable")
    assert await queue_of(desk).dead("other") == []
    assert len(await queue_of(desk).dead(ACME, limit=1)) == 1


async def test_a_failed_effect_is_tried_again_with_a_new_budget(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=4))
    effect = await dead_effect(desk)
    desk.clock.advance(timedelta(hours=5))
    assert (await queue_of(desk).retry(ACME, effect, by="ann")).state == "failed"
    await worker_of(desk).drain()
    assert (len(desk.postbox.arrived), await queue_of(desk).dead(ACME)) == (1, [])
    assert await entered(desk) == ["decided", "undelivered", "retried", "delivered"]
    assert (await desk.audit.verify(ACME)).broken is None


async def test_a_guarded_effect_that_may_have_arrived_is_sent_on_a_persons_word(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=1, knows=False))
    effect = await dead_effect(desk, guarded=True)
    assert (await queue_of(desk).dead(ACME))[0].state == "unknown"
    await queue_of(desk).retry(ACME, effect, by="ann")
    await worker_of(desk).drain()
    assert len(desk.postbox.arrived) == 1


async def test_what_did_arrive_after_all_is_not_sent_on_a_persons_word(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=1, knows=False, arrives_anyway=True))
    effect = await dead_effect(desk, guarded=True)
    desk.postbox._knows = True
    await queue_of(desk).retry(ACME, effect, by="ann")
    await worker_of(desk).drain()
    assert len(desk.postbox.arrived) == 1
    assert await entered(desk) == ["decided", "unknown", "retried", "delivered"]


async def test_a_failed_turn_is_decided_anew(database: Database) -> None:
    desk = Desk(database)
    arrival = await desk.mailroom.receive(ACME, message("m1"))
    await worker_of(desk, handle=failing).drain()
    await queue_of(desk).retry(ACME, arrival.turn_id or "", by="ann")
    assert await desk.receipts.list(ACME) == (), "a turn that waits in the queue has no receipt"
    await worker_of(desk).drain()
    assert await entered(desk) == ["failed", "retried", "decided", "delivered"]
    assert (await desk.audit.verify(ACME)).broken is None


async def test_only_what_is_given_up_is_tried_again_and_only_once(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=3))
    effect = await dead_effect(desk)
    results = await asyncio.gather(*(queue_of(desk).retry(ACME, effect, by=by) for by in ("ann", "bob")), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Dead"]
    turn = (await desk.receipts.list(ACME))[0].turn_id
    with pytest.raises(Conflict):
        await queue_of(desk).retry(ACME, turn, by="ann")


@pytest.mark.parametrize("id", ["e99", "e999999999999999999999", "t_nobody", "", "e\u0663", "\x00"])
async def test_what_does_not_exist_is_not_found(database: Database, id: str) -> None:
    with pytest.raises(NotFound):
        await queue_of(Desk(database)).retry(ACME, id, by="ann")


async def test_another_tenants_dead_letter_is_not_found(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9))
    effect = await dead_effect(desk)
    for id in (effect, (await desk.receipts.list(ACME))[0].turn_id):
        with pytest.raises(NotFound):
            await queue_of(desk).retry("other", id, by="ann")


async def test_what_was_erased_is_neither_listed_nor_tried_again(database: Database) -> None:
    desk = Desk(database, postbox=Postbox(failures=9))
    effect = await dead_effect(desk)
    async with database.transaction() as db:
        await db.execute(text("UPDATE outbox SET last_error = 'erased'"))
    assert await queue_of(desk).dead(ACME) == []
    with pytest.raises(Conflict):
        await queue_of(desk).retry(ACME, effect, by="ann")


# ---------------------------------------------------------------- poison


async def test_a_message_whose_turn_raises_lets_its_conversation_go_on(database: Database) -> None:
    await _poisoned(Desk(database), failing)


async def test_a_message_whose_turn_hangs_lets_its_conversation_go_on(database: Database) -> None:
    async def hang(turn_id: str) -> None:
        await asyncio.Event().wait()

    desk = Desk(database)
    problem = await _poisoned(desk, hang, turn_s=0.2)
    assert problem == "TimeoutError: no result within 0.2 s"


async def _poisoned(desk: Desk, poison: Any, **settings: Any) -> str:
    """The first message's turn does what ``poison`` does; the second is answered all the same. What is said of the first."""
    bad, good = await desk.mailroom.receive(ACME, message("bad")), await desk.mailroom.receive(ACME, message("good"))

    async def handle(turn_id: str) -> None:
        await (poison if turn_id == bad.turn_id else desk.handle)(turn_id)

    await asyncio.wait_for(worker_of(desk, handle=handle, **settings).drain(), 60)
    assert (await desk.receipts.get(ACME, good.turn_id or "")).status == "done"
    (given_up,) = await queue_of(desk).dead(ACME)
    assert given_up.id == bad.turn_id
    return given_up.problem


async def test_an_effect_whose_receiver_hangs_is_given_up(database: Database) -> None:
    class Hanging(Postbox):
        async def deliver(self, effect: object, tenant: str) -> None:
            await asyncio.Event().wait()

    desk = Desk(database, postbox=Hanging())
    desk.outbox._call_s = 0.05
    assert await dead_effect(desk)
    (given_up,) = await queue_of(desk).dead(ACME)
    assert given_up.problem.startswith("TimeoutError")


async def test_a_message_that_kills_its_workers_lets_its_conversation_go_on(database: Database) -> None:
    """Every worker that begins the turn dies of it: its job is taken from it and put back, until the turn is given up."""

    async def die(turn_id: str) -> None:
        if await desk.turns.load(turn_id) is None:
            return
        async with database.transaction() as db:
            await db.execute(text("UPDATE procrastinate_jobs SET worker_id = NULL WHERE status = 'doing'"))

    desk = Desk(database)
    problem = await _poisoned(desk, die, stale_s=0.4, heartbeat_s=0.1)
    assert problem.endswith("workers ended while they decided it")
