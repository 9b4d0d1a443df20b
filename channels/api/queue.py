"""Dead letters: what was given up, and another try for it."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Query

from channels.api.access import allowed
from core.views import Dead, Token

if TYPE_CHECKING:
    from core.services import Services


def add(api: FastAPI, services: "Services") -> None:
    tends = allowed(services, "queue")

    @api.get("/v1/queue/dead", tags=["queue"])
    async def dead(by: Annotated[Token, tends], limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[Dead]:
        """Effects that failed or of which nobody can say whether they arrived, and failed turns; newest first."""
        return list(await services.queue.dead(by.tenant, limit=limit))

    @api.post("/v1/queue/{id}/retry", tags=["queue"])
    async def retry(id: str, by: Annotated[Token, tends]) -> Dead:
        """Try it once more, with a new budget; the answer says what it was until now."""
        return await services.queue.retry(by.tenant, id, by=by.person)
