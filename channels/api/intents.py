"""What messages wanted, as people say; and which intent model reads them."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from channels.api.access import allowed
from channels.api.policy import Why
from core.company import LONGEST_NAME
from core.learning import Example, Models, Outcome, Status
from core.views import Activation, Token

if TYPE_CHECKING:
    from core.services import Services


class Correction(Why):
    """``intent``: what the message wanted; null: none of the company's intents."""

    intent: str | None = Field(max_length=LONGEST_NAME)


class Reviewed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: Outcome


def add(api: FastAPI, services: "Services") -> None:
    says, reads, decides = allowed(services, "converse", "decide"), allowed(services, "read"), allowed(services, "policy")

    @api.post("/v1/receipts/{id}/intent", tags=["intents"])
    async def correct_intent(id: str, said: Correction, by: Annotated[Token, says]) -> Example:
        """Say what a message wanted, by its receipt's or turn's id. No decision changes; once accepted, training learns from it."""
        return await services.examples.correct(by.tenant, id, label=said.intent, person=by.person, reason=said.reason)

    @api.get("/v1/intents/examples", tags=["intents"])
    async def examples(
        by: Annotated[Token, reads], status: Status = "pending", limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> list[Example]:
        """What people said that messages wanted, oldest first."""
        return list(await services.examples.list(by.tenant, status=status, limit=limit))

    @api.post("/v1/intents/examples/{id}/review", tags=["intents"])
    async def review_example(id: str, review: Reviewed, by: Annotated[Token, decides]) -> Example:
        """Let the next training learn from it, or not. A later review counts."""
        return (await services.examples.review(by.tenant, {id: review.outcome}, person=by.person))[0]

    @api.get("/v1/intents/models", tags=["intents"])
    async def models(by: Annotated[Token, reads]) -> Models:
        """The models that were kept, which is in force, and who put which in force when; newest first."""
        return await services.intents.state(by.tenant)

    @api.post("/v1/intents/models/{id}/activate", tags=["intents"])
    async def activate_model(id: str, by: Annotated[Token, decides], why: Why | None = None) -> Activation:
        """Put it in force: it reads every turn that is begun from now on. `app.py intents train` makes one."""
        return await services.intents.activate(by.tenant, id, person=by.person, reason=why.reason if why else "")

    @api.post("/v1/intents/rollback", tags=["intents"])
    async def rollback_model(request: Request, by: Annotated[Token, decides], why: Why | None = None) -> Activation:
        """Put in force again what was before the present model; repeated, it goes further back."""
        done = await services.intents.rollback(by.tenant, person=by.person, reason=why.reason if why else "")
        request.state.subject = done.version
        return done
