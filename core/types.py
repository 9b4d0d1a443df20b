"""The values that travel through one turn: frozen, typed, the same in memory, in a checkpoint and on a receipt."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from core.intent import Intent
from core.value import Span, Value

Channel = Literal["email", "chat", "slack", "api"]
Action = Literal["answer", "clarify", "handoff", "escalate", "ignore"]
Verdict = Literal["allow", "ask", "deny"]
Audience = Literal["public", "internal", "restricted"]
SignalValue = str | float | bool | None


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
    ``load`` is the number of open conversations by person id, ``assigned`` when each last got one, ``absent`` who has handed their work to
    a deputy; ``now`` is the clock's reading, so that the graph needs none. ``run`` counts how often a worker began the turn: only the
    latest run may commit it.
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
    assigned: dict[str, datetime] = {}
    absent: tuple[str, ...] = ()
    failed_deliveries: int = Field(0, ge=0, description="Messages of ours in this conversation that did not arrive.")
    policy: str | None = Field(None, description="The version in force when the turn was loaded; None: the company folder's.")
    model: str | None = Field(None, description="As ``policy``: the intent model's version.")
    run: int = 0


# ---------------------------------------------------------------- what the nodes find out


class PiiSpan(Span):
    kind: str


class Intake(Value):
    """The message made readable. ``text`` is the new text only; ``automated`` names why mail was sent by a machine, else None."""

    text: str
    subject: str = ""
    quoted: str = ""
    signature: str = ""
    instructions: tuple[str, ...] = Field((), description="What addresses a machine: people see it, nothing that decides reads it.")
    language: str
    language_served: bool = True
    automated: str | None = None
    pii: tuple[PiiSpan, ...] = ()
    title: str = Field("", description="The subject, as far as it concerns the company.")
    beside: tuple[Span, ...] = Field((), description="Sentences of ``text`` that say nothing to the company: people see them.")

    @property
    def request(self) -> str:
        """``text`` with blanks for what stands beside the request, so that places in it stay the same: what decides reads this."""
        signs = list(self.text)
        for span in self.beside:
            signs[span.start : span.end] = ["\n" if sign == "\n" else " " for sign in signs[span.start : span.end]]
        return "".join(signs)


class Signal(Value):
    """One typed fact, with where it comes from. Only what ``VERIFIED`` sources say may raise authority."""

    name: str
    value: SignalValue
    source: Literal["crm", "authentication", "history", "intent", "advisor", "score", "channel"]
    observed_at: datetime | None = None
    confidence: float = 1.0
    record: str = Field("", description="The system of record that states it: crm, billing, …; empty for what was not looked up.")
    version: str = Field("", description="Of the statement in that system.")


VERIFIED = frozenset({"crm", "authentication"})


class Passage(Value):
    """A chunk of the handbook. ``score`` is the retriever's fused score, 0 to 1; ``text`` never includes front matter.

    ``language``, ``regions``, ``effective`` and ``expires`` are the page's; ``changed_at`` is when the page's present content came into the
    index.
    """

    document: str
    heading: str
    text: str = ""
    score: float
    audience: Audience = "public"
    id: str = ""
    language: str | None = None
    regions: tuple[str, ...] = ()
    effective: date | None = None
    expires: date | None = None
    changed_at: datetime | None = None


class Found(Value):
    """What a search came to: the passages in force, best first, and those ``withheld`` that would have been among them but are not in force
    on the day asked for.
    """

    passages: tuple[Passage, ...] = ()
    withheld: tuple[Passage, ...] = ()


class Caveat(Value):
    """What of the handbook must not be chosen silently: pages that disagree, or one out of force, or changed since the last answer."""

    kind: Literal["conflict", "expired", "not yet in force", "newer"]
    documents: tuple[str, ...]
    detail: str


class Citation(Value):
    document: str
    heading: str
    quote: str
    score: float


class Answer(Value):
    """What the advisor can say: text made of cited sentences, or an abstention with its reason.

    ``question`` is the one thing to ask the sender where the answer depends on what they did not say.
    """

    answer: str = ""
    abstained: bool
    reason: str = ""
    citations: tuple[Citation, ...] = ()
    question: str = ""
    caveats: tuple[Caveat, ...] = ()


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
    risk: Worth = Worth(score=0.0)
    complexity: Worth = Worth(score=0.0)
    signals: tuple[Signal, ...]
    data_quality: float = Field(ge=0, le=1)
    data_gaps: tuple[str, ...] = Field((), description="What is missing or stale, in words.")
    draft: Answer | None = None
    busy: tuple[str, ...] = Field((), description="Roster ids of people whose calendar shows them busy.")

    @property
    def win_probability(self) -> float | None:
        """Calibrated chance that the open deal is won; None without one, or without enough past deals."""
        known = next((signal.value for signal in self.signals if signal.name == "win_probability"), None)
        return known if isinstance(known, float) else None


class Cost(Value):
    """``estimated``, shown where it is so: the endpoint counted no tokens."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    estimated: bool = Field(False, exclude_if=lambda value: not value)

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            usd=round(self.usd + other.usd, 6),
            estimated=self.estimated or other.estimated,
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
    """Who must approve: ``quorum`` different people of a role, or, written ``{level: 3}``, of that level or higher (role ``level:3``)."""

    role: str
    quorum: int = Field(1, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _by_level(cls, value: object) -> object:
        if isinstance(value, dict) and "level" in value and "role" not in value:
            rest = {name: each for name, each in value.items() if name != "level"}
            return rest | {"role": f"level:{value['level']}"}
        return value

    @property
    def level(self) -> int | None:
        """The level that approvers must have reached, where the need names no role."""
        kind, _, number = self.role.partition(":")
        return int(number) if kind == "level" and number.isdigit() else None


class Sla(Value):
    """Seconds from the message's arrival, in the queue's working hours."""

    first_response_s: int
    resolution_s: int


class Alternative(Value):
    """A rule that fired and lost, or one change away from winning, and why it is not the plan.

    ``signal`` is what would have to change, ``wanted`` the nearest value with which the rule wins. ``exact``: that was tried; otherwise the
    rule's expression would have to hold, and which values make it hold is not known.
    """

    rule: str
    action: Action
    level: int
    role: str | None = None
    because: str
    signal: str | None = None
    wanted: SignalValue = None
    exact: bool = True


class Plan(Value):
    """What should happen. ``owner``, ``backups`` and ``up`` (whom it passes to when they do not answer) are roster ids; ``level`` is 0
    automation … 4 CXO. ``spend``: limit name → the amount at stake, None when nobody has said how much.
    """

    action: Action
    level: int = Field(ge=0, le=4)
    queue: str | None = None
    owner: str | None = None
    role: str | None = None
    backups: tuple[str, ...] = ()
    up: str | None = None
    approvals: tuple[ApprovalNeed, ...] = ()
    spend: dict[str, float | None] = {}
    offer: str | None = Field(None, description="The alternative of the policy that automation offers before a person is asked.")
    jurisdiction: str | None = None
    permissions: tuple[str, ...] = Field((), description="What whoever owns it must be permitted.")
    handled_in: tuple[str, ...] = Field((), description="Regions of which its owner must serve one; none: anywhere.")
    sla: Sla | None = None
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    draft: str = ""
    citations: tuple[Citation, ...] = ()


class Effect(Value):
    """One thing to do in the world. ``key`` is its idempotency key; ``guarded`` effects wait for the approval. ``channel`` names its
    dispatcher: the conversation's for a reply, ``desk`` for an assignment, ``people`` for a note to one of the company's own.
    """

    kind: Literal["reply", "assign", "notify"]
    channel: str = ""
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


class Edit(Value):
    """What a person wants changed in a request before it is approved; None leaves a part as it is."""

    text: str | None = Field(None, max_length=20_000, description="The reply's text.")
    subject: str | None = Field(None, max_length=1000)
    owner: str | None = Field(None, max_length=100, description="Roster id.")
    spend: dict[str, float] | None = Field(None, description="Limit name → amount.")


class Decision(Value):
    """What came of an approval; ``expired`` is a time-out's word, the others a person's.

    ``request`` is what was approved: the request as asked, or as edited. ``text`` is what a person answers instead (``responded``).
    """

    outcome: Literal["approved", "rejected", "responded", "expired", "superseded"]
    by: tuple[str, ...] = ()
    reason: str = ""
    digest: str = ""
    text: str = ""
    request: Request | None = None


class Watch(Value):
    """A time limit that starts with a hand-off: ``after_s`` working seconds (of ``queue``'s calendar) from the turn's arrival, ``effects``
    leave and, for a pass, ``owner`` takes over.
    """

    kind: Literal["first_response_warning", "first_response", "pass_up", "resolution_warning", "resolution"]
    queue: str
    after_s: float
    owner: str | None = None
    effects: tuple[Effect, ...] = ()
