"""Whether the process answers, and whether it can do its work."""

from typing import TYPE_CHECKING

from fastapi import FastAPI, Response

if TYPE_CHECKING:
    from core.services import Services


def add(api: FastAPI, services: "Services") -> None:
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
