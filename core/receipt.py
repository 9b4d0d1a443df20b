"""What is kept of a turn: its receipt, as `route --json` prints it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.intent import Intent
from core.types import Audience, Caveat, Channel, Cost, Plan, Signal, Step, Verdict, Worth
from core.value import Value


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
    audience: Audience = "public"


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
    risk: Worth = Worth(score=0.0)
    complexity: Worth = Worth(score=0.0)
    win_probability: float | None = Field(
        None, description="Calibrated on past deals; None without an open deal or without enough of them."
    )
    data_gaps: tuple[str, ...] = ()
    signals: tuple[Signal, ...]
    data_quality: float
    passages: tuple[PassageView, ...]
    caveats: tuple[Caveat, ...] = ()
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
