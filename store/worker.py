"""Workers: jobs of one conversation one after the other, conversations side by side, nothing left behind by a worker that dies, and
nothing written by one that was given up for dead.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job
from procrastinate.worker import Worker as Engine
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from core.errors import Unavailable
from core.ports import Clock
from store.audit import Audit
from store.database import Database, first_line, libpq_url
from store.jobs import DELIVER, DELIVERIES, HANDLE, RESUME, TURNS, wait_s
from store.outbox import NotDelivered
from store.ownership import OwnJobs
from store.rescue import refresh_statistics, requeue, rescue
from store.timers import Sweeper, settle

if TYPE_CHECKING:
    from psycopg import AsyncConnection as Driver

log = logging.getLogger("usher.store.worker")

# Seconds between a turn's attempts: its conversation waits meanwhile. It has ``TRIES`` attempts, and one more after each of these waits
# where what it stands on (the database) was not there.
TURN_WAITS = (0.1, 0.5, 1.0, 2.0)
TRIES = 3
SOON_S = 2

# Work that could begin within ``soon_s`` seconds: a job behind one of its lock that waits for longer cannot.
LEFT = text("""
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs AS job WHERE job.queue_name = ANY(:queues) AND (job.status = 'doing' OR job.status = 'todo'
            AND (job.scheduled_at IS NULL OR job.scheduled_at <= now() + make_interval(secs => :soon_s))
            AND NOT EXISTS (
                SELECT FROM procrastinate_jobs AS before WHERE before.lock = job.lock AND before.id < job.id
                    AND before.status = 'todo' AND before.scheduled_at > now() + make_interval(secs => :soon_s)
            ))
    ) OR EXISTS (SELECT FROM timers WHERE kind = 'settle' AND state = 'armed')
""")

# The run that the holder of a job has begun; none when the job is no longer its own.
OWN_RUN = text("""
    SELECT turn.runs FROM turns AS turn, procrastinate_jobs AS job
    WHERE turn.id = :turn AND job.id = :job AND job.worker_id = :worker AND job.status = 'doing'
