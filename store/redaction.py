"""One person's words out of the checkpoints of other people's turns: what the graph will resume with is otherwise as it was."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from core.checkpoint import serializer
from core.errors import Unavailable
from core.types import Turn
from store.checkpoints import Checkpoints

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from sqlalchemy.ext.asyncio import AsyncConnection

Change = Callable[[object], object]


async def redact_checkpoint(db: "AsyncConnection", turn_id: str, *, said: frozenset[str], email: str) -> None:
    """Drop what the person ``said`` from the turn's history, and their address from whom its messages were sent to.

    A checkpoint that today's models cannot read could not be resumed either: it is dropped.
    """
    stored = Checkpoints()
    saver = _saver(lambda value: _without(value, said, email))
    try:
        await stored.give(db, turn_id, saver)
    except Unavailable:
        await stored.drop(db, turn_id)
    else:
        await stored.keep(db, turn_id, saver)


def _saver(change: Change) -> "BaseCheckpointSaver[str]":
    """A saver in memory that gives its values back changed."""
    from langgraph.checkpoint.memory import InMemorySaver

    class Redacting(InMemorySaver):
        async def alist(self, config: Any, **limits: Any) -> AsyncIterator[Any]:
            async for each in super().alist(config, **limits):
                values = {name: change(value) for name, value in each.checkpoint["channel_values"].items()}
                writes = [(task, channel, change(value)) for task, channel, value in each.pending_writes or ()]
                yield each._replace(checkpoint={**each.checkpoint, "channel_values": values}, pending_writes=writes)

    return Redacting(serde=serializer())


def _without(value: object, said: frozenset[str], email: str) -> object:
    if isinstance(value, Turn):
        history = tuple(past for past in value.history if past.text not in said)
        messages = tuple(each.model_copy(update={"to": tuple(to for to in each.to if to.casefold() != email)}) for each in value.messages)
        return value.model_copy(update={"history": history, "messages": messages})
    if isinstance(value, dict):
        return {name: _without(part, said, email) for name, part in value.items()}
    return value
