"""A job is ended only by the worker that has it: one that was frozen, given up for dead and revived leaves its former jobs alone."""

import logging
import time
from collections.abc import Callable
from typing import Any

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.sql import queries
from procrastinate.utils import utcnow

log = logging.getLogger("usher.store.ownership")

MINE = """
    WITH mine AS MATERIALIZED (
        SELECT FROM procrastinate_jobs WHERE id = %(job_id)s AND worker_id = %(worker_id)s AND status = 'doing' FOR UPDATE
    )
"""


class OwnJobs(JobManager):
    """Procrastinate's statements, which match by the job's id alone, for jobs of one's own.

    It also knows the worker's pulse: ``stalled`` is called, in place of a heartbeat, when the one before is ``stale_s`` seconds old,
    since by then the others may have taken everything over.
    """

    def __init__(self, connector: BaseConnector, *, stale_s: float, stalled: Callable[[], None]) -> None:
        super().__init__(connector)
        self._stale_s, self._stalled = stale_s, stalled
        self._beat: float | None = None

    def alive(self) -> bool:
        """Whether nobody can have taken anything over yet, with half of the stall limit to spare."""
        return self._beat is not None and time.monotonic() - self._beat < self._stale_s / 2

    def check_pulse(self) -> bool:
        """False, and ``stalled`` has been told once, when this worker counts as dead."""
        if self._beat is not None and time.monotonic() - self._beat > self._stale_s:
            self._beat = None
            self._stalled()
            return False
        return True

    async def register_worker(self) -> int:
        began = time.monotonic()
        worker_id = await super().register_worker()
        self._beat = began
        return worker_id

    async def update_heartbeat(self, worker_id: int) -> None:
        began = time.monotonic()
        if self._beat is not None and self.check_pulse():
            await super().update_heartbeat(worker_id)
            self._beat = began

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._end(job, "finish_job", status=status.value, delete_job=delete_job)

    async def retry_job(
        self, job: Job, retry_at: Any = None, priority: int | None = None, queue: str | None = None, lock: str | None = None
    ) -> None:
        changed = {"new_priority": priority, "new_queue_name": queue, "new_lock": lock}
        await self._end(job, "retry_job", retry_at=retry_at or utcnow(), **changed)

    async def _end(self, job: Job, query: str, **values: Any) -> None:
        """The library's own statement, once for a job that is locked and mine, else not at all."""
        guarded: Any = f"{MINE} {queries[query].rstrip(';')} FROM mine"
        if not await self.connector.execute_query_all_async(guarded, job_id=job.id, worker_id=job.worker_id, **values):
            log.warning("job %s is no longer this worker's: it is left alone", job.id)
