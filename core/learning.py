"""What is learned from decisions: examples that people gave, and the versions of a company's intent model."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import Field

from core.types import Turn
from core.value import Value
from core.views import Activation

Status = Literal["pending", "accepted", "rejected"]
Outcome = Literal["accepted", "rejected"]


class Example(Value):
    """What a person says a message wanted, beside what the model said of it.

    ``text``: the customer's new words, personal data masked. ``label`` None: none of the company's intents. ``said``: the model's first
    label, None for none, and ``sure`` how sure it was; ``model`` names it.
    """

    id: str
    turn_id: str
    conversation_id: str
    text: str
    label: str | None
    said: str | None
    sure: float
    model: str
    source: Literal["correction"] = "correction"
    person: str
    reason: str = ""
    status: Status
    created_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None


class ModelVersion(Value):
    """A trained model as it is kept. ``lost``: of its ``examples``, how many have been erased since it learned from them: their words are
    gone, what they did to its weights is not, until a model that has not seen them takes its place.
    """

    version: str
    author: str
    created_at: datetime
    utterances: int
    examples: int
    lost: int = 0
    active: bool = False


class Models(Value):
    """``folder``: the version of the company folder's utterances alone; it decides while nothing was ever activated (``activated`` is
    false). ``versions`` and ``history`` are newest first.
    """

    version: str
    activated: bool
    folder: str
    versions: tuple[ModelVersion, ...]
    history: tuple[Activation, ...]


class Skipped(Value):
    """An accepted example that is not learned from, and why."""

    id: str
    why: str


class Trained(Value):
    """A model that was trained and kept; not in force by that."""

    version: str
    utterances: int
    examples: int
    skipped: tuple[Skipped, ...] = ()


class Scored(Value):
    """How a model did on texts that it did not learn from.

    ``accuracy``: share of texts whose first label (or that they have none) is right. ``log_loss``: mean negative logarithm of the true
    label's confidence, over texts with an intent. ``automatic``: share that it would decide by itself; ``wrong``: share of wrong ones
    among those, None where there are none.
    """

    version: str
    accuracy: float = Field(ge=0, le=1)
    log_loss: float
    automatic: float = Field(ge=0, le=1)
    wrong: float | None


class Flip(Value):
    """A text that the two models read differently. ``example``: the id of the correction whose text it is."""

    text: str
    truth: str | None
    old: str | None
    new: str | None
    example: str | None = None


class Comparison(Value):
    """Two models on the same texts. ``better``, ``worse``: texts that only the new one, or only the old one, has right; ``p_value``: of
    McNemar's exact test, how often chance alone splits them at least so unevenly. ``unjudged``: texts that were not held out.
    """

    n: int
    old: Scored
    new: Scored
    better: int
    worse: int
    p_value: float = Field(ge=0, le=1)
    unjudged: int = 0
    flips: tuple[Flip, ...] = ()


class StoredModel(NamedTuple):
    """As it was kept: the company's own words (``Intents`` as JSON), the ids of the examples beside them, and the model's file."""

    content: dict[str, Any]
    examples: tuple[str, ...]
    blob: bytes


class Lessons(Protocol):
    """What may be learned from a turn, and as what."""

    def text(self, turn: Turn) -> str:
        """The customer's new words, personal data masked; empty when there are none."""

    def labels(self, tenant: str) -> Collection[str]:
        """The company's intents."""


class Examples(Protocol):
    async def correct(self, tenant: str, id: str, *, label: str | None, person: str, reason: str = "") -> Example:
        """Keep what ``person`` says a turn (or the turn of a receipt) wanted; said again while it is pending, it takes the place of what
        they said before.

        Raises:
            NotFound: there is no such turn, or no such intent.
            Conflict: the turn has not been decided yet, nothing is left of its text, or what they said before has been reviewed.
        """

    async def list(self, tenant: str, *, status: Status | None = "pending", limit: int = 100) -> Sequence[Example]:
        """Oldest first."""

    async def review(self, tenant: str, words: Mapping[str, Outcome], *, person: str) -> Sequence[Example]:
        """Let the next training learn from these examples (by id), or not: all of them, or none. A later review counts. Raises NotFound."""


class Teaching(Protocol):
    """The versions of each company's model. Once there was an activation, only acts change which one reads."""

    async def learn(self, tenant: str, *, person: str, progress: Callable[[str], None]) -> Trained:
        """Train on the company folder's utterances and every accepted example, and keep the model; it is not in force by that."""

    async def compare(self, tenant: str, old: str, new: str, progress: Callable[[str], None]) -> Comparison:
        """Two versions on texts that neither learned from; ``old`` may be ``active``. Raises NotFound, Conflict for twice the same."""

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "") -> Activation:
        """Let it read every turn that is begun from now on.

        Raises:
            NotFound, InvalidFile, Conflict: which of them says why.
        """

    async def rollback(self, tenant: str, *, person: str, reason: str = "") -> Activation:
        """Put what was in force before the present version in force again. Raises Conflict, InvalidFile."""

    async def state(self, tenant: str) -> Models:
        """What is in force and what could be."""

    async def differs(self, tenant: str) -> str | None:
        """What to say to somebody when the company folder's utterances are not what decides; None while they are."""

    async def follow(self) -> None:
        """Make ready within a second what other processes put in force, until cancelled."""


class ModelShelf(Protocol):
    """Where models are kept, immutable and under their digest, with who put which in force; and the examples to learn from."""

    async def accepted(self, tenant: str) -> Sequence[Example]:
        """Every accepted example, oldest first."""

    async def put(
        self, tenant: str, version: str, *, content: dict[str, Any], examples: Sequence[str], utterances: int, blob: bytes, author: str
    ) -> None:
        """Keep it; keeping it again changes nothing."""

    async def get(self, tenant: str, version: str) -> StoredModel:
        """Raises NotFound."""

    async def list(self, tenant: str) -> Sequence[ModelVersion]:
        """Newest first."""

    async def in_force(self, tenants: Sequence[str]) -> dict[str, str]:
        """Tenant → version, for those tenants that ever put one in force."""

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "", instead_of: str | None = None) -> Activation:
        """Put it in force. ``instead_of``: the kept version that decided while none had been put in force. Raises NotFound."""

    async def before(self, tenant: str) -> str:
        """The version that a roll-back leads to. Raises Conflict when there is none."""

    async def rollback(self, tenant: str, *, person: str, reason: str = "", to: str | None = None) -> Activation:
        """Put what ``before`` names in force again; with ``to``, only when that is it. Raises Conflict."""

    async def history(self, tenant: str) -> Sequence[Activation]:
        """Every activation, newest first."""
