"""Whom a conversation passes to when neither its owner nor the backup answers. Pure."""

from core.company import Roster
from core.types import Plan
from policy.deciding.availability import at_work
from policy.deciding.eligibility import Need, candidates
from policy.schema import Policy


def up(policy: Policy, roster: Roster, plan: Plan, need: Need) -> str | None:
    """The person (roster id) after the plan's owner and backups, None when nobody eligible stands above them.

    First somebody of the queue's backup role, then of the lowest role above on the owner's path; people at work before the others.
    Never somebody of a role that needs an approval, never the owner or a backup, never an absent one, and never down a level.
    """
    taken = {plan.owner, *plan.backups, *need.absent}
    for role in _above(policy, plan):
        people = [person for person in candidates(policy, roster, (role,), need) if person.id not in taken]
        if people:
            return min(people, key=lambda person: not at_work(person, need.now)).id
    return None


def _above(policy: Policy, plan: Plan) -> list[str]:
    """The roles to pass to, nearest first."""
    if plan.role is None or plan.role not in policy.roles:
        return []
    level = policy.roles[plan.role].level
    queue = policy.queues.get(plan.queue or "")
    below = [plan.role, *([queue.backup] if queue else [])]
    steps = {
        role: count for role in policy.roles if policy.roles[role].level > level and (count := _steps(policy, role, below)) is not None
    }
    higher = sorted(steps, key=lambda role: (policy.roles[role].level, steps[role]))
    backup = [queue.backup] if queue and policy.roles[queue.backup].level >= level else []
    return [role for role in dict.fromkeys((*backup, *higher)) if not policy.roles[role].approvals]


def _steps(policy: Policy, role: str, below: list[str]) -> int | None:
    """How many fall-backs lead from the role to one of ``below``: those are on one path. None when they do not."""
    path = enumerate(policy.path((role,)))
    return next((count for count, step in path if count and not set(below).isdisjoint(step)), None)
