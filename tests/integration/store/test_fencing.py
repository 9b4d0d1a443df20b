"""A worker that is frozen beyond the stall limit and revived writes nothing: what it had is another one's."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from channels.filebox import FileDeliverer
from store.database import Database, libpq_url
from store.outbox import NotDelivered, Outbox
from store.ownership import OwnJobs
from store.worker import Worker
from tests.integration.store.desk import ACME, Desk, answered, message

ROOT = Path(__file__).parents[3]
STALE_S = 0.8
WRITTEN = (
    "SELECT id, status, runs, receipt::text FROM turns ORDER BY id",
    "SELECT id, state, attempts, delivered_at FROM outbox ORDER BY id",
    "SELECT conversation_id, seq, kind, hash FROM entries ORDER BY conversation_id, seq",
    "SELECT id, status, worker_id, attempts FROM procrastinate_jobs ORDER BY id",
)


def worker_of(desk: Desk, **changes: Any) -> Worker:
    given: dict[str, Any] = {"handle": desk.handle, "resume": desk.resume, "fail": desk.turns.fail, "deliver": desk.outbox.deliver}
    return Worker(desk.database, clock=desk.clock, heartbeat_s=0.2, stale_s=STALE_S, **given | changes)


@asynccontextmanager
async def held_up(url: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process in the middle of its work."""
    program = [sys.executable, "-m", "tests.integration.store.stuck_worker", url, *arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=pipe, stderr=pipe)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"begun\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def written(database: Database, folder: Path) -> list[Any]:
    """Rows, chain, jobs and files."""
    async with database.transaction() as db:
        rows = [[tuple(row) for row in (await db.execute(text(query))).all()] for query in WRITTEN]
    return [*rows, _files(folder)]


