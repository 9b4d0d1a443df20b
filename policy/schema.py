"""``policy.yaml`` as types: who exists, which rules lead to them, which approvals they need."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Self

from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema, model_validator

from core.company import Hours, Indexed, OpenHours, WorkHours, ZoneName, parse_hours
from core.types import Action, ApprovalNeed, Sla
from core.value import Value

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _seconds(value: object) -> object:
    """``90``, ``15m``, ``4h`` or ``2d`` → seconds."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
    if not match:
        raise ValueError(f"{value!r} is no duration (90, 15m, 4h, 2d)")
    return int(match[1]) * _UNITS[match[2]]


def _several(value: object) -> object:
    """One name or a list of them → a list."""
    return (value,) if isinstance(value, str) else value


_WRITTEN = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\s*\d+\s*[smhd]\s*$"}]}
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0), WithJsonSchema(_WRITTEN)]
Names = Annotated[tuple[str, ...], BeforeValidator(_several), WithJsonSchema(_ONE_OR_MORE)]


class Limits(Value):
    """Time limits of a queue or role, for one tier or ``default``."""

    first_response: Seconds = Field(description="Until a person has answered, in working time.")
    resolution: Seconds = Field(description="Until the conversation is closed, in working time.")

    def sla(self) -> Sla:
        return Sla(first_response_s=self.first_response, resolution_s=self.resolution)


class Role(Indexed):
    """A place to escalate to. Whatever reaches it needs its ``approvals``; the roles of ``fallback`` step in for it, nearest first."""

    level: int = Field(ge=0, le=4, description="1 queue, 2 account team, 3 executive sponsor, 4 CXO.")
    title: str = Field(description="As people read it.")
    approvals: tuple[ApprovalNeed, ...] = Field((), description="What everything that reaches the role needs first.")
    fallback: Names = Field((), description="Roles that step in when nobody of this one is available, nearest first.")
    limits: Limits | None = Field(None, description="Time limits of what reaches the role; the queue's when left out.")
    permissions: frozenset[str] = Field(frozenset(), description="What a person must be permitted to own what reaches the role.")
    quiet_hours: WorkHours = Field({}, description="Local hours in which its people get nothing, unless the rule is urgent.")

    @cached_property
    def quiet(self) -> Hours:
        """``quiet_hours`` as a week."""
        return parse_hours(self.quiet_hours)


class Queue(Value):
    """Where people pick up work: the roles that serve it, the skills they need, the intents it takes by default."""

    title: str = Field(description="As people read it, customers included.")
    roles: tuple[str, ...] = Field(min_length=1, description="Roles whose people pick up its work.")
    skills: frozenset[str] = Field(frozenset(), description="Whoever has more of them is asked first.")
    permissions: frozenset[str] = Field(frozenset(), description="What a person must be permitted to own what reaches the queue.")
    intents: tuple[str, ...] = Field((), description="What it takes when no rule says otherwise; an intent belongs to one queue.")
    backup: str = Field(description="Role that backs the queue up.")
    limits: dict[str, Limits] = Field(min_length=1, description="Time limits by tier of the customer; `default` for all others.")
    hours: OpenHours | None = Field(None, description="Local working hours; the company's when left out.")
    time_zone: ZoneName | None = Field(None, description="The company's when left out.")

    @model_validator(mode="after")
    def _has_default(self) -> Self:
        if "default" not in self.limits:
            raise ValueError("limits need an entry 'default'")
        return self


