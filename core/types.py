"""The values that travel through one turn: frozen, typed, the same in memory, in a checkpoint and on a receipt."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Channel = Literal["email", "chat", "slack", "api"]
Action = Literal["answer", "clarify", "handoff", "escalate", "ignore"]
Verdict = Literal["allow", "ask", "deny"]
Audience = Literal["public", "internal", "restricted"]
SignalValue = str | float | bool | None


class Value(BaseModel):
    """A frozen value. Unknown fields are an error, so that a changed model never loads an old checkpoint silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---------------------------------------------------------------- what comes in


class Sender(Value):
    """Who wrote, as the channel saw it. ``authenticated`` is the channel's own proof of identity, never a claim in the text."""

    name: str = ""
    email: str | None = None
    authenticated: bool = False


class Attachment(Value):
    name: str
    media_type: str
    size: int = Field(description="bytes")


class Inbound(Value):
    """One message as a channel translated it: decoded text, no interpretation.

    ``headers`` keeps only what intake needs (lower-case names); ``references`` are ids of earlier messages of the thread, newest last.
    """

    message_id: str
    channel: Channel
    sender: Sender
    role: Literal["customer", "agent"] = "customer"
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str
    sent_at: datetime
    conversation_key: str | None = None
    references: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    attachments: tuple[Attachment, ...] = ()


class Past(Value):
    """One earlier message of the conversation, either direction."""

    role: Literal["customer", "agent", "automation"]
    text: str
    at: datetime
    intent: str | None = None
    action: Action | None = None


class Turn(Value):
    """What the router is asked to decide: the new messages of one sender, and what was known when the turn began.

    ``mode`` is ``human`` after a take-over. ``open_approvals`` are ids of approvals of this conversation still pending.
    ``load`` is the number of open conversations by person id; ``now`` is the clock's reading, so that the graph needs none.
    """

    id: str
    tenant: str
    conversation_id: str
    channel: Channel
    messages: tuple[Inbound, ...]
    received_at: datetime
    now: datetime
    history: tuple[Past, ...] = ()
    mode: Literal["automation", "human"] = "automation"
    owner: str | None = None
    open_approvals: tuple[str, ...] = ()
    load: dict[str, int] = {}


# ---------------------------------------------------------------- what the nodes find out


class Span(Value):
    """A half-open range of characters in the cleaned text."""

    start: int
    end: int


class PiiSpan(Span):
    kind: str


class Intake(Value):
    """The message made readable. ``text`` is the new text only; ``automated`` names why mail was sent by a machine, else None."""

    text: str
    subject: str = ""
    quoted: str = ""
    signature: str = ""
    language: str
    language_served: bool = True
    automated: str | None = None
    pii: tuple[PiiSpan, ...] = ()


class Label(Value):
    label: str
    confidence: float = Field(ge=0, le=1)
    span: Span | None = None


class Entity(Value):
    type: str
    value: str
    text: str


class Intent(Value):
    """What the sender wants. ``labels`` most likely first; ``set`` holds the labels that cannot be ruled out."""

    labels: tuple[Label, ...]
    abstained: bool
    out_of_scope: bool
    set: tuple[str, ...] = ()
    urgency: float = Field(0.0, ge=0, le=1)
    sentiment: float = Field(0.0, ge=-1, le=1)
    language: str = "en"
    wants_human: bool = False
    entities: tuple[Entity, ...] = ()
    flags: tuple[Literal["threat_to_leave", "legal_threat", "complaint"], ...] = ()
    source: Literal["embedded", "model"] = "embedded"

    @property
    def top(self) -> str | None:
        return self.labels[0].label if self.labels else None

    @property
    def confidence(self) -> float:
        return self.labels[0].confidence if self.labels else 0.0


class Signal(Value):
    """One typed fact, with where it comes from. Only what ``VERIFIED`` sources say may raise authority."""

    name: str
    value: SignalValue
    source: Literal["crm", "authentication", "history", "intent", "advisor", "score", "channel"]
    observed_at: datetime | None = None
    confidence: float = 1.0


VERIFIED = frozenset({"crm", "authentication"})


