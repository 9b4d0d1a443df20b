"""HTTP: messages in, conversations, receipts and approvals out. Every path but health wants a bearer token of its tenant and right."""

import math
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from channels.api import admin, approvals, conversations, facts, health, intents, messages, people, policy, queue, reading
from channels.api.access import Recorder
from channels.api.rates import Rates
from core.errors import TooManyRequests, UsherError

if TYPE_CHECKING:
    from core.services import Services

MAX_BODY = 1_000_000


class Problem(BaseModel):
    """Every error: one sentence that says what happened."""

    error: str


WHOLE: dict[str, Any] = {"schema": {"type": "integer"}, "description": "Seconds until the next request may succeed.", "required": True}
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body cannot be read."},
    401: {"description": "No token, or one that is unknown, expired or revoked."},
    403: {"description": "The token's holder has no right to this."},
    404: {"description": "The tenant has nothing by that id."},
    409: {"description": "Somebody else was first, or what was asked for has changed since."},
    413: {"description": "The body is larger than any message.", "content": {"text/plain": {"schema": {"type": "string"}}}},
    422: {"description": "The request is not as described here."},
    429: {"description": "Too many requests in a minute.", "headers": {"Retry-After": WHOLE}},
    503: {"description": "Something that the product stands on cannot be used now."},
}


def make_api(services: "Services") -> FastAPI:
    """The web app over opened services."""
    api = FastAPI(
        title="Usher",
        version="0.1.0",
        description="Every inbound message walked to the right place, with a receipt for every decision.",
        max_body_size=MAX_BODY,
        responses={code: told if "content" in told else {"model": Problem, **told} for code, told in RESPONSES.items()},
    )
    api.state.rates = Rates(services.settings.rate_per_minute)
    for kind in (UsherError, RequestValidationError, HTTPException, Exception):
        api.add_exception_handler(kind, _problem)
    api.add_middleware(Recorder, services=services, rates=api.state.rates)
    for part in (messages, reading, conversations, approvals, queue, people, facts, policy, intents, admin, health):
        part.add(api, services)
    return api


async def _problem(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the signature is the framework's
    """Any error as a ``Problem``; what nobody expected is in the log, not in the answer."""
    status, text, headers = 500, "something went wrong here; the log says what", None
    if isinstance(error, UsherError):
        status, text = error.status, str(error)
    elif isinstance(error, RequestValidationError):
        status, text = 422, "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
    elif isinstance(error, HTTPException):
        status, text, headers = error.status_code, str(error.detail), error.headers
    if isinstance(error, TooManyRequests):
        headers = {"Retry-After": str(math.ceil(error.retry_after_s))}
    elif status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse({"error": text.encode(errors="replace").decode()}, status_code=status, headers=dict(headers or {}))


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
