"""One person's data: shown to them on request, and erased."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Path

from channels.api.access import allowed
from core.views import Erased, Token

if TYPE_CHECKING:
    from core.services import Services

Email = Annotated[
    str, Path(max_length=320, description="The address that the person writes from; the id of their conversation, where they gave none.")
]


def add(api: FastAPI, services: "Services") -> None:
    admin = allowed(services, "admin")

    @api.get("/v1/people/{email}/data", tags=["personal data"])
    async def export(email: Email, by: Annotated[Token, admin]) -> Mapping[str, object]:
        """Everything stored of the person who writes from this address; that it was read is on record."""
        found = await services.personal_data.export(by.tenant, email)
        await services.acts.record(by.tenant, person=by.person, token_id=by.id, action="export", subject="", outcome="200")
        return found

    @api.delete("/v1/people/{email}/data", tags=["personal data"])
    async def erase(email: Email, by: Annotated[Token, admin]) -> Erased:
        """Erase it. Receipts keep who decided what and when, and every chain still verifies; it cannot be undone."""
        return await services.personal_data.erase(by.tenant, email, by=by.person)
