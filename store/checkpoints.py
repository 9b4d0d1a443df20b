"""Checkpoints of turns that wait: copied between the graph's in-memory saver and PostgreSQL, in the application's transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from core.checkpoint import serializer
from core.errors import Unavailable
from store.database import raw

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from sqlalchemy.ext.asyncio import AsyncConnection


class Checkpoints:
    """Stored checkpoints, by turn."""

    async def keep(self, db: "AsyncConnection", turn_id: str, source: "BaseCheckpointSaver[str]") -> None:
        """Copy the turn's checkpoint out of ``source``, in place of an earlier one.

        Raises:
            Unavailable: ``source`` has none under the turn's id.
        """
        target = await self._saver(db)
        await target.adelete_thread(turn_id)
        await _copy(source, target, turn_id)

    async def give(self, db: "AsyncConnection", turn_id: str, target: "BaseCheckpointSaver[str]") -> None:
        """Copy the turn's checkpoint into ``target``.

        Raises:
            Unavailable: none is stored, or its values do not fit today's models.
        """
        await _copy(await self._saver(db), target, turn_id)

    async def drop(self, db: "AsyncConnection", turn_id: str) -> None:
        await (await self._saver(db)).adelete_thread(turn_id)

    async def _saver(self, db: "AsyncConnection") -> "AsyncPostgresSaver":
        serde = serializer()
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

        return AsyncPostgresSaver(conn=await raw(db), serde=serde)


async def _copy(source: "BaseCheckpointSaver[Any]", target: "BaseCheckpointSaver[Any]", turn_id: str) -> None:
    """The newest checkpoint of every namespace, with its pending writes."""
    seen: set[str] = set()
    found = [each async for each in source.alist({"configurable": {"thread_id": turn_id}})]
    for each in found:
        namespace = each.config["configurable"].get("checkpoint_ns", "")
        if namespace not in seen:
            seen.add(namespace)
            await _put(target, turn_id, namespace, each)
    if not seen:
        raise Unavailable(what=f"checkpoint of turn {turn_id}", problem="is not there")


async def _put(target: "BaseCheckpointSaver[Any]", turn_id: str, namespace: str, each: "CheckpointTuple") -> None:
    _revalidate(turn_id, each.checkpoint["channel_values"])
    config: RunnableConfig = {"configurable": {"thread_id": turn_id, "checkpoint_ns": namespace}}
    saved = await target.aput(config, each.checkpoint, each.metadata, each.checkpoint["channel_versions"])
    by_task: dict[str, list[tuple[str, Any]]] = {}
    for task, channel, value in each.pending_writes or ():
        by_task.setdefault(task, []).append((channel, value))
    for task, writes in by_task.items():
        await target.aput_writes(saved, writes, task)


def _revalidate(turn_id: str, value: object) -> None:
    """The serializer builds a model that no longer fits without validating it: such a checkpoint must not be resumed."""
    if isinstance(value, BaseModel):
        try:
            type(value).model_validate(value.model_dump(warnings=False))
        except ValidationError as error:
            problem = f"was written by another version: {type(value).__name__} does not fit ({error.error_count()} errors)"
            raise Unavailable(what=f"checkpoint of turn {turn_id}", problem=problem) from None
    elif isinstance(value, dict):
        for part in value.values():
            _revalidate(turn_id, part)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for part in value:
            _revalidate(turn_id, part)
