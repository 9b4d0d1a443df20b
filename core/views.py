"""What people are shown: approvals, conversations, tokens and the rest, as values."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from core.access import Right
from core.types import ApprovalNeed, Channel, Effect, Request
from core.value import Value

Word = Literal["approved", "rejected", "responded"]


class Vote(Value):
    """One person's word on exactly the request that ``digest`` names. ``role`` is the need that it counts for; ``behalf`` is the absent
    person whose deputy spoke.
    """

    person: str
    role: str
    outcome: Word
    reason: str
    at: datetime
    digest: str
    behalf: str | None = None


class Edited(Value):
    """A request as it was before ``person`` changed it."""

    person: str
    at: datetime
    reason: str
    before: Request


class Approval(Value):
    """An approval as people see it. ``reason`` says why a closed one was closed, where somebody said so.

    ``requested_by`` is whoever changed the request last, empty for automation. ``assignees``: need (its role) → the people it was
    reassigned to. ``votes`` count for the request as it is now; ``edits`` are its history, oldest first.
    """

    id: str
    tenant: str
    turn_id: str
    conversation_id: str
    status: Literal["pending", "approved", "rejected", "responded", "expired", "superseded"]
    request: Request
    requested_by: str = ""
    assignees: dict[str, tuple[str, ...]] = {}
    reason: str
    response: str = ""
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    votes: tuple[Vote, ...]
    edits: tuple[Edited, ...] = ()

    def missing(self) -> tuple[ApprovalNeed, ...]:
        """The needs that are short of approvers, each with the number still missing as its quorum."""
        given = [vote.role for vote in self.votes if vote.outcome == "approved" and vote.digest == self.request.digest]
        short = ((need, need.quorum - given.count(need.role)) for need in self.request.needs)
        return tuple(ApprovalNeed(role=need.role, quorum=left) for need, left in short if left > 0)

    def closing(self) -> str:
        """How and when it was closed, and by whom, for whoever came too late."""
        people = ", ".join(vote.person for vote in self.votes if vote.outcome == self.status)
        at = f" at {self.closed_at:%Y-%m-%d %H:%M:%S %Z}" if self.closed_at else ""
        return f"{self.status}{f' by {people}' if people else ''}{at}{f' ({self.reason})' if self.reason else ''}"


class Delegation(Value):
    """``person`` is absent from ``starts_at`` until ``ends_at``; ``deputy`` decides in their place and they are given no new work."""

    id: str
    tenant: str
    person: str
    deputy: str
    starts_at: datetime
    ends_at: datetime
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


class Dead(Value):
    """Work that was given up: an effect (``e12``; failed, or unknown: nobody can say whether it arrived) or a turn (``t_…``)."""

    id: str
    kind: str
    state: Literal["failed", "unknown"]
    conversation_id: str
    to: str
    key: str
    attempts: int
    problem: str
    at: datetime


class Act(Value):
    """What somebody did or was refused. ``subject`` is an id, never a name or an address of a customer."""

    at: datetime
    person: str
    token_id: str | None
    action: str
    subject: str
    outcome: str


class Spent(Value):
    """What the chat model cost on a day of the company; calls under way at the most that they can cost."""

    day: date
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float


class Activation(Value):
    """A policy version that was put in force; ``rolled_back``: it was in force before the one that it replaced."""

    version: str
    kind: Literal["activated", "rolled_back"]
    person: str
    reason: str
    at: datetime
    in_force: bool = Field(description="Whether it still is.")


class PolicyInForce(Value):
    """``folder``: the version of the company folder's files; it decides only while nothing was ever activated (``activated`` is false).

    ``summary`` counts rules, guards, queues, roles and people of the version in force; ``history`` is newest first.
    """

    version: str
    activated: bool
    folder: str
    summary: dict[str, int]
    history: tuple[Activation, ...]


class Erased(Value):
    """What was erased of one person: numbers only. ``examples``: of what they wrote, those kept to learn from; what models have learned
    from them stays in the weights (``intents versions`` says in which).
    """

    conversations: int
    messages: int
    receipts: int
    effects: int
    files: int
    facts: int = 0
    examples: int = 0


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
    """Who a secret speaks for: a roster person in a role, or a service (role ``service``). The secret itself is not kept.

    ``scopes`` narrow what its holder may do; empty: everything that the person may.
    """

    id: str
    tenant: str
    person: str
    role: str
    label: str
    scopes: tuple[Right, ...] = ()
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
