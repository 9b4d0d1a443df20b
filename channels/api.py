"""HTTP: messages in, conversations, receipts and approvals out. Every path but health wants a bearer token of its tenant and scope."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.errors import Forbidden, Unauthenticated, UsherError
from core.ports import Arrival
from core.services import Approval, Conversation, Token
from core.types import Inbound, Past, Receipt, Sender

if TYPE_CHECKING:
    from core.services import Services

MAX_TEXT = 100_000
SCOPES = {"service": {"messages", "read"}, "person": {"read", "decide"}}
bearer = HTTPBearer(auto_error=False, description="A token from `app.py tokens issue`.")


class NewMessage(BaseModel):
    """A message handed over by another system. ``authenticated`` is that system's own proof of who wrote, never the text's claim."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1, max_length=300, description="Unique per channel: the same id twice has one effect.")
    conversation_id: str | None = Field(None, max_length=300, description="Messages with the same one belong together.")
    channel: Literal["api", "chat"] = "api"
    name: str = Field("", max_length=200)
    email: str | None = Field(None, max_length=320)
    authenticated: bool = False
    subject: str = Field("", max_length=1000)
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    sent_at: AwareDatetime | None = None

    def to_inbound(self, now: datetime) -> Inbound:
        return Inbound(
            message_id=self.id,
            channel=self.channel,
            sender=Sender(name=self.name, email=self.email, authenticated=self.authenticated),
            subject=self.subject,
            text=self.text.replace("\x00", ""),
            sent_at=self.sent_at or now,
            conversation_key=self.conversation_id,
        )


class Verdict(BaseModel):
    """A person's word on an approval. ``digest`` is the one that was shown: if the request has changed since, nothing happens."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["approved", "rejected"]
    digest: str = Field(max_length=64)
    reason: str = Field("", max_length=2000)


class Transcript(BaseModel):
    """A conversation and what was said in it."""

    conversation: Conversation
    messages: list[Past]


class Problem(BaseModel):
    """Every error: one sentence that says what happened."""

    error: str


def make_api(services: "Services") -> FastAPI:
    """The web app over opened services."""
    api = FastAPI(
        title="Usher",
        version="0.1.0",
        description="Every inbound message walked to the right place, with a receipt for every decision.",
        responses={code: {"model": Problem} for code in (401, 403, 404, 409, 503)},
    )
    api.add_exception_handler(UsherError, _problem)
    for scope, routes in {"messages": _inbound, "read": _reading, "decide": _deciding}.items():
        routes(api, services, Depends(_allowed(services, scope)))
    _health(api, services)
    return api


async def _problem(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature is the framework's
    status = error.status if isinstance(error, UsherError) else 500
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error": str(error)}, status_code=status, headers=headers)


def _allowed(services: "Services", scope: str) -> Callable[..., Awaitable[Token]]:
    async def check(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Token:
        if credentials is None:
            raise Unauthenticated(problem="send a bearer token; app.py tokens issue makes one")
        token = await services.tokens.check(credentials.credentials)
        if scope not in SCOPES["service" if token.role == "service" else "person"]:
            raise Forbidden(who=token.person, problem=f"has a token without the right {scope!r}")
        return token

    return check


def _inbound(api: FastAPI, services: "Services", token: Any) -> None:
    @api.post("/v1/messages", status_code=202, tags=["messages"])
    async def receive(message: NewMessage, by: Annotated[Token, token]) -> Arrival:
        """Accept a message. 202 means that it is committed and will be routed, in order within its conversation."""
        return await services.mailroom.receive(by.tenant, message.to_inbound(services.clock.now()))


def _reading(api: FastAPI, services: "Services", token: Any) -> None:
    @api.get("/v1/conversations", tags=["conversations"])
    async def conversations(by: Annotated[Token, token], limit: Annotated[int, _limit()] = 50) -> list[Conversation]:
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
    async def receipts(by: Annotated[Token, token], limit: Annotated[int, _limit()] = 50) -> list[Receipt]:
        return list(await services.receipts.list(by.tenant, limit=limit))

    @api.get("/v1/receipts/{id}", tags=["receipts"])
    async def receipt(id: str, by: Annotated[Token, token]) -> Receipt:
        """By receipt or turn id; also while the turn waits for a person."""
        return await services.receipts.get(by.tenant, id)

    @api.get("/v1/approvals", tags=["approvals"])
    async def approvals(by: Annotated[Token, token], status: str | None = "pending") -> list[Approval]:
        return list(await services.approvals.list(by.tenant, status=status))


def _deciding(api: FastAPI, services: "Services", token: Any) -> None:
    @api.post("/v1/approvals/{id}/decision", tags=["approvals"])
    async def decide(id: str, verdict: Verdict, by: Annotated[Token, token]) -> Approval:
        """Approve or reject exactly what was shown, as the token's person."""
        return await services.approvals.decide(
            by.tenant, id, person=by.person, outcome=verdict.outcome, digest=verdict.digest, reason=verdict.reason
        )


def _health(api: FastAPI, services: "Services") -> None:
    @api.get("/health", tags=["operation"])
    async def health() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @api.get("/ready", tags=["operation"], responses={503: {"description": "Some part is not usable yet; each says why."}})
    async def ready(response: Response) -> dict[str, str]:
        """Whether messages can be taken and routed."""
        parts = dict(await services.ready())
        if any(state != "ok" for state in parts.values()):
            response.status_code = 503
        return parts


def _limit() -> Any:
    from fastapi import Query

    return Query(ge=1, le=500)


async def serve_until_stopped(services: "Services") -> None:
    """Run uvicorn on the settings' address until SIGINT or SIGTERM."""
    import uvicorn

    config = uvicorn.Config(
        make_api(services),
        host=services.settings.host,
        port=services.settings.port,
        log_level=services.settings.log_level.lower(),
        access_log=False,
    )
    await uvicorn.Server(config).serve()
