"""Tokens and acts, for administrators."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from channels.api.access import actor, allowed
from core.access import Right
from core.identity import issue_token
from core.views import Act, Token

if TYPE_CHECKING:
    from core.services import Services


class NewToken(BaseModel):
    """``person``: a roster id; without one the token is a service's, called ``label``. ``scopes`` narrow what the holder may do."""

    model_config = ConfigDict(extra="forbid")
    person: str | None = Field(None, max_length=100)
    label: str = Field("", max_length=200)
    days: int = Field(90, ge=1, le=3650, description="Days until it expires.")
    scopes: list[Right] = Field([], max_length=20)


class Issued(BaseModel):
    """The secret is shown this once."""

    secret: str
    token: Token


def add(api: FastAPI, services: "Services") -> None:
    admin = allowed(services, "admin")

    @api.get("/v1/tokens", tags=["administration"])
    async def tokens(by: Annotated[Token, admin]) -> list[Token]:
        """All tokens of the tenant, newest first, without their secrets."""
        return list(await services.tokens.list(by.tenant))

    @api.post("/v1/tokens", status_code=201, tags=["administration"])
    async def issue(new: NewToken, request: Request, by: Annotated[Token, admin]) -> Issued:
        """Issue a token with no more rights than this request's own."""
        secret, token = await issue_token(
            services, actor(services, by), person=new.person, label=new.label, days=new.days, scopes=new.scopes
        )
        request.state.subject = token.id
        return Issued(secret=secret, token=token)

    @api.delete("/v1/tokens/{id}", tags=["administration"])
    async def revoke(id: str, by: Annotated[Token, admin]) -> Token:
        """Of no use from now on; revoking twice keeps the first time."""
        return await services.tokens.revoke(by.tenant, id)

    @api.get("/v1/acts", tags=["administration"])
    async def acts(by: Annotated[Token, admin], limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[Act]:
        """Who did what, and what was refused, newest first. ``outcome`` is an HTTP status."""
        return list(await services.acts.list(by.tenant, limit=limit))
