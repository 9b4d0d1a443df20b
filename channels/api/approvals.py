"""Approvals: what waits, people's words on it, and who stands in for whom."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from channels.api.access import allowed
from channels.api.reading import limit_query
from core.errors import Forbidden
from core.types import Edit
from core.views import Approval, Delegation, Token
from graph.inbox import offer, read

if TYPE_CHECKING:
    from core.services import Services

Digest = Annotated[str, Field(max_length=64, description="The one that was shown: if the request has changed since, nothing happens.")]
Reason = Annotated[str, Field(max_length=2000)]
Status = Literal["pending", "approved", "rejected", "responded", "expired", "superseded", "all"]


class Verdict(BaseModel):
    """A person's word on an approval. ``responded`` sends ``text`` to the customer instead of what was asked."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["approved", "rejected", "responded"]
    digest: Digest
    reason: Reason = ""
    text: str = Field("", max_length=20_000)


class Change(BaseModel):
    """A change to a request. Whoever makes it cannot approve it."""

    model_config = ConfigDict(extra="forbid")
    digest: Digest
    edit: Edit
    reason: Reason = ""


class Reassignment(BaseModel):
    """``to``: roster ids, as many as the need's quorum; ``role``: which need, where several are open."""

    model_config = ConfigDict(extra="forbid")
    to: list[str] = Field(min_length=1, max_length=20)
    role: str | None = Field(None, max_length=100)
    reason: Reason = ""


class Resume(BaseModel):
    """An agent inbox's answer, in either of LangChain's shapes, to the request that ``digest`` names."""

    model_config = ConfigDict(extra="forbid")
    digest: Digest
    response: dict[str, Any] | list[dict[str, Any]]


class NewDelegation(BaseModel):
    """``deputy`` decides for ``person`` (the token's own, where none is named) from ``starts_at`` (now) until ``ends_at``."""

    model_config = ConfigDict(extra="forbid")
    deputy: str = Field(max_length=100)
    person: str | None = Field(None, max_length=100)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime


def add(api: FastAPI, services: "Services") -> None:
    _reading(api, services, allowed(services, "read"))
    _deciding(api, services, allowed(services, "decide", "converse"))
    _changing(api, services, allowed(services, "decide", "converse"), allowed(services, "decide", "assign"))
    _standing_in(api, services, allowed(services, "read"), allowed(services, "decide", "assign"))


def _reading(api: FastAPI, services: "Services", token: Any) -> None:
    @api.get("/v1/approvals", tags=["approvals"])
    async def approvals(
        by: Annotated[Token, token], status: Status = "pending", limit: Annotated[int, limit_query()] = 100
    ) -> list[Approval]:
        """Pending ones by when they expire, the soonest first; others the newest first."""
        return list(await services.approvals.list(by.tenant, status=None if status == "all" else status, limit=limit))

    @api.get("/v1/approvals/{id}", tags=["approvals"])
    async def approval(id: str, by: Annotated[Token, token]) -> Approval:
        """By its own id or its turn's, with its history."""
        return await services.approvals.show(by.tenant, id)

    @api.get("/v1/approvals/{id}/interrupt", tags=["approvals"])
    async def interrupt(id: str, by: Annotated[Token, token]) -> dict[str, Any]:
        """The request as agent inboxes show it, with the keys of both of LangChain's shapes."""
        return offer((await services.approvals.show(by.tenant, id)).request)


def _deciding(api: FastAPI, services: "Services", token: Any) -> None:
    @api.post("/v1/approvals/{id}/decision", tags=["approvals"])
    async def decide(id: str, verdict: Verdict, by: Annotated[Token, token]) -> Approval:
        """Approve or reject exactly what was shown, or answer the customer instead, as the token's person."""
        said = verdict.model_dump()
        await _own_or_decides(services, by, id, withdraws=verdict.outcome == "rejected")
        return await services.approvals.decide(by.tenant, id, person=by.person, **said)

    @api.post("/v1/approvals/{id}/resume", tags=["approvals"])
    async def resume(id: str, answer: Resume, by: Annotated[Token, token]) -> Approval:
        """An agent inbox's answer: accept, edit, response or ignore; approve, edit, reject or respond."""
        said = read(answer.response, (await services.approvals.show(by.tenant, id)).request)
        if said.word != "edited":
            await _own_or_decides(services, by, id, withdraws=said.word == "rejected")
        place = {"person": by.person, "digest": answer.digest, "reason": said.reason}
        if said.word == "edited":
            return await services.approvals.edit(by.tenant, id, **place, edit=said.edit or Edit())
        return await services.approvals.decide(by.tenant, id, **place, outcome=said.word, text=said.text)


def _changing(api: FastAPI, services: "Services", edits: Any, assigns: Any) -> None:
    @api.post("/v1/approvals/{id}/edit", tags=["approvals"])
    async def edit(id: str, change: Change, by: Annotated[Token, edits]) -> Approval:
        """Change the request as far as the policy allows; somebody else must then approve it."""
        return await services.approvals.edit(by.tenant, id, person=by.person, digest=change.digest, edit=change.edit, reason=change.reason)

    @api.post("/v1/approvals/{id}/reassign", tags=["approvals"])
    async def reassign(id: str, to: Reassignment, by: Annotated[Token, assigns]) -> Approval:
        """Let other people decide: whoever may decide it hands it on, and whoever leads reassigns anything."""
        leading = "assign" in services.rights(by)
        return await services.approvals.reassign(by.tenant, id, person=by.person, to=to.to, role=to.role, reason=to.reason, leading=leading)


def _standing_in(api: FastAPI, services: "Services", reads: Any, decides: Any) -> None:
    @api.get("/v1/delegations", tags=["approvals"])
    async def delegations(by: Annotated[Token, reads]) -> list[Delegation]:
        """Those that have not ended."""
        return list(await services.delegations.list(by.tenant))

    @api.post("/v1/delegations", tags=["approvals"], status_code=201)
    async def delegate(new: NewDelegation, by: Annotated[Token, decides]) -> Delegation:
        """Let a deputy decide while somebody is absent; for others than oneself that takes the right to assign."""
        person = new.person or by.person
        _own_or_leads(services, by, person)
        starts_at = new.starts_at or services.clock.now()
        return await services.delegations.add(
            by.tenant, person=person, deputy=new.deputy, starts_at=starts_at, ends_at=new.ends_at, by=by.person
        )

    @api.delete("/v1/delegations/{id}", tags=["approvals"])
    async def end(id: str, by: Annotated[Token, decides]) -> Delegation:
        """The absent person is back."""
        _own_or_leads(services, by, (await services.delegations.get(by.tenant, id)).person)
        return await services.delegations.revoke(by.tenant, id)


async def _own_or_decides(services: "Services", by: Token, id: str, *, withdraws: bool) -> None:
    """Without the right to decide, all that is left is to withdraw what one has changed oneself."""
    if "decide" in services.rights(by):
        return
    asked = await services.approvals.show(by.tenant, id)
    if not withdraws or asked.requested_by != by.person:
        raise Forbidden(who=by.person, problem="has no right to decide")


def _own_or_leads(services: "Services", by: Token, person: str) -> None:
    if person != by.person and "assign" not in services.rights(by):
        raise Forbidden(who=by.person, problem=f"may not settle who stands in for {person}")
