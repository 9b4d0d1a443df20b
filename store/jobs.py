"""Jobs, deferred inside the caller's transaction. ``handle`` and ``resume`` carry the conversation's lock, and never a time to wait for;
a delivery carries that of its conversation and channel.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from store.database import raw

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job
    from sqlalchemy.ext.asyncio import AsyncConnection

HANDLE, RESUME, DELIVER = "usher.handle", "usher.resume", "usher.deliver"
TURNS, DELIVERIES = "turns", "deliveries"


async def defer_turn(db: "AsyncConnection", task: str, *, turn_id: str, conversation_id: str) -> None:
    """Let a worker run ``task`` (``HANDLE`` or ``RESUME``) on the turn, after everything of its conversation that came before."""
    job = _app().configure_task(task, queue=TURNS, lock=conversation_id, connection=await raw(db))
    await job.defer_async(turn_id=turn_id)


async def defer_deliveries(db: "AsyncConnection", effects: Sequence[Any]) -> None:
    """Let a worker deliver these outbox rows (``id``, ``conversation_id``, ``channel``, ``kind``), those of one conversation and channel
    in this order and after those before them.
    """
    if effects:
        manager = _app().job_manager
        await manager.batch_defer_jobs_async(jobs=[_delivery(effect) for effect in effects], connection=await raw(db))


def wait_s(failures: int, *, longest: float = 300.0) -> float:
    """Seconds until the next attempt after so many failed ones: 1, 4, 16, 64 …, and up to one more at random."""
    from tenacity import RetryCallState, Retrying, wait_exponential_jitter

    retrying = Retrying(wait=wait_exponential_jitter(exp_base=4, jitter=1, max=longest))
    state = RetryCallState(retrying, fn=None, args=(), kwargs={})
    state.attempt_number = failures
    return retrying.wait(state)


def _delivery(effect: Any) -> "Job":
    from procrastinate.jobs import Job

    lock = f"{effect.conversation_id}:{effect.channel or effect.kind}"
    return Job(task_name=DELIVER, queue=DELIVERIES, lock=lock, queueing_lock=None, task_kwargs={"effect": effect.id})


@cache
def _app() -> "App":
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector())
