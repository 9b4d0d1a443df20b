"""Workers: in order within a conversation, side by side across them, and nothing lost with a worker that dies."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from store.database import Database
from store.rescue import requeue, rescue
from store.worker import Worker
from tests.integration.store.desk import ACME, NOON, Desk, message

ROOT = Path(__file__).parents[3]


def worker_of(desk: Desk, **handlers: Any) -> Worker:
    given = {"handle": desk.handle, "resume": desk.resume, "fail": desk.turns.fail, "deliver": desk.outbox.deliver}
    return Worker(desk.database, clock=desk.clock, **given | handlers)


async def jobs(database: Database) -> int:
    async with database.transaction() as db:
        return int(await db.scalar(text("SELECT count(*) FROM procrastinate_jobs")))


async def test_drain_decides_and_delivers_everything_and_ends(database: Database) -> None:
    desk = Desk(database)
    arrivals = [await desk.mailroom.receive(ACME, message(f"m{n}", conversation_key=f"k{n % 3}")) for n in range(6)]
    await worker_of(desk).drain()
    receipts = await desk.receipts.of_turns(ACME, [arrival.turn_id or "" for arrival in arrivals])
    assert [(receipt.status, receipt.effects[0].state) for receipt in receipts] == [("done", "delivered")] * 6
    assert await jobs(database) == 0
    assert (await desk.audit.verify(ACME)).ledger == 3


async def test_two_workers_keep_the_order_of_each_conversation(database: Database) -> None:
    desk, handled, busy = Desk(database), defaultdict[str, list[str]](list), set[str]()

    async def handle(turn_id: str) -> None:
        turn = await desk.turns.load(turn_id)
        assert turn is not None
        assert turn.conversation_id not in busy
        busy.add(turn.conversation_id)
        await asyncio.sleep(0.005)
        handled[turn.conversation_id].append(turn.messages[0].message_id)
        busy.remove(turn.conversation_id)
        await desk.handle(turn_id)

    for n in range(24):
        await desk.mailroom.receive(ACME, message(f"{n:02}", conversation_key=f"k{n % 4}"))
    await asyncio.gather(*(worker_of(desk, handle=handle).drain() for _ in range(2)))
    assert [len(ids) for ids in handled.values()] == [6, 6, 6, 6]
    assert all(ids == sorted(ids) for ids in handled.values())


async def test_a_turn_that_raises_three_times_fails_and_the_next_one_goes_on(database: Database) -> None:
    desk, tries = Desk(database), list[str]()

    async def handle(turn_id: str) -> None:
        if turn_id == bad.turn_id:
            tries.append(turn_id)
            raise ValueError("not decidable")
        await desk.handle(turn_id)

    bad, good = await desk.mailroom.receive(ACME, message("bad")), await desk.mailroom.receive(ACME, message("good"))
    await worker_of(desk, handle=handle).drain()
    assert len(tries) == 3
    assert [(await desk.receipts.get(ACME, arrival.turn_id or "")).status for arrival in (bad, good)] == ["failed", "done"]


async def test_drain_ends_settling_times(database: Database) -> None:
    desk = Desk(database, settle_s=60)
    for n in range(2):
        arrival = await desk.mailroom.receive(ACME, message(f"m{n}", sent_at=NOON + timedelta(seconds=n)))
    await worker_of(desk).drain()
    assert (await desk.receipts.get(ACME, arrival.turn_id or "")).message_ids == ("m0", "m1")


async def test_a_running_worker_takes_what_arrives_and_stops_when_told(database: Database) -> None:
    desk, handled = Desk(database), asyncio.Event()

    async def handle(turn_id: str) -> None:
        await desk.handle(turn_id)
        handled.set()

    worker = worker_of(desk, handle=handle)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.3)
    await desk.mailroom.receive(ACME, message("m1"))
    await asyncio.wait_for(handled.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 5)


async def test_a_running_worker_expires_approvals_and_resumes_their_turns(database: Database) -> None:
    desk, resumed = Desk(database), asyncio.Event()

    async def resume(turn_id: str) -> None:
        await desk.resume(turn_id)
        resumed.set()

    turn = await desk.ask()
    desk.clock.advance(timedelta(hours=2))
    worker = worker_of(desk, resume=resume)
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(resumed.wait(), 20)
    worker.stop()
    await running
    assert [entry.kind for entry in (await desk.receipts.get(ACME, turn.id)).entries] == ["decided", "expired"]


async def test_the_job_of_a_killed_worker_is_done_by_another(database: Database, database_url: str) -> None:
    desk = Desk(database)
    arrival = await desk.mailroom.receive(ACME, message("m1"))
    program = [sys.executable, "-m", "tests.integration.store.stuck_worker", database_url]
    killed = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert killed.stdout is not None
    assert await killed.stdout.readline() == b"begun\n"
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    await worker_of(desk, stale_s=1.5).drain()
    assert (await desk.receipts.get(ACME, arrival.turn_id or "")).status == "done"


async def test_a_living_workers_job_is_not_taken_away(database: Database) -> None:
    desk = Desk(database)
    await desk.mailroom.receive(ACME, message("m1"))
    async with database.transaction() as db:
        await db.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        await db.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"))
    assert await rescue(database, stale_s=4) == 0
    async with database.transaction() as db:
        await db.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 s'"))
    assert [await rescue(database, stale_s=4) for _ in range(2)] == [1, 0]


async def test_turns_and_effects_without_a_job_get_one_again(database: Database) -> None:
    desk = Desk(database)
    waiting = await desk.ask("m1", conversation_key="k1")
    await desk.decide(waiting)
    await desk.answer("m2", conversation_key="k2")
    await desk.mailroom.receive(ACME, message("m3", conversation_key="k3"))
    assert await requeue(database) == 0
    async with database.transaction() as db:
        await db.execute(text("DELETE FROM procrastinate_jobs"))
    assert await requeue(database) == 3
    await worker_of(desk).drain()
    assert {receipt.status for receipt in await desk.receipts.list(ACME)} == {"done"}
