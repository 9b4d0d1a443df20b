"""Messages in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from channels.api.access import allowed
from core.ports import Arrival
from core.types import Inbound, Sender
from core.views import Token

if TYPE_CHECKING:
    from core.services import Services

MAX_TEXT = 100_000


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

    @field_validator("sent_at")
    @classmethod
    def _possible(cls, value: AwareDatetime | None) -> AwareDatetime | None:
        """A time far outside any mail's cannot be stored or reckoned with."""
        if value is not None and not datetime(1970, 1, 1, tzinfo=UTC) <= value < datetime(2200, 1, 1, tzinfo=UTC):
            raise ValueError("no message was sent before 1970 or will be after 2199")
        return value

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


def add(api: FastAPI, services: "Services") -> None:
    token = allowed(services, "messages")

    @api.post("/v1/messages", status_code=202, tags=["messages"])
    async def receive(message: NewMessage, by: Annotated[Token, token]) -> Arrival:
        """Accept a message. 202 means that it is committed and will be routed, in order within its conversation."""
        return await services.mailroom.receive(by.tenant, message.to_inbound(services.clock.now()))