class Range(Value):
    """A condition on a number: ``at_least`` inclusive, ``below`` exclusive."""

    at_least: float | None = Field(None, description="The number is this or more.")
    below: float | None = Field(None, description="The number is less than this.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("needs at_least or below")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("at_least must be under below")
        return self


Condition = bool | Range | tuple[str, ...] | str


class SoftStep(Value):
    """What automation tries before a person is asked: one question (``clarify``), or an alternative (``offer``, a key of ``offers``)."""

    clarify: bool = Field(False, description="Ask one question.")
    offer: str | None = Field(None, description="Offer this alternative, a key of `offers`.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.clarify == bool(self.offer):
            raise ValueError("a soft step is either clarify: true or offer: NAME")
        return self


class Outcome(Value):
    """What a rule asks for. ``escalate`` names a role; ``handoff`` a queue, or none for the intent's own.

    ``spend``: limit of the roster → the signal that says how much is at stake; only who may grant that much may approve.
    ``before``: the soft steps, one a turn, while nothing else asks for a person. ``urgent`` reaches people in their quiet hours.
    """

    action: Action = Field(description="What happens.")
    queue: str | None = Field(None, description="Queue of a hand-off; the intent's own when left out.")
    role: str | None = Field(None, description="Role that an escalation leads to.")
    account_owner_first: bool = Field(False, description="The account's owner is asked first.")
    skills: frozenset[str] = Field(frozenset(), description="Whoever has more of them is asked first.")
    permissions: frozenset[str] = Field(frozenset(), description="What a person must be permitted to own it.")
    urgent: bool = Field(False, description="Reaches people in their quiet hours.")
    before: tuple[SoftStep, ...] = Field((), description="What automation tries first, one step a turn.")
    approvals: tuple[ApprovalNeed, ...] = Field((), description="Who must approve, beside those that the role asks for.")
    spend: dict[str, str] = Field(
        {}, description="Limit of the roster → signal that says how much is at stake; only who may grant that much may approve."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.action == "escalate") != (self.role is not None):
            raise ValueError("escalate needs a role, and nothing else has one")
        if self.queue and self.action != "handoff":
            raise ValueError("only handoff has a queue")
        if self.action == "ignore" and (self.approvals or self.spend):
            raise ValueError("ignore does nothing that could be approved")
        if self.before and self.action not in ("handoff", "escalate"):
            raise ValueError("soft steps come before a person is asked, and nobody is")
        return self


class Rule(Value):
    """All of ``when`` and, where given, the CEL expression ``expr`` must hold."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$", description="Named on receipts; unique.")
    when: dict[str, Condition] = Field(
        {}, description="Conditions by signal; all must hold. What is not known satisfies only a flag's false."
    )
    expr: str | None = Field(None, description="A CEL expression over the signals, for what `when` cannot say; must be true as well.")
    then: Outcome = Field(description="What the rule asks for.")
    because: str = Field(description="The reason, as people read it on receipts.")

    @model_validator(mode="after")
    def _conditional(self) -> Self:
        if not self.when and not self.expr:
            raise ValueError("a rule needs when or expr; what holds always is the default")
        return self


class Override(Rule):
    """An exception somebody answers for until it ends: it wins over the rules, and can take no approval away: those of the strictest rule
    that fired stay. ``because`` is the reason.
    """

    author: str = Field(description="Roster id of who answers for it.")
    expires: AwareDatetime = Field(description="With a time zone: 2026-12-31T18:00:00Z.")


class Topic(Value):
    """A regulated topic: the message is about it when its intent is listed or one of the phrases occurs in it as whole words."""

    intents: tuple[str, ...] = Field((), description="Messages with one of these intents are about it.")
    phrases: tuple[str, ...] = Field((), description="Messages with one of these phrases, as whole words, are about it.")
    permissions: frozenset[str] = Field(frozenset(), description="What a person must be permitted to own a conversation about it.")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.intents and not self.phrases:
            raise ValueError("needs intents or phrases")
        return self


EVERYBODY_ELSE = "*"


class Jurisdiction(Value):
    """Whose law applies to customers of these ``regions``, and what it asks. The first that lists the customer's region is theirs.

    A customer whose region is not known or not listed is of none, and is treated as if any of them might apply, unless the last one
    lists ``*``: everybody else.
    """

    regions: tuple[str, ...] = Field(
        min_length=1,
        description="Regions of the customers, as the systems of record name them, upper and lower case alike; `*` in the last one: "
        "everybody else, also whose region is not known.",
    )
    handled_in: tuple[str, ...] = Field(
        (),
        description="Regions whose people may own the conversation; none: anywhere. Customers of no jurisdiction: what all that "
        "restrict it have in common.",
    )
    model_calls: bool = Field(
        True, description="Whether text may be sent to a chat model. Customers of no jurisdiction: only if none forbids it."
    )
    retention: Seconds | None = Field(None, ge=86400, description="As the policy's retention, for these customers.")


class Calibration(Value):
    """How the scorecard becomes a probability of winning: fitted on ``deals.csv``, judged on the latest ``holdout`` of it."""

    minimum_outcomes: int = Field(200, ge=50, description="Fewer deals won, or fewer lost: points only.")
    holdout: float = Field(0.25, gt=0, lt=0.9, description="Share of the deals, the latest, that the chances are judged on.")


class FactRule(Value):
    """Which systems of record state a fact, the best first (those left out come after), and for how long they are believed."""

    sources: tuple[str, ...] = Field((), description="Systems of record, the most trusted first.")
    max_age: Seconds | None = Field(None, description="Older is stale; data_quality.max_age_days when left out.")


class Weight(Value):
    """Points of one signal: a number counts linearly up to ``full_at``, a text by ``of``, a flag when true."""

    weight: float = Field(gt=0, le=100, description="Points that the signal can earn.")
    full_at: float | None = Field(None, description="Number that earns all of them; less earns its share.")
    of: dict[str, float] = Field({}, description="Text → share of the points, 0 to 1; other texts earn nothing.")


class Quality(Value):
    """The data-quality gate: below ``minimum``, whatever reaches level 2 or more needs ``approvals`` as well."""

    required: tuple[str, ...] = Field(description="Verified signals that should be known.")
    max_age_days: int = Field(180, ge=1, description="Facts observed longer ago count as missing.")
    minimum: float = Field(0.5, ge=0, le=1, description="Share of them that must be present and fresh.")
    approvals: tuple[ApprovalNeed, ...] = Field((), description="Who must approve what climbs on less.")


class ModelBudget(Value):
    """What the chat model may cost a day, which begins and ends in the company's time zone. A call that may go over it is not made; the
    turn goes on without."""

    usd_per_day: float | None = Field(None, ge=0, description="US dollars, by the prices in the settings; none: no limit.")
    calls_per_day: int | None = Field(None, ge=0, description="Calls, also of an endpoint without prices; none: no limit.")


class Policy(Value):
    """The whole file. The first of ``guards`` that holds ends the decision, then the first of ``overrides`` that has not ended; among
    ``rules`` the strictest wins."""

    version: int = Field(1, description="Of the format.")
    roles: dict[str, Role] = Field(description="Who there is, by level.")
    queues: dict[str, Queue] = Field(description="Where people pick work up.")
    default_queue: str = Field(description="Queue of whatever no rule and no queue is for.")
    value: dict[str, Weight] = Field({}, description="What a conversation is worth: verified facts only, signal value_score.")
    risk: dict[str, Weight] = Field({}, description="What could be lost: signal risk_score.")
    complexity: dict[str, Weight] = Field({}, description="How hard it is to answer: signal complexity_score.")
    calibration: Calibration = Field(Calibration(), description="From value_score to win_probability.")
    facts: dict[str, FactRule] = Field({}, description="By verified signal: whose word counts, and for how long.")
    data_quality: Quality = Field(description="How much must be known before anything climbs.")
    regulated: dict[str, Topic] = Field({}, description="Regulated topics; signal regulated_topic names the first that applies.")
    jurisdictions: dict[str, Jurisdiction] = Field({}, description="Whose law applies to whom; the first that lists the customer's region.")
    offers: dict[str, dict[str, str]] = Field({}, description="Alternatives that automation may offer: name → language → text.")
    monotone: tuple[str, ...] = Field((), description="Numbers and flags that never lower the level when they rise.")
    approval_expires: Seconds = Field(4 * 3600, description="Then the fall-back follows.")
    retention: Seconds | None = Field(None, ge=86400, description="Conversations without activity for so long are erased; none: never.")
    max_wrong_automatic: float | None = Field(
        None, gt=0, lt=0.5, description="Share of the embedded model's own decisions that may be wrong; none: no bound is fitted."
    )
    model_budget: ModelBudget = Field(ModelBudget(), description="What the chat model may cost a day.")
    guards: tuple[Rule, ...] = Field((), description="Before all rules; the first that holds ends the decision.")
    overrides: tuple[Override, ...] = Field(
        (), description="Exceptions with an author and an end; the first that holds wins over the rules."
    )
    rules: tuple[Rule, ...] = Field((), description="The strictest of those that fire wins.")

    def path(self, roles: Iterable[str]) -> list[tuple[str, ...]]:
        """The roles, then those that step in for them, step by step; each role once."""
        steps, seen = [tuple(roles)], set[str]()
        while steps[-1]:
            seen.update(steps[-1])
            following = (role for each in steps[-1] for role in self.roles[each].fallback if role not in seen)
            steps.append(tuple(dict.fromkeys(following)))
        return steps[:-1]

    def queue_for(self, intent: str | None) -> str:
        return next((name for name, queue in self.queues.items() if intent in queue.intents), self.default_queue)
