"""Conversations as people see them."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.errors import NotFound
from core.services import Conversation
from core.types import Past
from store.context import past_of
from store.database import Database, clean
from store.tables import conversations

if TYPE_CHECKING:
    from sqlalchemy import Select


class Conversations:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, tenant: str, *, owner: str | None = None, limit: int = 100) -> tuple[Conversation, ...]:
        """The conversations where something happened last, newest first; ``owner``: only that person's."""
        query = select(conversations).where(conversations.c.tenant == tenant).order_by(conversations.c.updated_at.desc()).limit(limit)
        async with self._database.transaction() as db:
            rows = (await db.execute(query if owner is None else query.where(conversations.c.owner == owner))).all()
        return tuple(_conversation(row) for row in rows)

    async def show(self, tenant: str, id: str) -> tuple[Conversation, tuple[Past, ...]]:
        """The conversation and its messages in both directions, oldest first.

        Raises:
            NotFound: the tenant has no such conversation.
        """
        query: Select[Any] = select(conversations).where(conversations.c.tenant == tenant, conversations.c.id == clean(id))
        async with self._database.transaction() as db:
            row = (await db.execute(query)).one_or_none()
            if row is None:
                raise NotFound(what="conversation", id=id)
            return _conversation(row), await past_of(db, tenant, id)


def _conversation(row: Any) -> Conversation:
    return Conversation.model_validate({name: getattr(row, name) for name in Conversation.model_fields})
