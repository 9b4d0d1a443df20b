"""Jobs, deferred inside the caller's transaction. ``handle`` and ``resume`` carry the conversation's lock, and never a time to wait for."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from store.database import raw

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.types import JSONDict
    from sqlalchemy.ext.asyncio import AsyncConnection

HANDLE, RESUME, DELIVER = "usher.handle", "usher.resume", "usher.deliver"
TURNS, DELIVERIES = "turns", "deliveries"


async def defer_turn(db: "AsyncConnection", task: str, *, turn_id: str, conversation_id: str) -> None:
    """Let a worker run ``task`` (``HANDLE`` or ``RESUME``) on the turn, after everything of its conversation that came before."""
    job = _app().configure_task(task, queue=TURNS, lock=conversation_id, connection=await raw(db))
    await job.defer_async(turn_id=turn_id)


async def defer_deliveries(db: "AsyncConnection", effects: Sequence[int]) -> None:
    """Let a worker deliver these outbox rows."""
    if effects:
        job = _app().configure_task(DELIVER, queue=DELIVERIES, connection=await raw(db))
        arguments: list[JSONDict] = [{"effect": effect} for effect in effects]
        await job.batch_defer_async(*arguments)


@cache
def _app() -> "App":
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector())