""")

Chore = tuple[float, Callable[[], Awaitable[object]]]


class Fails(Protocol):
    async def __call__(self, turn_id: str, error: str, *, run: int | None = None) -> None:
        """As ``core.ports.Turns.fail``."""


class Worker:
    """Runs turns and, when ``deliver`` is given, deliveries.

    ``handle`` and ``resume`` get a turn's id, ``deliver`` an outbox row's and whether this worker is certainly alive; each must leave
    everything as it was when it raises. A turn that raises, or takes ``turn_s`` seconds, three times is handed to ``fail`` with the
    reason. ``heartbeat_s``, ``stale_s``: a worker that has not given a sign of life for ``stale_s`` seconds loses its jobs to the
    others; when it notices (it was frozen), it drops everything in hand and begins anew. ``revive`` is awaited when the work broke off
    unasked: it may start a database server that died. ``also``: further chores, each with the seconds between two times.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        handle: Callable[[str], Awaitable[None]],
        resume: Callable[[str], Awaitable[None]],
        fail: Fails,
        deliver: Callable[[int, Callable[[], bool]], Awaitable[None]] | None = None,
        revive: Callable[[], Awaitable[object]] | None = None,
        concurrency: int = 8,
        heartbeat_s: float = 0.5,
        stale_s: float = 6.0,
        turn_s: float = 60.0,
        also: Sequence[Chore] = (),
    ) -> None:
        self._database, self._clock, self._concurrency = database, clock, concurrency
        self._handle, self._resume, self._fail, self._deliver = handle, resume, fail, deliver
        self._revive, self._heartbeat_s, self._stale_s, self._turn_s, self._also = revive, heartbeat_s, stale_s, turn_s, also
        self._queues = [TURNS, DELIVERIES] if deliver else [TURNS]
        self._sweeper = Sweeper(database, clock)
        self._stopping = asyncio.Event()
        self._engine: Any = None
        self._in_hand = set[asyncio.Task[Any]]()
        self._alive: Callable[[], bool] = lambda: False

    async def run(self) -> None:
        """Work until ``stop``; what fails beneath (a connection, the database) is begun anew."""
        async with self._app() as app:
            chores = [asyncio.create_task(chore) for chore in self._chores(app)]
            try:
                while not self._stopping.is_set():
                    await self._work(app)
            finally:
                await _end(chores)

    def stop(self) -> None:
        """Take no more jobs; ``run`` returns when those in hand are finished."""
        self._stopping.set()
        if self._engine is not None:
            self._engine.stop()

    async def drain(self) -> None:
        """Work until no job is left that could run within ``SOON_S`` seconds, settling times cut short, and enter it in the ledger."""
        hasten = _every(0.2, lambda: settle(self._database, self._clock.now()))
        async with self._app() as app:
            chores = [asyncio.create_task(chore) for chore in (*self._chores(app), hasten)]
            try:
                while await self._left():
                    await self._work_while_left(app)
            finally:
                await _end(chores)
        await Audit(self._database).extend_ledger(self._clock.now())

    async def _work_while_left(self, app: App) -> None:
        self._engine = self._new_engine(app, polling_s=0.02, listen=False)
        working = asyncio.create_task(self._engine.run())
        try:
            while await self._left() and not working.done():
                await asyncio.wait([working], timeout=0.05)
        finally:
            self._engine.stop()
            await working

    async def _work(self, app: App) -> None:
        self._engine = self._new_engine(app, polling_s=0.2, listen=True)
        await _logged(self._engine.run())
        if not self._stopping.is_set():
            log.error("worker broke off; it begins anew")
            if self._revive is not None:
                await _logged(self._revive())
            await asyncio.sleep(1)

    def _new_engine(self, app: App, *, polling_s: float, listen: bool) -> Any:
        return Engine(
            app,
            queues=self._queues,
            concurrency=self._concurrency,
            fetch_job_polling_interval=polling_s,
            listen_notify=listen,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=self._heartbeat_s,
            stalled_worker_timeout=self._stale_s,
        )

    def _chores(self, app: App) -> list[Coroutine[Any, Any, None]]:
        audit, jobs = Audit(self._database), app.job_manager
        assert isinstance(jobs, OwnJobs)  # noqa: S101
        chores: tuple[Chore, ...] = (
            (self._heartbeat_s, _soon(jobs.check_pulse)),
            (min(1.0, self._stale_s / 2), lambda: rescue(self._database, stale_s=self._stale_s)),
            (0.5, self._sweeper.sweep),
            (3.0, lambda: refresh_statistics(self._database)),
            (30.0, lambda: requeue(self._database)),
            (10.0, lambda: audit.extend_ledger(self._clock.now())),
        )
        return [_every(seconds, work) for seconds, work in (*chores, *self._also)]

    def _begin_anew(self) -> None:
        """This worker counts as dead: whatever it has in hand may be another one's by now."""
        log.error("no heartbeat for more than %s s; this worker drops %d jobs in hand and begins anew", self._stale_s, len(self._in_hand))
        for task in self._in_hand:
            task.cancel()
        if self._engine is not None:
            self._engine.stop()

    async def _left(self) -> bool:
        async with self._database.transaction() as db:
            left = await db.scalar(LEFT, {"queues": self._queues, "soon_s": SOON_S})
        return bool(left)

    @asynccontextmanager
    async def _app(self) -> AsyncIterator[App]:
        """Procrastinate with these handlers, on a pool of its own."""
        app = App(connector=PsycopgConnector())
        jobs = OwnJobs(app.connector, stale_s=self._stale_s, stalled=self._begin_anew)
        app.job_manager, self._alive = jobs, jobs.alive
        again = _Again(lambda failures: TURN_WAITS[min(failures, len(TURN_WAITS)) - 1])
        app.task(name=HANDLE, queue=TURNS, pass_context=True, retry=again)(self._handle_turn)
        app.task(name=RESUME, queue=TURNS, pass_context=True, retry=again)(self._resume_turn)
        app.task(name=DELIVER, queue=DELIVERIES, retry=_Again(lambda failures: wait_s(failures, longest=30)))(self._deliver_effect)
        _hush("procrastinate", logging.CRITICAL)
        _hush("psycopg.pool", logging.ERROR)
        pool = AsyncConnectionPool(libpq_url(self._database.url), min_size=1, max_size=5, configure=_autocommit, open=False)
        async with pool, app.open_async(pool):
            yield app

    async def _handle_turn(self, context: JobContext, turn_id: str) -> None:
        await self._attempt(context, turn_id, self._handle)

    async def _resume_turn(self, context: JobContext, turn_id: str) -> None:
        await self._attempt(context, turn_id, self._resume)

    async def _deliver_effect(self, effect: int) -> None:
        if self._deliver is not None:
            with self._held():
                await self._deliver(effect, self._alive)

    async def _attempt(self, context: JobContext, turn_id: str, work: Callable[[str], Awaitable[None]]) -> None:
        with self._held():
            try:
                async with asyncio.timeout(self._turn_s):
                    await work(turn_id)
            except Exception as error:
                if context.job.attempts + 1 < (TRIES if not isinstance(error, Unavailable) else len(TURN_WAITS) + 1):
                    raise
                await self._give_up(context.job, turn_id, error)

    async def _give_up(self, job: Job, turn_id: str, error: Exception) -> None:
        """Fail the turn, unless somebody else has its job: then theirs is a later run, and this one's word no longer counts."""
        async with self._database.transaction() as db:
            run = await db.scalar(OWN_RUN, {"turn": turn_id, "job": job.id, "worker": job.worker_id})
        if run is not None:
            log.error("turn %s failed: %s", turn_id, type(error).__name__)
            late = f"no result within {self._turn_s:g} s" if isinstance(error, TimeoutError) else first_line(error)
            await self._fail(turn_id, f"{type(error).__name__}: {late}", run=run)

    @contextmanager
    def _held(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._in_hand.add(task)
        try:
            yield
        finally:
            self._in_hand.discard(task)


class _Again(BaseRetryStrategy):
    """The queue never drops a job: whoever does the work says when it is given up. ``waits``: failures → seconds until the next attempt.

    What was cancelled because its worker was frozen goes back at once, if it is still that worker's.
    """

    def __init__(self, waits: Callable[[int], float]) -> None:
        self._waits = waits

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        wait = exception.wait_s if isinstance(exception, NotDelivered) else self._waits(job.attempts + 1)
        wait = 0 if isinstance(exception, asyncio.CancelledError) else wait
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=wait))


def _soon(work: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    async def later() -> object:
        return work()

    return later


def _hush(name: str, level: int) -> None:
    """What these log with a traceback is logged here in a line; whoever sets their level himself still hears them."""
    logger = logging.getLogger(name)
    if logger.level == logging.NOTSET:
        logger.setLevel(level)


async def _autocommit(connection: "Driver[Any]") -> None:
    await connection.set_autocommit(True)


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do it now and then; one failure is not the next one's."""
    while True:
        await _logged(work())
        await asyncio.sleep(seconds)


async def _logged(work: Awaitable[object]) -> None:
    """A worker outlives every failure of what it stands on."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - it is begun anew
        log.warning("%s: %s", type(error).__name__, first_line(error))


async def _end(chores: Sequence["asyncio.Task[None]"]) -> None:
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
