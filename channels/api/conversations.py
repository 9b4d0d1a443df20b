"""What people do with a conversation: take it over, give it back, close it."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from channels.api.access import allowed
from core.views import Conversation, Token

if TYPE_CHECKING:
    from core.services import Services


class Closing(BaseModel):
    """How it ended, in the company's own words: ``solved``, ``duplicate``, ``no answer``."""

    model_config = ConfigDict(extra="forbid")
    disposition: str = Field("", max_length=200)


def add(api: FastAPI, services: "Services") -> None:
    token = allowed(services, "converse")

    @api.post("/v1/conversations/{id}/take-over", tags=["conversations"])
    async def take_over(id: str, by: Annotated[Token, token]) -> Conversation:
        """From now on the token's person answers, and automation is silent."""
        return await services.conversations.take_over(by.tenant, id, person=by.person)

    @api.post("/v1/conversations/{id}/give-back", tags=["conversations"])
    async def give_back(id: str, by: Annotated[Token, token]) -> Conversation:
        """Automation may answer again."""
        return await services.conversations.give_back(by.tenant, id, person=by.person)

    @api.post("/v1/conversations/{id}/close", tags=["conversations"])
    async def close(id: str, closing: Closing, by: Annotated[Token, token]) -> Conversation:
        """Done: its time limits end, and it no longer counts as its owner's work."""
        return await services.conversations.close(by.tenant, id, person=by.person, disposition=closing.disposition)
