"""The time limits that begin with a hand-off: who is warned, whom it passes to, who hears of a breach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.company import Roster
from core.types import Effect, Intake, Plan, Turn, Watch
from core.worktime import Calendar
from policy.schema import Policy

WARN_AT = 0.75
PASS_UP_AT = 1.5
Kind = Literal["first_response_warning", "first_response", "pass_up", "resolution_warning", "resolution"]


def watches(policy: Policy, roster: Roster, calendars: Mapping[str, Calendar], turn: Turn, intake: Intake, plan: Plan) -> tuple[Watch, ...]:
    """The limits of a conversation that ``plan`` gives to a person; none where a person has it already, or nobody gets it.

    ``calendars``: queue → its working time, on which a day of a limit is a working day.

    Nobody whose role needs an approval is given it by a time limit: such a backup is told, and it stays where it is.
    """
    if plan.action not in ("handoff", "escalate") or plan.sla is None or plan.owner is None:
        return ()
    if turn.mode == "human" and plan.owner == turn.owner:
        return ()
    backup = next((id for id in plan.backups if _free(policy, roster, plan, id)), None)
    case = _Case(policy, roster, turn, intake, plan, plan.owner, backup)
    working = calendars[case.queue].working
    return (*_first_response(case, working(plan.sla.first_response_s)), *_resolution(case, working(plan.sla.resolution_s)))


@dataclass(frozen=True)
class _Case:
    """What every limit of one plan shares. ``backup`` is who may be given the conversation."""

    policy: Policy
    roster: Roster
    turn: Turn
    intake: Intake
    plan: Plan
    owner: str
    backup: str | None

    @property
    def queue(self) -> str:
        return self.plan.queue or self.policy.default_queue

    def watch(self, kind: Kind, after_s: float, *effects: Effect, owner: str | None = None) -> Watch:
        return Watch(kind=kind, queue=self.queue, after_s=after_s, owner=owner, effects=effects)

    def notify(self, kind: Kind, to: str, what: str, *, name: str = "notify") -> Effect:
        """A note to one of the company's own: the conversation and what is due, nothing more of the customer than its subject."""
        text = f"{what}\nConversation {self.turn.conversation_id}, {self.policy.queues[self.queue].title}"
        about = self.intake.subject or self.intake.text[:60].strip()
        subject = f"{what.partition(':')[0]}: {about}" if about else what.partition(":")[0]
        return Effect(kind="notify", channel="people", to=to, key=f"{self.turn.id}:{kind}:{name}", subject=subject, text=text)

    def assign(self, kind: Kind, to: str, why: str) -> Effect:
        return Effect(kind="assign", channel="desk", to=to, key=f"{self.turn.id}:{kind}:assign", text=why)

    def name(self, id: str | None) -> str:
        person = self.roster.get(id or "")
        return person.name if person else "nobody"


def _first_response(case: _Case, limit: float) -> list[Watch]:
    up = case.plan.up
    next_owner = case.backup or up
    then = f"it passes to {case.name(next_owner)} then" if next_owner else "nobody else can take it"
    warning = case.notify("first_response_warning", case.owner, f"First response is due soon: {WARN_AT:.0%} of the time is used; {then}.")
    begun = [case.watch("first_response_warning", limit * WARN_AT, warning), _breach(case, limit, next_owner)]
    if case.backup is not None and up is not None:
        begun.append(_pass(case, "pass_up", limit * PASS_UP_AT, case.backup, up))
    return begun


def _breach(case: _Case, limit: float, next_owner: str | None) -> Watch:
    """The limit itself: it passes on, or where nobody may be given it, the owner and the first backup hear of it."""
    if next_owner is not None:
        return _pass(case, "first_response", limit, case.owner, next_owner)
    told = case.notify("first_response", case.owner, "First response is overdue: the customer still waits for you.", name="former")
    backups = (
        case.notify("first_response", id, f"First response is overdue: {case.name(case.owner)} has not answered.")
        for id in case.plan.backups[:1]
    )
    return case.watch("first_response", limit, told, *backups)


def _pass(case: _Case, kind: Kind, after_s: float, before: str, after: str) -> Watch:
    why = f"First response is overdue: {case.name(before)} has not answered."
    return case.watch(
        kind,
        after_s,
        case.assign(kind, after, why),
        case.notify(kind, after, f"{why} It is yours now."),
        case.notify(kind, before, f"First response is overdue: it has passed to {case.name(after)}.", name="former"),
        owner=after,
    )


def _resolution(case: _Case, limit: float) -> list[Watch]:
    """The owner and the backup are warned; the backup and whoever stands above hear of the breach."""
    backup = next(iter(case.plan.backups), None)
    soon = f"Resolution is due soon: {WARN_AT:.0%} of the time is used."
    late = f"Resolution is overdue: {case.name(case.owner)} has it."
    warned = [case.notify("resolution_warning", case.owner, soon)]
    warned += [case.notify("resolution_warning", backup, soon, name="backup")] if backup else []
    told = [case.notify("resolution", backup, late, name="backup")] if backup else []
    told += [case.notify("resolution", case.plan.up, late, name="up")] if case.plan.up else []
    told = told or [case.notify("resolution", case.owner, late)]
    return [case.watch("resolution_warning", limit * WARN_AT, *warned), case.watch("resolution", limit, *told)]


def _free(policy: Policy, roster: Roster, plan: Plan, id: str) -> bool:
    """Whether the person may be given the conversation without a further approval."""
    person = roster.get(id)
    return person is not None and (person.role == plan.role or not policy.roles[person.role].approvals)
