"""Messages as turns that are only looked at (``core.looking``): nothing of them is stored."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.types import Inbound, Past, Turn

PREVIEW = "preview"
"""The id of such a turn."""


def turns(messages: Iterable[Inbound], tenant: str, now: datetime) -> Iterator[Turn]:
    """One turn per conversation: its last message of a customer, with what was said before as history. Conversations without any are
    passed over."""
    conversations: dict[str, list[Inbound]] = {}
    for message in messages:
        conversations.setdefault(message.conversation_key or message.message_id, []).append(message)
    for key, said in conversations.items():
        last = next((index for index in range(len(said) - 1, -1, -1) if said[index].role == "customer"), None)
        if last is not None:
            yield _turn(said[last], said[:last], key, tenant, now)


def _turn(message: Inbound, before: list[Inbound], conversation: str, tenant: str, now: datetime) -> Turn:
    history = tuple(Past(role=each.role, text=each.text, at=each.sent_at) for each in before)
    return Turn(
        id=PREVIEW,
        tenant=tenant,
        conversation_id=conversation,
        channel=message.channel,
        messages=(message,),
        received_at=now,
        now=now,
        history=history,
    )
