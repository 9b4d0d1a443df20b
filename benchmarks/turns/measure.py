"""Runs of turns against worker processes, timed by the database's own commit times."""

import asyncio
import contextlib
import itertools
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
import psycopg

from benchmarks.crew import TENANT, Fixed
from core.types import Inbound, Sender

ROOT = Path(__file__).parents[2]
NAME = "usher-turns"
# Arrival committed, turn committed: the transactions that last wrote the two rows (track_commit_timestamp).
TIMES = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(m.xmin)), extract(epoch FROM pg_xact_commit_timestamp(t.xmin))
    FROM messages AS m JOIN turns AS t ON t.id = m.turn_id WHERE m.id > %s AND t.status IN ('done', 'waiting') AND t.runs = 1
"""
LEFT = """
    SELECT (SELECT count(*) FROM turns WHERE status IN ('queued', 'running'))
        + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))
        + (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
"""
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
WANTS = ("question", "question", "trouble", "question", "trouble", "question", "trouble", "complaint")


@dataclass
class Timing:
    """One run: seconds per turn from arrival to commit, turns a second, CPU milliseconds and commits a turn."""

    latency: list[float]
    per_second: float
    cpu_ms: float
    commits: float

    @property
    def p50_ms(self) -> float:
        return 1000 * median(self.latency)

    @property
    def p95_ms(self) -> float:
        return 1000 * quantiles(self.latency, n=20)[-1]


class Bench:
    """One database. ``stored``: how many conversations are there to write to again; every other message opens a new one."""

    _numbers = itertools.count()

    def __init__(self, url: str, postmaster: int, *, stored: int = 0) -> None:
        self.url, self.stored, self._postmaster = url, stored, postmaster
        self._services = Fixed(url, Path(), patient=True)

    async def open(self) -> None:
        await self._services.open()

    async def close(self) -> None:
        await self._services.close()

    async def settle(self) -> None:
        """Enter in the ledger what a worker would enter within the next seconds."""
        await self._services.audit.extend_ledger(self._services.clock.now())

    async def arrive(self) -> None:
        """Store one message with its turn and job, as every channel does."""
        n = next(self._numbers)
        old = self.stored > 0 and n % 2 == 0
        key = f"s{n * 7919 % self.stored}" if old else f"new{n}"
        who = Sender(name="Customer", email=f"{key}@customer.example", authenticated=True)
        text = f"{WANTS[n % len(WANTS)]} about the quay, number {n}"
        message = Inbound(message_id=f"bench-{n}", channel="api", sender=who, text=text, sent_at=datetime.now(UTC), conversation_key=key)
        await self._services.mailroom.receive(TENANT, message)

    async def paced(self, turns: int, *, every_s: float, workers: Sequence[int] = (8,)) -> Timing:
        """One message after the other."""
        async with self._working(workers) as run:
            await run.go()
            for n in range(turns):
                await asyncio.sleep(max(0.0, run.began + n * every_s - time.monotonic()))
                await self.arrive()
            await run.done()
        return run.timing()

    async def burst(self, turns: int, *, workers: Sequence[int], began: Callable[[], None] = lambda: None) -> Timing:
        """All messages lie there when the workers begin; ``began`` is called just before."""
        async with self._working(workers) as run:
            for _ in range(turns):
                await self.arrive()
            began()
            await run.go()
            await run.done()
        return run.timing()

    @asynccontextmanager
    async def _working(self, workers: Sequence[int]) -> AsyncIterator["_Run"]:
        for _ in range(20 * len(workers)):
            await self.arrive()
        processes = [await _start(self.url, concurrency) for concurrency in workers]
        try:
            run = _Run(self.url, processes, self._postmaster)
            yield run
        finally:
            for process in processes:
                await _end(process)
        run.after()


class _Run:
    """From ``go`` until everything is delivered. The driver's own looks are one transaction."""

    def __init__(self, url: str, processes: list[asyncio.subprocess.Process], postmaster: int) -> None:
        self._url, self._processes, self._postmaster = url, processes, postmaster
        self._before = self._cpu = self._commits = self._after = 0.0
        self._mark = 0
        with psycopg.connect(url) as db:
            self._mark = int((db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone() or (0,))[0])
        self.began = time.monotonic()

    async def go(self) -> None:
        await asyncio.sleep(1.2)
        self._commits, self._before = self._counted(), self._used()
        self.began = time.monotonic()
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            await process.stdin.drain()

    async def done(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url) as db:
            left = await _left(db)
            while left:
                await asyncio.sleep(0.05)
                left = await _left(db)
        self._cpu = self._used() - self._before

    def after(self) -> None:
        """The workers are gone, and what they did has been counted."""
        time.sleep(0.3)
        self._after = self._counted()

    def timing(self) -> Timing:
        with psycopg.connect(self._url) as db:
            rows = [(float(row[0]), float(row[1])) for row in db.execute(TIMES, (self._mark,)).fetchall()]
        ends = sorted(end for _, end in rows)
        per_second = (len(ends) - 1) / (ends[-1] - ends[0])
        arrivals = len(rows)
        return Timing(
            [end - begin for begin, end in rows], per_second, 1000 * self._cpu / len(rows), (self._after - self._commits) / arrivals
        )

    def _used(self) -> float:
        """CPU seconds of the workers and of every PostgreSQL process so far, ended ones included."""
        server = psutil.Process(self._postmaster)
        used = server.cpu_times()
        total = used.user + used.system + used.children_user + used.children_system
        for process in [*server.children(), *(psutil.Process(worker.pid) for worker in self._processes)]:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return float(total)

    def _counted(self) -> float:
        with psycopg.connect(self._url) as db:
            row = db.execute(COMMITS).fetchone()
        return float(row[0]) if row else 0.0


async def _left(db: "psycopg.AsyncConnection[Any]") -> int:
    row = await (await db.execute(LEFT)).fetchone()
    return int(row[0]) if row else 0


async def _start(url: str, concurrency: int) -> asyncio.subprocess.Process:
    command = ("-m", "benchmarks.turns.process", "--url", f"{url}&application_name={NAME}", "--concurrency", str(concurrency))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdin=pipe, stdout=pipe, start_new_session=True)
    assert process.stdout is not None
    if (await process.stdout.readline()).strip() != b"ready":
        raise RuntimeError("a worker process did not start")
    return process


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let it finish; whatever does not is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), timeout=15)
    except TimeoutError:
        process.kill()
        await process.wait()
