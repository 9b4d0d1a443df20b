"""The seams: what the graph, the agents and the channels need from the world, each a small protocol, implemented once and injected."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

from core.profile import Recorded, Statement
from core.receipt import Receipt
from core.types import ApprovalNeed, Audience, Cost, Decision, Edit, Effect, Found, Inbound, Request, Sender, Signal, Turn, Watch
from core.value import Span

if TYPE_CHECKING:
    import numpy as np
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from numpy.typing import NDArray

    from core.views import Activation


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Encoder(Protocol):
    @property
    def version(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors, one row a text; the empty text has one too."""

    def states(self, text: str) -> tuple[Sequence[Span], "NDArray[np.float32]"]:
        """Each token's place in the text and its vector; their mean, brought to length 1, is the text's."""


class Retriever(Protocol):
    @property
    def version(self) -> str: ...

    async def search(
        self,
        query: str,
        *,
        audiences: Sequence[Audience],
        limit: int,
        languages: Sequence[str] = (),
        regions: Sequence[str] | None = (),
        at: datetime | None = None,
    ) -> Found:
        """The ``limit`` best passages of this tenant's handbook that these audiences may see, best first, score in [0, 1].

        ``languages``: those of the pages wanted, none for any. ``regions``: those of the sender; a page that names regions is found by one
        of them only, and by everybody where ``regions`` is None. ``at``: the day (UTC) on which pages must be in force, by default today.
        """


class Directory(Protocol):
    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        """What the company's records say of the sender at that instant; empty for a stranger."""


class FactStore(Protocol):
    """What systems of record stated, and when it became known here. Statements are added, never changed."""

    async def known(self, tenant: str, contact: str, as_of: datetime) -> tuple[Statement, ...]:
        """The latest statement of each record about a contact (``address_key``) and about the accounts that they are said to belong to,
        recorded at ``as_of`` or before.
        """

    async def record(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime) -> Recorded:
        """Add what is news ``at`` this instant, all of ``record``. What was observed before its latest statement comes too late."""

    async def replace(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime, *, content: str) -> Recorded | None:
        """``statements`` are all that the record states now: add what is news, and that what is not among them no longer holds.

        ``content`` names them; None when that is what the record stated already. Whatever ``statements`` raise leaves everything as it was.
        """

    async def content(self, tenant: str, record: str, as_of: datetime) -> str | None:
        """What ``replace`` was last told; None when it never was."""


class Calendars(Protocol):
    async def busy(self, at: datetime) -> tuple[frozenset[str], list[str]]:
        """Whose calendar shows them busy at that instant (roster ids), and which calendars are not to be relied on, a line each. Never
        waits for the network: what was read last counts, and who has nothing readable counts as not busy."""


