"""Workers: jobs of one conversation one after the other, conversations side by side, and nothing left behind by a worker that dies."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job
from procrastinate.worker import Worker as Engine
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from core.ports import Clock
from store.audit import Audit
from store.database import Database, first_line, libpq_url
from store.jobs import DELIVER, DELIVERIES, HANDLE, RESUME, TURNS
from store.outbox import WAITS
from store.rescue import refresh_statistics, requeue, rescue
from store.timers import settle, sweep

if TYPE_CHECKING:
    from psycopg import AsyncConnection as Driver

log = logging.getLogger("usher.store.worker")

# Seconds between a turn's attempts: its conversation waits meanwhile.
TURN_WAITS = (0.1, 0.5)
SOON_S = 2

LEFT = text("""
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs WHERE queue_name = ANY(:queues)
            AND (status = 'doing' OR status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now() + make_interval(secs => :soon_s)))
    ) OR EXISTS (SELECT FROM timers WHERE kind = 'settle' AND state = 'armed')
""")


class Worker:
    """Runs turns and, when ``deliver`` is given, deliveries.

    ``handle`` and ``resume`` get a turn's id, ``deliver`` an outbox row's; each must leave everything as it was when it raises.
    A turn that raises three times is handed to ``fail`` with the reason. ``heartbeat_s``, ``stale_s``: a worker that has not
    given a sign of life for ``stale_s`` seconds loses its jobs to the others. ``revive`` is awaited when the work broke off
    unasked: it may start a database server that died.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        handle: Callable[[str], Awaitable[None]],
        resume: Callable[[str], Awaitable[None]],
        fail: Callable[[str, str], Awaitable[None]],
        deliver: Callable[[int], Awaitable[None]] | None = None,
        revive: Callable[[], Awaitable[object]] | None = None,
        concurrency: int = 8,
        heartbeat_s: float = 0.5,
        stale_s: float = 6.0,
    ) -> None:
        self._database, self._clock, self._concurrency = database, clock, concurrency
        self._handle, self._resume, self._fail, self._deliver = handle, resume, fail, deliver
        self._revive, self._heartbeat_s, self._stale_s = revive, heartbeat_s, stale_s
        self._queues = [TURNS, DELIVERIES] if deliver else [TURNS]
        self._stopping = asyncio.Event()
        self._engine: Any = None

    async def run(self) -> None:
        """Work until ``stop``; what fails beneath (a connection, the database) is begun anew."""
        async with self._app() as app:
            chores = [asyncio.create_task(chore) for chore in self._chores()]
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
            chores = [asyncio.create_task(chore) for chore in (*self._chores(), hasten)]
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

    def _chores(self) -> list[Coroutine[Any, Any, None]]:
        audit = Audit(self._database)
        return [
            _every(1.0, lambda: rescue(self._database, stale_s=self._stale_s)),
            _every(0.5, lambda: sweep(self._database, self._clock.now())),
            _every(3.0, lambda: refresh_statistics(self._database)),
            _every(30.0, lambda: requeue(self._database)),
            _every(10.0, lambda: audit.extend_ledger(self._clock.now())),
        ]

    async def _left(self) -> bool:
        async with self._database.transaction() as db:
            left = await db.scalar(LEFT, {"queues": self._queues, "soon_s": SOON_S})
        return bool(left)

    @asynccontextmanager
    async def _app(self) -> AsyncIterator[App]:
        """Procrastinate with these handlers, on a pool of its own."""
        app = App(connector=PsycopgConnector())
        again = _Waits(TURN_WAITS)
        app.task(name=HANDLE, queue=TURNS, pass_context=True, retry=again)(self._handle_turn)
        app.task(name=RESUME, queue=TURNS, pass_context=True, retry=again)(self._resume_turn)
        app.task(name=DELIVER, queue=DELIVERIES, retry=_Waits(WAITS))(self._deliver_effect)
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
            await self._deliver(effect)

    async def _attempt(self, context: JobContext, turn_id: str, work: Callable[[str], Awaitable[None]]) -> None:
        try:
            await work(turn_id)
        except Exception as error:
            if context.job.attempts < len(TURN_WAITS):
                raise
            log.error("turn %s failed: %s", turn_id, type(error).__name__)  # noqa: TRY400
            await self._fail(turn_id, f"{type(error).__name__}: {first_line(error)}")


class _Waits(BaseRetryStrategy):
    """Try again after each of these many seconds; then no more."""

    def __init__(self, waits: Sequence[float]) -> None:
        self._waits = waits

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if job.attempts >= len(self._waits):
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=self._waits[job.attempts]))


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
