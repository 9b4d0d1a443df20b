"""What a chat model may say: one type per prompt. Anything else counts as malformed."""

from pydantic import BaseModel, ConfigDict, Field


class Assessed(BaseModel):
    """The one call when the embedded model is unsure: an intent of those offered (or ``none``), and a draft with ``[n]`` citations."""

    model_config = ConfigDict(extra="forbid")
    intent: str = Field(description="one of the offered intents, or none")
    draft: str = Field(description="the reply with [n] after each sentence, or empty")


class Reply(BaseModel):
    """A text to send, with ``[n]`` after each sentence."""

    model_config = ConfigDict(extra="forbid")
    reply: str = Field(description="the reply with [n] after each sentence, or empty")
