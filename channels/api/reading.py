"""Conversations and receipts out."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel

from channels.api.access import allowed
from core.receipt import Receipt
from core.types import Past
from core.views import Conversation, Token

if TYPE_CHECKING:
    from core.services import Services


class Transcript(BaseModel):
    """A conversation and what was said in it."""

    conversation: Conversation
    messages: list[Past]


def limit_query() -> Any:
    """How many rows an answer may have."""
    from fastapi import Query

    return Query(ge=1, le=500)


def add(api: FastAPI, services: "Services") -> None:
    token = allowed(services, "read")

    @api.get("/v1/conversations", tags=["conversations"])
    async def conversations(by: Annotated[Token, token], limit: Annotated[int, limit_query()] = 50) -> list[Conversation]:
        """The conversations of the token's tenant, newest first."""
        return list(await services.conversations.list(by.tenant, limit=limit))

    @api.get("/v1/conversations/{id}", tags=["conversations"])
    async def conversation(id: str, by: Annotated[Token, token]) -> Transcript:
        """One conversation with its messages in both directions, oldest first."""
        found, messages = await services.conversations.show(by.tenant, id)
        return Transcript(conversation=found, messages=list(messages))

    @api.get("/v1/conversations/{id}/receipts", tags=["receipts"])
    async def conversation_receipts(id: str, by: Annotated[Token, token]) -> list[Receipt]:
        await services.conversations.show(by.tenant, id)
        return list(await services.receipts.of_conversation(by.tenant, id))

    @api.get("/v1/receipts", tags=["receipts"])
    async def receipts(by: Annotated[Token, token], limit: Annotated[int, limit_query()] = 50) -> list[Receipt]:
        return list(await services.receipts.list(by.tenant, limit=limit))

    @api.get("/v1/receipts/{id}", tags=["receipts"])
    async def receipt(id: str, by: Annotated[Token, token]) -> Receipt:
        """By receipt or turn id; also while the turn waits for a person."""
        return await services.receipts.get(by.tenant, id)
