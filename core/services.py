"""What commands and web handlers may use: the composed product, as protocols."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from core.access import Actor, Right
from core.company import Company, Person, Roster
from core.intent import Intent
from core.learning import Examples, Teaching
from core.ports import Approvers, Clock, Mailroom, Retriever
from core.profile import Profile, Recorded, Statement
from core.receipt import Receipt
from core.settings import Settings
from core.types import Answer, Edit, Passage, Past, Turn
from core.views import Act, Activation, Approval, Conversation, Dead, Delegation, Erased, PolicyInForce, Sent, Spent, Token, Verified, Word

Progress = Callable[[str], None]
Bar = Callable[[str, int, int], None]
"""What is being done, how many of how many."""


class Approvals(Protocol):
    async def list(self, tenant: str, *, status: str | None = "pending", limit: int = 100) -> Sequence[Approval]:
        """Pending ones by when they expire, the soonest first; of another status (None: of any) the newest first."""

    async def show(self, tenant: str, id: str) -> Approval:
        """By its own id or its turn's. Raises NotFound."""

    async def decide(self, tenant: str, id: str, *, person: str, outcome: Word, digest: str, reason: str = "", text: str = "") -> Approval:
        """Record a person's word on exactly what ``digest`` names; ``text`` is the answer of ``responded``.

        Raises:
            NotFound, Forbidden, Conflict, InvalidEdit: which of them says why.
        """

    async def edit(self, tenant: str, id: str, *, person: str, digest: str, edit: Edit, reason: str = "") -> Approval:
        """Change the request, as far as the policy allows; votes on the earlier one no longer count.

        Raises:
            NotFound, Forbidden, Conflict, InvalidEdit: which of them says why.
        """

    async def reassign(
        self, tenant: str, id: str, *, person: str, to: Sequence[str], role: str | None = None, reason: str = "", leading: bool = True
    ) -> Approval:
        """Let ``to`` decide on a need (the only one, or ``role``'s) in place of whoever had it.

        Raises:
            NotFound, Forbidden, Conflict, InvalidEdit: which of them says why.
        """


class Delegations(Protocol):
    async def add(self, tenant: str, *, person: str, deputy: str, starts_at: datetime, ends_at: datetime, by: str) -> Delegation:
        """Raises NotFound for somebody not in the roster, Conflict for an impossible span."""

    async def list(self, tenant: str) -> Sequence[Delegation]:
        """Those that have not ended, revoked ones left out."""

    async def get(self, tenant: str, id: str) -> Delegation:
        """Raises NotFound."""

    async def revoke(self, tenant: str, id: str) -> Delegation:
        """Raises NotFound."""


class Queue(Protocol):
    async def dead(self, tenant: str, *, limit: int = 100) -> Sequence[Dead]:
        """What was given up, newest first."""

    async def retry(self, tenant: str, id: str, *, by: str) -> Dead:
        """Try it once more, with a new budget. Raises NotFound, Conflict."""


class PersonalData(Protocol):
    async def export(self, tenant: str, email: str) -> Mapping[str, object]:
        """Everything stored of the person who writes from ``email``, as JSON values. Raises NotFound."""

    async def erase(self, tenant: str, email: str, *, by: str) -> Erased:
        """Delete it; digests stay, so every chain still verifies. Raises NotFound."""


class Profiles(Protocol):
    async def show(self, tenant: str, email: str, as_of: datetime | None = None) -> Profile:
        """What is known, or was known then, of a contact and their account. Raises NotFound."""

    async def push(self, tenant: str, record: str, statements: Sequence[Statement]) -> Recorded:
        """Record what a system of record states, under its name whatever they say.

        Raises:
            NotFound: the company declares no such record.
            Conflict: it is read from a file.
        """

    async def read_file(self, tenant: str, record: str, path: Path) -> Recorded:
        """Record what a file states, for a system that otherwise pushes. Raises InvalidFile, and as ``push``."""

    async def refresh(self, tenant: str, progress: Progress | None = None) -> None:
        """Record what changed in the company's files of record. Raises InvalidFile."""


class Acts(Protocol):
    async def record(self, tenant: str, *, person: str, token_id: str | None, action: str, subject: str, outcome: str) -> None: ...

    async def list(self, tenant: str, *, limit: int = 100) -> Sequence[Act]:
        """Newest first."""


class Policies(Protocol):
    """The versions of each tenant's policy. Once there was an activation, only acts change which one decides."""

    async def activate(self, tenant: str, *, text: str, file: str, person: str, reason: str = "") -> Activation:
        """Check the text against the company's people and intents, keep both, and put them in force; ``file`` names it in errors.

        Raises:
            InvalidFile: it cannot be used; nothing has changed.
        """

    async def rollback(self, tenant: str, *, person: str, reason: str = "") -> Activation:
        """Put what was in force before the present version in force again; repeated, it goes further back.

        Raises:
            Conflict: nothing was in force before, or somebody else was first.
            InvalidFile: the version from before does not fit the company any more.
        """

    async def state(self, tenant: str) -> PolicyInForce:
        """What is in force, and how it came to be."""

    async def source(self, tenant: str, version: str | None = None) -> tuple[str, Roster]:
        """Text and people of a version, or of the one in force. Raises NotFound."""

    def differs(self, tenant: str) -> str | None:
        """What to say to somebody when the company folder is not what decides; None while it is."""

    async def follow(self) -> None:
        """Notice within a second what other processes put in force, until cancelled."""


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

    async def take_over(self, tenant: str, id: str, *, person: str) -> Conversation:
        """From now on a person answers and automation is silent. Raises NotFound, Conflict when somebody else has it."""

    async def give_back(self, tenant: str, id: str, *, person: str) -> Conversation:
        """Automation may answer again. Raises NotFound, Conflict."""

    async def close(self, tenant: str, id: str, *, person: str, disposition: str = "") -> Conversation:
        """Done: its time limits end, and it no longer counts as its owner's work. Raises NotFound, Conflict."""


