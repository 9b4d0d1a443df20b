"""Who can take something now: at work, not in a meeting, not full, and not in their quiet hours. Pure."""

from datetime import datetime, time

from core.company import Person
from policy.deciding.eligibility import Need
from policy.schema import Policy


def at_work(person: Person, now: datetime) -> bool:
    """Whether ``now`` lies in the person's working time: their local hours (daylight saving included), without their own holidays."""
    return person.working.covers(now)


def unavailable(policy: Policy, person: Person, need: Need) -> str | None:
    """Why the person can take nothing at ``need.now``, in words; None when they can. An urgent need ignores quiet hours, and only those."""
    if person.id in need.absent:
        return "is away"
    if person.id in need.busy:
        return "is busy"
    if need.load.get(person.id, 0) >= person.capacity:
        return "has no capacity left"
    if not at_work(person, need.now):
        return "is off duty"
    return "has quiet hours" if not need.urgent and quiet(policy, person, need.now) else None


def available(policy: Policy, person: Person, need: Need) -> bool:
    return unavailable(policy, person, need) is None


def quiet(policy: Policy, person: Person, now: datetime) -> bool:
    """Whether ``now`` lies in the quiet hours of the person's role, by the clock on the person's wall."""
    role = policy.roles[person.role]
    if not role.quiet_hours:
        return False
    local = now.astimezone(person.zone)
    at = local.time()
    return any(begin <= at and (at < end or end == time.max) for begin, end in role.quiet.days[local.weekday()])
