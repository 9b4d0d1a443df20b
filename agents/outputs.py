"""What a chat model may say: one type per prompt. Anything else counts as malformed."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""No database and no mail takes them."""


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_printable)]


class Assessed(BaseModel):
    """The one call when the embedded model is unsure: an intent of those offered (or ``none``), a draft with ``[n]`` after each sentence,
    and where the message does not say enough the one question to ask back; both may be empty.
    """

    model_config = ConfigDict(extra="forbid")
    intent: Words
    draft: Words
    question: Words = ""


class Reply(BaseModel):
    """A text to send, with ``[n]`` after each sentence, or nothing."""

    model_config = ConfigDict(extra="forbid")
    reply: Words