def _files(folder: Path) -> list[Any]:
    return [(str(path), path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file()]


async def done(desk: Desk, turn_id: str | None) -> None:
    """Wait until the turn has been decided and everything of it delivered."""
    for _ in range(200):
        for receipt in await desk.receipts.of_turns(ACME, [turn_id or ""]):
            if receipt.effects and all(effect.state == "delivered" for effect in receipt.effects):
                return
        await asyncio.sleep(0.05)
    raise AssertionError("not done in ten seconds")


@pytest.mark.parametrize("how", ["busy", "waiting"])
@pytest.mark.parametrize("where", ["turn", "look", "call"])
async def test_a_frozen_and_revived_worker_writes_nothing(
    database: Database, database_url: str, tmp_path: Path, where: str, how: str
) -> None:
    desk = Desk(database)
    desk.outbox = Outbox(database, clock=desk.clock, default=FileDeliverer(tmp_path / "files"))
    await _work_for(desk, where)
    async with held_up(database_url, where, how, str(tmp_path)) as frozen:
        os.kill(frozen.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        await worker_of(desk).drain()
        await asyncio.sleep(max(0, stopped + 3 * STALE_S - time.monotonic()))
        before = await written(database, tmp_path)
        assert [row[1] for row in before[1]] == ["delivered"]
        os.kill(frozen.pid, signal.SIGCONT)
        await asyncio.sleep(1.5)
        assert await written(database, tmp_path) == before
        assert not (tmp_path / "calls.txt").exists() or where == "call", "the receiver was not called again"
        await done(desk, (await desk.mailroom.receive(ACME, message("m2", conversation_key="k2"))).turn_id)
    assert frozen.stderr is not None
    assert b"begins anew" in await frozen.stderr.read()
    assert (await desk.audit.verify(ACME)).broken is None


async def _work_for(desk: Desk, where: str) -> None:
    """A message to decide; or one that is decided, with an effect whose first attempt was cut off where it is to be looked up."""
    if where == "turn":
        await desk.mailroom.receive(ACME, message("m1"))
        return
    await desk.mailroom.receive(ACME, message("m1"))
    await worker_of(desk, deliver=None).drain()
    if where == "look":
        async with desk.database.transaction() as db:
            await db.execute(text("UPDATE outbox SET state = 'sending', attempts = 1"))


async def test_a_revived_worker_leaves_the_job_alone_that_another_one_is_doing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    desk, begun, go_on = Desk(database), asyncio.Event(), asyncio.Event()

    async def handle(turn_id: str) -> None:
        turn = await desk.turns.load(turn_id)
        begun.set()
        await go_on.wait()
        assert turn is not None
        await desk.turns.commit(turn, answered(turn))

    arrival = await desk.mailroom.receive(ACME, message("m1"))
    async with held_up(database_url, "turn", "busy", str(tmp_path)) as frozen:
        os.kill(frozen.pid, signal.SIGSTOP)
        working = asyncio.create_task(worker_of(desk, handle=handle).drain())
        await asyncio.wait_for(begun.wait(), 10)
        before = await written(database, tmp_path)
        os.kill(frozen.pid, signal.SIGCONT)
        await asyncio.sleep(1.5)
        assert await written(database, tmp_path) == before
        go_on.set()
        await done(desk, arrival.turn_id)
        await working
    (receipt,) = await desk.receipts.list(ACME)
    assert [entry.kind for entry in receipt.entries] == ["decided", "delivered"]


async def test_a_job_that_is_no_longer_ones_own_is_neither_ended_nor_put_back(database: Database) -> None:
    desk = Desk(database)
    await desk.mailroom.receive(ACME, message("m1"))
    async with (
        AsyncConnectionPool(libpq_url(database.url), min_size=1, open=False) as pool,
        App(connector=PsycopgConnector()).open_async(pool) as app,
    ):
        mine, theirs = (OwnJobs(app.connector, stale_s=1, stalled=lambda: None) for _ in range(2))
        ids = [await manager.register_worker() for manager in (mine, theirs)]
        job = await mine.fetch_job(None, ids[0])
        assert job is not None
        async with database.transaction() as db:
            await db.execute(text("UPDATE procrastinate_jobs SET worker_id = :id"), {"id": ids[1]})
        before = await written(database, Path("/nowhere"))
        await mine.finish_job(job, Status.SUCCEEDED, delete_job=True)
        await mine.retry_job(job)
        assert await written(database, Path("/nowhere")) == before
        await theirs.finish_job(job.evolve(worker_id=ids[1]), Status.SUCCEEDED, delete_job=True)
        assert (await written(database, Path("/nowhere")))[3] == []


async def test_a_turn_is_not_failed_by_a_worker_that_has_lost_its_job(database: Database) -> None:
    desk, tries, lost = Desk(database), list[str](), asyncio.Event()

    async def handle(turn_id: str) -> None:
        tries.append(turn_id)
        await desk.turns.load(turn_id)
        if len(tries) == 3:
            await _take_over(database)
            lost.set()
        raise ValueError("not decidable")

    await desk.mailroom.receive(ACME, message("m1"))
    working = asyncio.create_task(worker_of(desk, handle=handle).run())
    await asyncio.wait_for(lost.wait(), 20)
    await asyncio.sleep(0.5)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    rows = await written(database, Path("/nowhere"))
    assert [(row[1], row[2]) for row in rows[0]] == [("running", 4)]
    assert [row[1] for row in rows[3]] == ["doing"]


async def _take_over(database: Database) -> None:
    """What another worker does that has found this one dead: it takes the job and begins the turn again."""
    async with database.transaction() as db:
        other = await db.scalar(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour') RETURNING id"))
        await db.execute(text("UPDATE procrastinate_jobs SET worker_id = :other"), {"other": other})
        await db.execute(text("UPDATE turns SET runs = runs + 1"))


async def test_a_worker_that_is_not_certainly_alive_sends_nothing(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    await desk.turns.commit(turn, answered(turn))
    async with database.transaction() as db:
        effect = int(await db.scalar(text("SELECT id FROM outbox")))
    with pytest.raises(NotDelivered):
        await desk.outbox.deliver(effect, lambda: False)
    assert desk.postbox.arrived == []
    await desk.outbox.deliver(effect)
    assert len(desk.postbox.arrived) == 1
