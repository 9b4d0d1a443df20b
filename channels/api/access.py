"""Whom a request speaks for, whether they may, how often; and what became of it, on record."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from channels.api.rates import Rates
from core.access import Actor, Right
from core.errors import Forbidden, Unauthenticated, UsherError
from core.views import Token

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from core.services import Services

log = logging.getLogger("usher.channels.api")
bearer = HTTPBearer(auto_error=False, description="A token from `app.py tokens issue`.")

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def allowed(services: "Services", *rights: Right) -> Any:
    """A dependency that gives the request's token; its holder must have one of ``rights``."""

    async def check(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Token:
        rates: Rates = request.app.state.rates
        if credentials is None:
            raise Unauthenticated(problem="send a bearer token; app.py tokens issue makes one")
        try:
            token = await services.tokens.check(credentials.credentials)
        except Unauthenticated:
            rates.failed(request.client.host if request.client else "")
            raise
        request.state.token = token
        rates.take(token)
        if not services.rights(token).intersection(rights):
            raise Forbidden(who=token.person, problem=f"has no right to {' or '.join(rights)}")
        return token

    check.rights = rights  # type: ignore[attr-defined]  # for the test that every route asks
    wanted: Callable[..., Awaitable[Token]] = check
    return Depends(wanted)


def actor(services: "Services", token: Token) -> Actor:
    """The token's holder, with what they may give away."""
    return Actor(token.tenant, token.person, services.rights(token), token.id)


class Recorder:
    """Records every changing request of a known token, and every refusal (403; 429 once a minute), before the answer leaves."""

    def __init__(self, app: "ASGIApp", services: "Services", rates: Rates) -> None:
        self._app, self._services, self._rates = app, services, rates

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        scope.setdefault("state", {})
        told = False

        async def recorded(message: "Message") -> None:
            nonlocal told
            if message["type"] == "http.response.start":
                told = True
                await self._record(scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, recorded)
        except Exception:
            if not told:
                await self._record(scope, 500)
            raise

    async def _record(self, scope: "Scope", status: int) -> None:
        token: Token | None = scope["state"].get("token")
        if token is None or not self._worth(scope, status, token):
            return
        subject = scope["state"].get("subject") or str(scope.get("path_params", {}).get("id", ""))
        named = {"action": getattr(scope.get("route"), "name", "unknown"), "subject": subject}
        try:
            await self._services.acts.record(token.tenant, person=token.person, token_id=token.id, outcome=str(status), **named)
        except UsherError:
            log.exception("%s of %s (%s) is not on record", named["action"], token.person, status)

    def _worth(self, scope: "Scope", status: int, token: Token) -> bool:
        """A message that was taken in is a record of itself."""
        if status == 429:
            return self._rates.first_refusal(token.id)
        changes = scope["method"] not in READING and scope.get("path") != "/v1/messages"
        return changes or status == 403
