"""Facts in, from systems of record; profiles out."""

from typing import TYPE_CHECKING, Annotated, Self

from fastapi import FastAPI, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, model_validator

from channels.api.access import allowed
from core.profile import About, Profile, Recorded, Statement, address_key, is_address, problem_of
from core.views import Token

if TYPE_CHECKING:
    from core.services import Services

MOST = 1_000


class NewFact(BaseModel):
    """What a record states of a ``contact`` (an address) or an ``account`` (its name). ``value`` null: it holds no longer."""

    model_config = ConfigDict(extra="forbid")
    contact: str | None = Field(None, min_length=3, max_length=320)
    account: str | None = Field(None, min_length=1, max_length=500)
    name: str = Field(max_length=100)
    value: StrictBool | float | Annotated[str, Field(max_length=500)] | None
    observed_at: AwareDatetime | None = Field(None, description="When the record saw it: since 1970, not in the future; else now.")
    version: str = Field("", max_length=200, description="The record's own name for this state of it.")
    confidence: float = Field(1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.contact is None) == (self.account is None):
            raise ValueError("a fact is about a contact or about an account")
        if self.contact is not None and not is_address(self.contact.strip()):
            raise ValueError(f"contact: {self.contact!r} is no address")
        if problem := problem_of(self._about, self.name, self.value):
            raise ValueError(f"{self.name} {problem}")
        return self

    @property
    def _about(self) -> About:
        return "account" if self.contact is None else "contact"

    def statement(self, record: str) -> Statement:
        key = (self.account or "").strip() if self.contact is None else address_key(self.contact)
        return Statement(self._about, key, self.name, self.value, record, self.observed_at, self.confidence, self.version)


class NewFacts(BaseModel):
    """``record``: the system of record that states them, as company.yaml names it (``pushed: true``)."""

    model_config = ConfigDict(extra="forbid")
    record: str = Field(max_length=100)
    statements: list[NewFact] = Field(min_length=1, max_length=MOST)


Email = Annotated[str, Path(max_length=320, description="The contact's address.")]
AsOf = Annotated[AwareDatetime | None, Query(description="What was known then, instead of now.")]


def add(api: FastAPI, services: "Services") -> None:
    facts, read = allowed(services, "facts"), allowed(services, "read")

    @api.put("/v1/facts", tags=["facts"])
    async def put_facts(new: NewFacts, request: Request, by: Annotated[Token, facts]) -> Recorded:
        """Record what a CRM or billing system states; what is known already, or older than what is known, is not recorded again."""
        request.state.subject = new.record
        return await services.profiles.push(by.tenant, new.record, [fact.statement(new.record) for fact in new.statements])

    @api.get("/v1/profiles/{email}", tags=["facts"])
    async def profile(email: Email, by: Annotated[Token, read], as_of: AsOf = None) -> Profile:
        """What is known of a contact and their account: each field with its source and the statements that disagree."""
        return await services.profiles.show(by.tenant, email, as_of)