class ChatModel(Protocol):
    @property
    def version(self) -> str: ...

    def resting(self) -> str:
        """Why no call is to be made now, or nothing. After failures the first who asks is told nothing, and is to call."""

    async def ask(self, prompt: "RenderedPrompt", output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        """One call with structured output.

        Raises:
            ModelFailed: on a time-out, an error status, a refusal, or output that does not fit ``output``.
        """

    def at_most(self, prompt: "RenderedPrompt") -> float:
        """What a call with this prompt can cost, in US dollars; 0 where prices are not known."""


class RenderedPrompt(BaseModel):
    """A prompt ready to send: who it is (name and version, for the receipt) and its two messages."""

    name: str

    version: str

    system: str
    user: str


class Spending(Protocol):
    """What each tenant's chat model has cost by day, held by all workers together."""

    async def reserve(self, tenant: str, day: date, usd: float, *, calls_per_day: int | None, usd_per_day: float | None) -> bool:
        """Count a call that may cost ``usd`` towards the day; False, and nothing is counted, where that would go over a limit."""

    async def settle(self, tenant: str, day: date, *, reserved: float, cost: Cost) -> None:
        """Put what the call did cost in the place of what was reserved. Without this the reservation stays counted."""


ChoiceKind = Literal["agrees", "differs", "none"]
"""Whether a chat model chose the embedded model's first label, another one, or none of those offered."""


class Choice(NamedTuple):
    """What a chat model chose for a turn whose embedded reading was unsure. ``chance``: what the embedded model gave to that choice among
    all that was offered; ``said`` None: none of them. ``top`` is the embedded model's own first label.
    """

    turn_id: str
    offered: tuple[str, ...]
    top: str
    top_chance: float
    said: str | None
    chance: float

    @property
    def kind(self) -> ChoiceKind:
        return "none" if self.said is None else "agrees" if self.said == self.top else "differs"


class Judged(NamedTuple):
    """A choice whose outcome is known."""

    kind: ChoiceKind
    chance: float
    right: bool


class Choices(Protocol):
    """What chat models chose, and whether that was right. ``model`` is the version of chat model and prompt."""

    async def enter(self, tenant: str, model: str, choice: Choice) -> None:
        """Once a turn: a later run of it takes the place of the earlier."""

    async def judged(self, tenant: str, model: str, limit: int) -> Sequence[Judged]:
        """Those of which a person has said what the turn's intent is, and a reviewer has accepted that; the newest first."""


class Paused(BaseModel, arbitrary_types_allowed=True):
    """A turn that waits for a person: its request, and the saver that holds its checkpoint under the turn's id."""

    request: Request
    saver: Any


class Outcome(BaseModel, arbitrary_types_allowed=True):
    """What one run of the graph came to. ``effects`` may leave at once; ``paused`` is set when the rest waits; ``watches`` are the time
    limits that begin.
    """

    receipt: Receipt
    effects: tuple[Effect, ...] = ()
    watches: tuple[Watch, ...] = ()
    paused: Paused | None = None


class Turns(Protocol):
    """The durable side of a turn: everything of one turn is committed in one transaction."""

    async def load(self, turn_id: str) -> Turn | None:
        """The turn as stored, or None when it is already done or waiting."""

    async def commit(self, turn: Turn, outcome: Outcome) -> None:
        """Receipt, entries, effects and, when paused, approval and checkpoint. A turn that is done already is left alone."""

    async def fail(self, turn_id: str, error: str, *, run: int | None = None) -> None:
        """The turn cannot be decided: a person's work now; the conversation goes on. With ``run``: only if that is still the latest."""

    async def decided(self, turn_id: str, saver: "BaseCheckpointSaver[str]") -> tuple[Turn, Receipt, Decision] | None:
        """Load a decided turn's checkpoint into ``saver``; None when there is nothing to resume."""

    async def finish(self, turn: Turn, outcome: Outcome, decision: Decision) -> None:
        """Commit what followed the decision and drop the checkpoint."""


class StoredPolicy(NamedTuple):
    """A policy as it was stored: its text, and its people as ``core.digest.written`` gives them."""

    text: str
    roster: dict[str, object]


class Shelf(Protocol):
    """Where policies are kept, immutable and under their digest, with who put which in force."""

    async def put(self, tenant: str, text: str, roster: dict[str, object], author: str) -> str:
        """Keep it; its version. Keeping it again changes nothing."""

    async def get(self, tenant: str, version: str) -> StoredPolicy:
        """Raises NotFound, and Unavailable where what is stored is not what was put."""

    async def in_force(self, tenants: Sequence[str]) -> dict[str, str]:
        """Tenant → version, for those tenants that ever put one in force."""

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "", instead_of: str | None = None) -> "Activation":
        """Put it in force. ``instead_of``: the stored version that decided while none had been put in force. Raises NotFound."""

    async def before(self, tenant: str) -> str:
        """The version that a roll-back leads to. Raises Conflict when there is none."""

    async def rollback(self, tenant: str, *, person: str, reason: str = "", to: str | None = None) -> "Activation":
        """Put what ``before`` names in force again; with ``to``, only when that is it. Raises Conflict."""

    async def history(self, tenant: str) -> "tuple[Activation, ...]":
        """Every activation, newest first."""


class Approvers(Protocol):
    """What the policy says of people and requests."""

    def refusal(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        """Why ``person`` may not decide ``need`` of ``request``, to follow their name; None when they may."""

    def refusal_of_assignee(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        """Why ``need`` may not be handed to ``person``."""

    def refusal_of_deputy(self, tenant: str, person: str, deputy: str) -> str | None:
        """Why somebody else may not appoint ``deputy`` for ``person``."""

    def refusal_of_owner(self, tenant: str, person: str, permissions: Sequence[str], handled_in: Sequence[str]) -> str | None:
        """Why ``person`` may not own what asks for these permissions, and for one of these regions."""

    def knows(self, tenant: str, person: str) -> bool:
        """Whether the roster has them."""

    def leads(self, tenant: str, person: str) -> bool:
        """Whether ``person`` may reassign what is not theirs."""

    def revise(self, tenant: str, request: Request, edit: Edit) -> Request:
        """The request as ``edit`` makes it, with its new digest. Raises ValueError with what the policy has against it."""


class Deliverer(Protocol):
    """Carries effects of some kinds out. A receiver that knows ``effect.key`` is asked before anything is sent again."""

    async def deliver(self, effect: Effect, tenant: str) -> None:
        """Deliver once; raising means that it may not have arrived."""

    async def seen(self, key: str, tenant: str) -> bool | None:
        """Whether this key arrived; None when that cannot be known."""


class Mailroom(Protocol):
    """Arrival: what a channel hands a message to."""

    async def receive(self, tenant: str, message: Inbound) -> "Arrival":
        """Commit message, turn and job in one transaction; return only then. The same id twice has one effect."""


class Arrival(BaseModel):
    """The acknowledgement of a message. ``turn_id`` is None for a message that starts no turn (an agent's own)."""

    message_id: str
    conversation_id: str
    turn_id: str | None
    duplicate: bool = False


class Indexes(Protocol):
    """Where built lexical indexes are kept centrally, one blob per tenant and collection."""

    async def version(self, tenant: str, collection: str) -> str | None:
        """The content version last written, None when there is none."""

    async def read(self, tenant: str, collection: str) -> tuple[str, bytes] | None:
        """Version and blob."""

    async def write(self, tenant: str, collection: str, version: str, blob: bytes) -> None:
        """Replace the collection's blob."""

    def alone(self, tenant: str, work: str) -> AbstractAsyncContextManager[None]:
        """Nobody else is at the same work on the tenant's indexes for as long as the block lasts, on any machine; others wait."""
