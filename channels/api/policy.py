"""The policy: which version decides, and who may change that."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from channels.api.access import allowed
from core.views import Activation, PolicyInForce, Token

if TYPE_CHECKING:
    from core.services import Services


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field("", max_length=1000)


class NewPolicy(Why):
    """``text`` is a whole policy.yaml. It comes into force with the people of the company's roster as they are now."""

    text: str = Field(min_length=1, max_length=500_000)


def add(api: FastAPI, services: "Services") -> None:
    reads, decides = allowed(services, "read"), allowed(services, "policy")

    @api.get("/v1/policy", tags=["policy"])
    async def policy(by: Annotated[Token, reads]) -> PolicyInForce:
        """The version in force, and who put which in force when, newest first."""
        return await services.library.state(by.tenant)

    @api.post("/v1/policy/activate", tags=["policy"])
    async def activate(new: NewPolicy, request: Request, by: Annotated[Token, decides]) -> Activation:
        """Check it, keep it, and put it in force: it decides every turn that is begun from now on."""
        done = await services.library.activate(by.tenant, text=new.text, file="policy", person=by.person, reason=new.reason)
        request.state.subject = done.version
        return done

    @api.post("/v1/policy/rollback", tags=["policy"])
    async def rollback(request: Request, by: Annotated[Token, decides], why: Why | None = None) -> Activation:
        """Put in force again what was before the present version; repeated, it goes further back."""
        done = await services.library.rollback(by.tenant, person=by.person, reason=why.reason if why else "")
        request.state.subject = done.version
        return done
