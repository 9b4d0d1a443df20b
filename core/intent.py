"""What the sender wants, how sure that is, and why: the intent of a turn, as a receipt shows it."""

from typing import Literal

from pydantic import Field

from core.value import Span, Value

Flag = Literal["threat_to_leave", "legal_threat", "complaint"]


class Label(Value):
    """``confidence``: the chance that the message wants this, given that it wants something of the company's at all."""

    label: str
    confidence: float = Field(ge=0, le=1)
    span: Span | None = None


class Entity(Value):
    type: str
    value: str
    text: str


class Near(Value):
    """A labelled example close to the message; ``similarity`` is their cosine."""

    text: str
    label: str
    similarity: float


class Moved(Value):
    """A word of the message and by how much it speaks for the first label rather than for the others (difference of logits)."""

    word: str
    weight: float


class Intent(Value):
    """What the sender wants. ``labels`` most likely first; ``set`` holds the labels that cannot be ruled out at ``coverage``.

    ``sure`` is the chance that acting on the first label is right: that the message is the company's business, and wants this. From
    ``threshold`` on the embedded model decides by itself (not ``abstained``); None: it never does, and ``caution`` says why. ``bound`` is
    the share of wrong ones among such decisions that the policy allows. What a customer chose from our options is decided without either.
    """

    labels: tuple[Label, ...]
    abstained: bool
    out_of_scope: bool
    set: tuple[str, ...] = ()
    coverage: float | None = None
    none: float = Field(0.0, ge=0, le=1, description="The chance that the message wants none of the company's intents.")
    sure: float = Field(0.0, ge=0, le=1)
    threshold: float | None = None
    margin: float | None = Field(None, description="``sure`` less ``threshold``.")
    bound: float | None = None
    caution: str = ""
    denied: tuple[str, ...] = Field((), description="Intents that the message says it does not want.")
    nearest: tuple[Near, ...] = ()
    words: tuple[Moved, ...] = ()
    urgency: float = Field(0.0, ge=0, le=1)
    sentiment: float = Field(0.0, ge=-1, le=1)
    language: str = "en"
    wants_human: bool = False
    entities: tuple[Entity, ...] = ()
    flags: tuple[Flag, ...] = ()
    source: Literal["embedded", "model"] = "embedded"

    @property
    def top(self) -> str | None:
        return self.labels[0].label if self.labels else None

    @property
    def confidence(self) -> float:
        return self.labels[0].confidence if self.labels else 0.0