class Tokens(Protocol):
    async def issue(
        self, tenant: str, *, person: str, role: str, label: str = "", expires_at: datetime | None = None, scopes: Sequence[Right] = ()
    ) -> tuple[str, Token]:
        """A new secret, returned this once, and its token."""

    async def check(self, secret: str) -> Token:
        """Whom the secret speaks for. Raises Unauthenticated."""

    async def list(self, tenant: str) -> Sequence[Token]:
        """Revoked ones too, newest first."""

    async def revoke(self, tenant: str, id: str) -> Token:
        """Of no use from now on. Raises NotFound."""


class Spending(Protocol):
    async def by_day(self, tenant: str, *, limit: int = 100) -> Sequence[Spent]:
        """What the chat model cost on the days on which there were calls, newest first."""


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
    async def ingest(self, tenant: str, progress: Progress, bar: Bar | None = None) -> Mapping[str, object]:
        """Bring the index up to the handbook; counts, and what was skipped and why."""

    async def take(self, tenant: str, paths: Sequence[Path]) -> None:
        """Copy files and folders into the handbook, in the place of what has their name there. Raises InvalidFile, and copies none then."""

    async def check(self, tenant: str, paths: Sequence[Path], bar: Bar | None = None) -> Mapping[str, object]:
        """What ``ingest`` would read and skip: of the handbook, or of these files and folders were they in it."""

    async def ask(self, tenant: str, question: str) -> Answer:
        """Cited sentences, or an abstention."""

    async def contents(self, tenant: str, most: int, known: str) -> tuple[str, tuple[Passage, ...]]:
        """The version that is searched now and, unless it is the ``known`` one, every passage; none where there are more than ``most``."""

    def retriever(self, tenant: str) -> Retriever: ...


class Trial(Protocol):
    """A model tried on texts whose intents are known."""

    @property
    def labels(self) -> Sequence[str]: ...

    def threshold(self, bound: float) -> float | None:
        """From which ``Intent.sure`` on at most that share of automatic decisions is wrong; None: no such promise can be made."""

    def read(self, texts: Sequence[str]) -> Iterator[tuple[Intent, float]]:
        """Intent and milliseconds, one text after the other, as messages come."""


class IntentModels(Teaching, Protocol):
    """The intent models of the companies. Until one is activated the company folder's decides, trained on first use."""

    def train(self, tenant: str, progress: Progress) -> str:
        """Load or train the company folder's, without what people taught; its version."""

    def train_file(self, data: Path, out: Path, progress: Progress) -> str:
        """Train on a file of one's own; the model goes to ``out``. Raises InvalidFile naming the row."""

    def predict(
        self, texts: Sequence[str], *, tenant: str | None, model: Path | None, max_wrong: float | None = None, explain: bool = False
    ) -> Iterator[tuple[str, Intent, float]]:
        """Text, intent, and the milliseconds of reading it, as they are asked for; ``max_wrong`` bounds the share of wrong decisions.

        Raises Unavailable.
        """

    async def trial(self, *, tenant: str | None, model: Path | None) -> "Trial":
        """The model in force for ``tenant``, or that of the folder ``model``, to be tried. Raises Unavailable."""


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
    def examples(self) -> Examples: ...
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
    def spending(self) -> Spending: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def approvers(self) -> Approvers: ...
    @property
    def delegations(self) -> Delegations: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def library(self) -> Policies: ...
    @property
    def personal_data(self) -> PersonalData: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def acts(self) -> Acts: ...

    def tenant(self) -> str:
        """The only tenant. Raises InvalidSetting when there are several: the command then wants --company."""

    def policy_version(self, tenant: str) -> str: ...

    def policy_summary(self, tenant: str) -> Mapping[str, int]:
        """Counts of rules, queues, roles and people."""

    def scorecard(self, tenant: str) -> Any:
        """How far the value scorecard tells won from lost on the company's past deals (``policy.scoring.scorecard.ScorecardReport``)."""

    async def preview(self, turn: Turn) -> Receipt:
        """What would be decided of a turn by the policy in force: nothing is stored, nothing leaves, and no chat model is asked."""

    async def start(self, progress: Progress) -> None:
        """Make everything ready to route: index, models, agents. ``progress`` hears what is being done."""

    def rights(self, token: Token) -> frozenset[Right]:
        """What the token's holder may do now: their access by the roster, narrowed to the token's scopes; nothing once they left it."""

    @property
    def doing(self) -> Actor | None:
        """Whoever ``acting`` found this command to act as."""

    async def acting(self, *rights: Right) -> Actor:
        """Whoever this command acts as: ``USHER_TOKEN``'s holder with one of these rights, or, while the tenant has no administrator's
        token in force, the database's operator.

        Raises:
            Unauthenticated, Forbidden: the token is of no use, or its holder has none of those rights; that refusal is recorded.
        """

    async def person(self, *rights: Right) -> tuple[str, Person]:
        """The tenant and roster person whom ``USHER_TOKEN`` names. Raises Unauthenticated, or Forbidden without one of these rights."""

    async def upgrade(self) -> str:
        """Bring the database to this version's schema, and name it."""

    async def ready(self) -> Mapping[str, str]:
        """Part → ``ok`` or what is wrong."""
