"""Work whose worker died, and work whose job was lost: both go back into the queue."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from store.database import Database
from store.jobs import HANDLE, RESUME, defer_deliveries, defer_turn

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REQUEUE_LOCK = 7_236_180_042

# Guarded by the worker that was found dead: a job that somebody has taken again meanwhile is left alone.
RESCUE = text("""
    WITH dead AS (
        SELECT job.id, job.worker_id FROM procrastinate_jobs AS job
        WHERE job.status = 'doing' AND NOT EXISTS (
            SELECT FROM procrastinate_workers AS worker
            WHERE worker.id = job.worker_id AND worker.last_heartbeat > now() - make_interval(secs => :stale_s)
        )
    )
    UPDATE procrastinate_jobs AS job SET status = 'todo', worker_id = NULL, scheduled_at = NULL FROM dead
    WHERE job.id = dead.id AND job.status = 'doing' AND job.worker_id IS NOT DISTINCT FROM dead.worker_id
""")

LOST_TURNS = text("""
    SELECT turn.id, turn.conversation_id, turn.status = 'waiting' AS decided FROM turns AS turn
    WHERE (
        turn.status IN ('queued', 'running')
        AND NOT EXISTS (SELECT FROM timers WHERE timers.turn_id = turn.id AND timers.kind = 'settle' AND timers.state = 'armed')
        OR turn.status = 'waiting' AND EXISTS (
            SELECT FROM approvals AS a WHERE a.turn_id = turn.id AND a.status <> 'pending' AND a.acted_at IS NULL
        )
    ) AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.lock = turn.conversation_id AND job.args ->> 'turn_id' = turn.id AND job.status IN ('todo', 'doing')
    )
    ORDER BY turn.number
""")

LOST_EFFECTS = text("""
    SELECT effect.id, effect.conversation_id, effect.channel, effect.kind FROM outbox AS effect
    WHERE effect.state IN ('pending', 'sending') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.task_name = 'usher.deliver' AND job.args ->> 'effect' = CAST(effect.id AS text) AND job.status IN ('todo', 'doing')
    )
    ORDER BY effect.id
""")


async def rescue(database: Database, *, stale_s: float) -> int:
    """Put the jobs of workers without a heartbeat for ``stale_s`` seconds back; their number."""
    async with database.transaction() as db:
        return int((await db.execute(RESCUE, {"stale_s": stale_s})).rowcount)


async def refresh_statistics(database: Database) -> None:
    """Let the planner know how long the queue is now: autovacuum looks once a minute, and a burst is over by then."""
    async with database.transaction() as db:
        await db.execute(text("ANALYZE procrastinate_jobs"))


async def requeue(database: Database) -> int:
    """Give unfinished turns and effects that no job is left for a new job; their number."""
    async with database.transaction() as db:
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": REQUEUE_LOCK})
        found = (await db.execute(LOST_TURNS)).all()
        for turn in found:
            await _requeue(db, turn)
        effects = (await db.execute(LOST_EFFECTS)).all()
        await defer_deliveries(db, effects)
        return len(found) + len(effects)


async def _requeue(db: "AsyncConnection", turn: Any) -> None:
    await defer_turn(db, RESUME if turn.decided else HANDLE, turn_id=turn.id, conversation_id=turn.conversation_id)