class Passage(Value):
    """A chunk of the handbook. ``score`` is the retriever's fused score, 0 to 1; ``text`` never includes front matter."""

    document: str
    heading: str
    text: str = ""
    score: float
    audience: Audience = "public"


class Citation(Value):
    document: str
    heading: str
    quote: str
    score: float


class Answer(Value):
    """What the advisor can say: text made of cited sentences, or an abstention with its reason."""

    answer: str = ""
    abstained: bool
    reason: str = ""
    citations: tuple[Citation, ...] = ()


class Contribution(Value):
    signal: str
    value: SignalValue
    weight: float
    points: float


class Worth(Value):
    """What the conversation is worth, 0 to 100, and what each signal added."""

    score: float
    contributions: tuple[Contribution, ...] = ()


class Assessment(Value):
    """The join of intent, signals and passages: what ``policy.decide`` sees of the message."""

    intent: Intent
    value: Worth
    signals: tuple[Signal, ...]
    data_quality: float = Field(ge=0, le=1)
    draft: Answer | None = None


class Cost(Value):
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            usd=round(self.usd + other.usd, 6),
        )


class Step(Value):
    """One agent's work in the turn. ``evidence`` is what its result rests on, in a line."""

    agent: str
    version: str
    ms: float
    confidence: float | None = None
    evidence: str = ""


# ---------------------------------------------------------------- what is decided


class ApprovalNeed(Value):
    role: str
    quorum: int = Field(1, ge=1)


class Sla(Value):
    """Seconds from the message's arrival, in the queue's working hours."""

    first_response_s: int
    resolution_s: int


class Alternative(Value):
    """A rule that fired and lost, or nearly fired, and why it is not the plan."""

    rule: str
    action: Action
    level: int
    role: str | None = None
    because: str


class Plan(Value):
    """What should happen. ``owner`` and ``backups`` are roster ids; ``level`` 0 automation … 4 CXO."""

    action: Action
    level: int = Field(ge=0, le=4)
    queue: str | None = None
    owner: str | None = None
    role: str | None = None
    backups: tuple[str, ...] = ()
    approvals: tuple[ApprovalNeed, ...] = ()
    sla: Sla | None = None
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    draft: str = ""
    citations: tuple[Citation, ...] = ()


class Effect(Value):
    """One thing to do in the world. ``key`` is its idempotency key; ``guarded`` effects wait for the approval."""

    kind: Literal["reply", "assign", "notify"]
    to: str
    key: str
    text: str = ""
    subject: str = ""
    guarded: bool = False


class Ruling(Value):
    """The guardian's word on plan and effects."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()


class Request(Value):
    """What an approver is asked to decide. ``digest`` binds the decision to exactly this plan and these effects."""

    digest: str
    needs: tuple[ApprovalNeed, ...]
    plan: Plan
    effects: tuple[Effect, ...]
    reasons: tuple[str, ...] = ()
    expires_at: datetime


class Decision(Value):
    """What came of an approval; ``expired`` is a time-out's word, the others a person's."""

    outcome: Literal["approved", "rejected", "expired", "superseded"]
    by: tuple[str, ...] = ()
    reason: str = ""
    digest: str = ""


# ---------------------------------------------------------------- what is kept


class EntryView(Value):
    kind: str
    at: datetime
    hash: str


class EffectView(Value):
    kind: str
    to: str
    key: str
    state: str


class PassageView(Value):
    document: str
    heading: str
    score: float


class Receipt(Value):
    """The joined view of one turn, as ``route --json`` prints it."""

    id: str
    turn_id: str
    message_ids: tuple[str, ...]
    conversation_id: str
    tenant: str
    channel: Channel
    received_at: datetime
    sender: str = ""
    subject: str = ""
    status: Literal["done", "waiting", "failed"] = "done"
    intent: Intent
    value: Worth
    signals: tuple[Signal, ...]
    data_quality: float
    passages: tuple[PassageView, ...]
    plan: Plan
    verdict: Verdict
    verdict_reasons: tuple[str, ...] = ()
    approval_id: str | None = None
    effects: tuple[EffectView, ...] = ()
    policy_version: str
    model_versions: dict[str, str]
    degraded: tuple[str, ...] = ()
    cost: Cost
    steps: tuple[Step, ...]
    entries: tuple[EntryView, ...] = ()
