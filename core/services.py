"""What commands and web handlers may use: the composed product, as protocols, and what they are shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from core.company import Company, Person
from core.ports import Clock, Mailroom, Retriever
from core.settings import Settings
from core.types import Answer, ApprovalNeed, Channel, Effect, Intent, Past, Receipt, Request, Value

Progress = Callable[[str], None]
Word = Literal["approved", "rejected"]


class Vote(Value):
    """One person's word. ``role`` is the need that it counts for."""

    person: str
    role: str
    outcome: Word
    reason: str
    at: datetime


class Approval(Value):
    """An approval as people see it. ``reason`` says why a closed one was closed, where somebody said so."""

    id: str
    tenant: str
    turn_id: str
    conversation_id: str
    status: Literal["pending", "approved", "rejected", "expired", "superseded"]
    request: Request
    reason: str
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    votes: tuple[Vote, ...]

    def missing(self) -> tuple[ApprovalNeed, ...]:
        """The needs that are short of approvers, each with the number still missing as its quorum."""
        given = [vote.role for vote in self.votes if vote.outcome == "approved"]
        short = ((need, need.quorum - given.count(need.role)) for need in self.request.needs)
        return tuple(ApprovalNeed(role=need.role, quorum=left) for need, left in short if left > 0)

    def closing(self) -> str:
        """How and when it was closed, and by whom, for whoever came too late."""
        people = ", ".join(vote.person for vote in self.votes if vote.outcome == self.status)
        at = f" at {self.closed_at:%Y-%m-%d %H:%M:%S %Z}" if self.closed_at else ""
        return f"{self.status}{f' by {people}' if people else ''}{at}{f' ({self.reason})' if self.reason else ''}"


class Conversation(Value):
    """``mode`` is ``human`` after a take-over; ``owner`` is a roster id."""

    id: str
    tenant: str
    channel: Channel
    subject: str
    customer: str | None
    mode: Literal["automation", "human"]
    owner: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class Token(Value):
    """Who a secret speaks for: a roster person in a role, or a service (role ``service``). The secret itself is not kept."""

    id: str
    tenant: str
    person: str
    role: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Broken(Value):
    """The first link that does not hold: the entry's place, and what is wrong with it."""

    conversation: str
    seq: int
    problem: str


class Verified(Value):
    """What was checked. ``broken`` is None when everything holds."""

    conversations: int
    entries: int
    ledger: int
    broken: Broken | None = None


class Sent(Value):
    """An effect of the outbox and what became of it."""

    turn_id: str
    effect: Effect
    state: str


class Approvals(Protocol):
    async def list(self, tenant: str, *, status: str | None = "pending", limit: int = 100) -> Sequence[Approval]:
        """The newest approvals of that status (None: of any), newest first."""

    async def show(self, tenant: str, id: str) -> Approval:
        """By its own id or its turn's. Raises NotFound."""

    async def decide(self, tenant: str, id: str, *, person: str, outcome: Word, digest: str, reason: str = "") -> Approval:
        """Record a person's word on exactly what ``digest`` names.

        Raises:
            NotFound, Forbidden, Conflict: which of them says why.
        """


class Receipts(Protocol):
    async def get(self, tenant: str, id: str) -> Receipt:
        """By receipt or turn id. Raises NotFound."""

    async def of_turns(self, tenant: str, turn_ids: Sequence[str]) -> Sequence[Receipt]:
        """In the order given."""

    async def of_conversation(self, tenant: str, conversation_id: str) -> Sequence[Receipt]:
        """Oldest first."""

    async def list(self, tenant: str, *, status: str | None = None, limit: int = 100) -> Sequence[Receipt]:
        """Newest first."""


class Conversations(Protocol):
    async def list(self, tenant: str, *, owner: str | None = None, limit: int = 100) -> Sequence[Conversation]:
        """Where something happened last, newest first."""

    async def show(self, tenant: str, id: str) -> tuple[Conversation, tuple[Past, ...]]:
        """The conversation and its messages in both directions, oldest first. Raises NotFound."""


class Tokens(Protocol):
    async def issue(self, tenant: str, *, person: str, role: str, label: str = "", expires_at: datetime | None = None) -> tuple[str, Token]:
        """A new secret, returned this once, and its token."""

    async def check(self, secret: str) -> Token:
        """Whom the secret speaks for. Raises Unauthenticated."""

    async def list(self, tenant: str) -> Sequence[Token]:
        """Revoked ones too, newest first."""

    async def revoke(self, tenant: str, id: str) -> Token:
        """Of no use from now on. Raises NotFound."""


class Audit(Protocol):
    async def verify(self, tenant: str) -> Verified:
        """Recompute every digest and hash; stops at the first link that does not hold."""


class Worker(Protocol):
    async def run(self) -> None:
        """Work until ``stop``."""

    def stop(self) -> None:
        """Take no more jobs."""

    async def drain(self) -> None:
        """Work until nothing is left that could run now."""


class Outbox(Protocol):
    async def list(self, tenant: str) -> Sequence[Sent]:
        """Every effect, oldest first."""


class Knowledge(Protocol):
    async def ingest(self, tenant: str, progress: Progress) -> Mapping[str, object]:
        """Bring the index up to the handbook; counts, and what was skipped and why."""

    async def ask(self, tenant: str, question: str) -> Answer:
        """Cited sentences, or an abstention."""

    def retriever(self, tenant: str) -> Retriever: ...


class IntentModels(Protocol):
    """The intent models of the companies, trained on first use."""

    def train(self, tenant: str, progress: Progress) -> str:
        """Load or train the company's own; its version."""

    def train_file(self, data: Path, out: Path, progress: Progress) -> str:
        """Train on a file of one's own; the model goes to ``out``. Raises InvalidFile naming the row."""

    def predict(self, texts: Sequence[str], *, tenant: str | None, model: Path | None) -> Sequence[tuple[str, Intent, float]]:
        """Text, intent, and milliseconds."""


class Services(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def companies(self) -> Mapping[str, Company]: ...
    @property
    def knowledge(self) -> Knowledge: ...
    @property
    def intents(self) -> IntentModels: ...
    @property
    def mailroom(self) -> Mailroom: ...
    @property
    def worker(self) -> Worker: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def outbox(self) -> Outbox: ...

    def tenant(self) -> str:
        """The only tenant. Raises InvalidSetting when there are several: the command then wants --company."""

    def policy_version(self, tenant: str) -> str: ...

    def policy_summary(self, tenant: str) -> dict[str, object]:
        """Counts of rules, queues, roles and people."""

    def may(self, tenant: str, person: str, need: ApprovalNeed) -> bool:
        """Whether a roster person may decide that need."""

    async def start(self, progress: Progress) -> None:
        """Make everything ready to route: index, models, agents. ``progress`` hears what is being done."""

    async def person(self) -> tuple[str, Person]:
        """The tenant and roster person whom ``USHER_TOKEN`` names. Raises Unauthenticated."""

    async def upgrade(self) -> str:
        """Bring the database to this version's schema, and name it."""

    async def ready(self) -> Mapping[str, str]:
        """Part → ``ok`` or what is wrong."""
