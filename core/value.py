"""What every value is, and a place in a text."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. Unknown fields are an error, so that a changed model never loads an old checkpoint silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Value):
    """A half-open range of characters in the cleaned text."""

    start: int
    end: int
