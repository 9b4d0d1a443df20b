"""How long work lies idle when its worker is killed or frozen, read from the queue's own tables twenty times a second."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

TICK_S = 0.05
FRESH_S = 2.0
# A job that is gone this soon was finished by the statement that was under way.
OWN_S = 0.3
HELD = "SELECT id, worker_id, status::text, attempts FROM procrastinate_jobs WHERE status = 'doing' OR id = ANY(%s)"
BEATING = "SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"


@dataclass
class Held:
    """A job in the hands of a process that was killed or frozen.

    ``able_s``: seconds in which the database answered and another worker was beating, ``wall_s``: all seconds, until another took it up.
    """

    job: int
    worker: int
    attempts: int
    since: float
    able_s: float = 0.0
    wall_s: float = 0.0
    taken: bool = False


@dataclass
class Interruption:
    """A worker process, killed or frozen, and what it held."""

    kind: str
    ids: frozenset[int]
    at: float = field(default_factory=time.monotonic)
    held: list[Held] | None = None

    @property
    def open(self) -> bool:
        return self.held is None or any(not job.taken for job in self.held)

    def slowest(self) -> Held | None:
        """The job that waited longest; None when nothing was held. What its own worker finished in its last moment does not count."""
        waited = [job for job in self.held or () if job.wall_s > OWN_S or not job.taken]
        return max(waited, key=lambda job: job.able_s, default=None)


class TakeOver:
    """Follows the jobs of interrupted workers until another worker has them, or has finished them."""

    def __init__(self, url: str, workers: Path) -> None:
        self._url, self._workers = url, workers
        self.interruptions: list[Interruption] = []

    def interrupted(self, kind: str, pid: int) -> None:
        """The process ``pid`` has just been killed or frozen."""
        self.interruptions.append(Interruption(kind, frozenset(self._ids(pid))))

    async def run(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._follow()
            await asyncio.sleep(TICK_S)

    async def _follow(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=2) as db:
            before = time.monotonic()
            while True:
                await asyncio.sleep(TICK_S)
                following = [one for one in self.interruptions if one.open]
                watched = [job.job for one in following for job in one.held or ()]
                rows = {row[0]: row for row in await (await db.execute(HELD, (watched,))).fetchall()} if following else {}
                beating = {row[0] for row in await (await db.execute(BEATING, (FRESH_S,))).fetchall()} if following else set()
                now = time.monotonic()
                for one in following:
                    _observe(one, rows, able_s=now - before if beating - one.ids else 0.0, now=now)
                before = now

    def _ids(self, pid: int) -> set[int]:
        """The numbers under which the process has registered in the queue."""
        if not self._workers.exists():
            return set()
        pairs = (line.split() for line in self._workers.read_text(encoding="utf-8").splitlines())
        return {int(pair[1]) for pair in pairs if pair[0] == str(pid)}


def _observe(one: Interruption, rows: dict[int, Any], *, able_s: float, now: float) -> None:
    if one.held is None:
        mine = (row for row in rows.values() if row[2] == "doing" and row[1] in one.ids)
        one.held = [Held(job=row[0], worker=row[1], attempts=row[3], since=now) for row in mine]
        return
    for job in one.held:
        if job.taken:
            continue
        row = rows.get(job.job)
        job.able_s, job.wall_s = job.able_s + able_s, now - one.at
        job.taken = row is None or row[3] > job.attempts or (row[2] == "doing" and row[1] != job.worker)
