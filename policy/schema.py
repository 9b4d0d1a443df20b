"""``policy.yaml`` as types: who exists, which rules lead to them, which approvals they need."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from core.company import OpenHours, ZoneName
from core.types import Action, ApprovalNeed, Sla, Value

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _seconds(value: object) -> object:
    """``90``, ``15m``, ``4h`` or ``2d`` → seconds."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
    if not match:
        raise ValueError(f"{value!r} is no duration (90, 15m, 4h, 2d)")
    return int(match[1]) * _UNITS[match[2]]


Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0)]


class Limits(Value):
    """Time limits of a queue or role, for one tier or ``default``."""

    first_response: Seconds
    resolution: Seconds

    def sla(self) -> Sla:
        return Sla(first_response_s=self.first_response, resolution_s=self.resolution)


class Role(Value):
    """A place to escalate to. Whatever reaches it needs its ``approvals``; ``fallback`` steps in for it."""

    level: int = Field(ge=0, le=4)
    title: str
    approvals: tuple[ApprovalNeed, ...] = ()
    fallback: str | None = None
    limits: Limits | None = None


class Queue(Value):
    """Where people pick up work: the roles that serve it, the skills they need, the intents it takes by default."""

    title: str
    roles: tuple[str, ...] = Field(min_length=1)
    skills: frozenset[str] = frozenset()
    intents: tuple[str, ...] = ()
    backup: str = Field(description="Role that backs the queue up.")
    limits: dict[str, Limits] = Field(min_length=1)
    hours: OpenHours | None = Field(None, description="Local working hours; the company's when left out.")
    time_zone: ZoneName | None = Field(None, description="The company's when left out.")

    @model_validator(mode="after")
    def _has_default(self) -> Self:
        if "default" not in self.limits:
            raise ValueError("limits need an entry 'default'")
        return self


class Range(Value):
    """A condition on a number: ``at_least`` inclusive, ``below`` exclusive."""

    at_least: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("needs at_least or below")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("at_least must be under below")
        return self


Condition = bool | Range | tuple[str, ...] | str


class Outcome(Value):
    """What a rule asks for. ``escalate`` names a role; ``handoff`` a queue, or none for the intent's own.

    ``spend``: limit of the roster → the signal that says how much is at stake; only who may grant that much may approve.
    """

    action: Action
    queue: str | None = None
    role: str | None = None
    account_owner_first: bool = False
    approvals: tuple[ApprovalNeed, ...] = ()
    spend: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.action == "escalate") != (self.role is not None):
            raise ValueError("escalate needs a role, and nothing else has one")
        if self.queue and self.action != "handoff":
            raise ValueError("only handoff has a queue")
        if self.action == "ignore" and (self.approvals or self.spend):
            raise ValueError("ignore does nothing that could be approved")
        return self


class Rule(Value):
    """All of ``when`` and, where given, the CEL expression ``expr`` must hold."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")
    when: dict[str, Condition] = {}
    expr: str | None = None
    then: Outcome
    because: str

    @model_validator(mode="after")
    def _conditional(self) -> Self:
        if not self.when and not self.expr:
            raise ValueError("a rule needs when or expr; what holds always is the default")
        return self


class Weight(Value):
    """Points of one signal: a number counts linearly up to ``full_at``, a text by ``of``, a flag when true."""

    weight: float = Field(gt=0, le=100)
    full_at: float | None = None
    of: dict[str, float] = {}


class Quality(Value):
    """The data-quality gate: below ``minimum``, whatever reaches level 2 or more needs ``approvals`` as well."""

    required: tuple[str, ...]
    max_age_days: int = Field(180, ge=1)
    minimum: float = Field(0.5, ge=0, le=1)
    approvals: tuple[ApprovalNeed, ...] = ()


class Policy(Value):
    """The whole file. The first of ``guards`` that holds ends the decision; among ``rules`` the strictest wins."""

    version: int = 1
    roles: dict[str, Role]
    queues: dict[str, Queue]
    default_queue: str
    value: dict[str, Weight]
    data_quality: Quality
    approval_expires: Seconds = 4 * 3600
    retention: Seconds | None = Field(None, ge=86400, description="Conversations without activity for so long are erased; none: never.")
    guards: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = ()

    def queue_for(self, intent: str | None) -> str:
        return next((name for name, queue in self.queues.items() if intent in queue.intents), self.default_queue)
