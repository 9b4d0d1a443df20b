"""Who may own a conversation at all. Nothing here is ever relaxed: neither the hour nor a person's absence makes anybody eligible. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.company import Person, Roster
from policy.jurisdiction import folded
from policy.schema import Outcome, Policy


class Need(NamedTuple):
    """What the conversation asks of its owner, and what is known of people.

    ``permissions`` and ``handled_in`` (regions of which the owner must serve one; none: anywhere) must hold; ``language``, ``region``
    (empty: any) and ``skills`` are wanted. ``load``: open conversations by person, ``assigned``: when each last got one; ``rotation``
    breaks what ties remain. ``absent`` people have handed their work to a deputy, ``busy`` ones have something in their calendar.
    """

    language: str
    region: str
    skills: frozenset[str]
    preferred: str | None
    now: datetime
    load: Mapping[str, int]
    rotation: str
    absent: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    assigned: Mapping[str, datetime] = {}
    permissions: frozenset[str] = frozenset()
    handled_in: tuple[str, ...] = ()
    urgent: bool = False


def demanded(policy: Policy, outcome: Outcome, queue: str, topic: str | None = None) -> frozenset[str]:
    """The permissions that the outcome, the role or else the queue that it reaches, and the message's regulated topic ask for together."""
    reached = policy.roles[outcome.role].permissions if outcome.role else policy.queues[queue].permissions
    regulated = policy.regulated[topic].permissions if topic in policy.regulated else frozenset[str]()
    return outcome.permissions | reached | regulated


def eligible(policy: Policy, person: Person, need: Need) -> bool:
    """Whether the person may own it: they may reply, hold every permission that it and their own role ask for, and serve a region in which
    it may be handled. Who states no region serves none for this purpose."""
    return not ineligible(policy, person, need.permissions, need.handled_in)


def ineligible(policy: Policy, person: Person, permissions: Collection[str], handled_in: Collection[str]) -> str | None:
    """Why the person may not own what asks for these permissions and regions, in words; None when they may."""
    if "converse" not in person.rights:
        return "may not reply to customers"
    if missing := sorted(policy.roles[person.role].permissions.union(permissions) - person.permissions):
        return f"is not permitted {', '.join(missing)}"
    if handled_in and folded(tuple(handled_in)).isdisjoint(folded(person.regions)):
        return f"serves none of the regions in which it may be handled ({', '.join(handled_in)})"
    return None


def candidates(policy: Policy, roster: Roster, roles: Sequence[str], need: Need) -> Iterator[Person]:
    """Everybody of these roles who is eligible."""
    return (person for role in dict.fromkeys(roles) for person in roster.with_role(role) if eligible(policy, person, need))


def anybody(policy: Policy, roster: Roster, roles: Sequence[str], need: Need) -> bool:
    """Whether somebody of these roles is eligible."""
    return next(candidates(policy, roster, roles, need), None) is not None


def chain(policy: Policy, roles: Sequence[str]) -> list[tuple[str, ...]]:
    """The roles, then their fall-backs, each role once. One that itself needs an approval is passed by: nobody has given it."""
    steps = policy.path(roles)
    free = (tuple(role for role in step if not policy.roles[role].approvals) for step in steps[1:])
    return [steps[0], *(step for step in free if step)]


def beyond(policy: Policy, roster: Roster, need: Need) -> tuple[str, ...]:
    """Where a conversation goes that nobody on its path may own: the roles of the lowest level that need no approval and have somebody
    eligible; none when there are none."""
    free = [role for role, each in policy.roles.items() if not each.approvals and anybody(policy, roster, (role,), need)]
    lowest = min((policy.roles[role].level for role in free), default=0)
    return tuple(role for role in free if policy.roles[role].level == lowest)


def short_of_people(policy: Policy, roster: Roster, roles: Sequence[str], need: Need, *, strict: bool = True) -> str | None:
    """Why ``people.assign`` could not staff the path of ``roles``, at any hour: nobody on it is eligible (not ``strict``: nor
    beyond it), or only one person of the company is. None when it can; only ``permissions`` and ``handled_in`` of the need count."""
    path = [role for step in chain(policy, roles) for role in step]
    if not anybody(policy, roster, path, need) and (strict or not beyond(policy, roster, need)):
        return f"nobody of {' → '.join(path)}{'' if strict else ' or beyond'} may own it ({_asked(policy, path, need)})"
    everybody = [person for person in roster.people if eligible(policy, person, need)]
    if len(everybody) < 2:
        return f"only {everybody[0].id} may own it ({_asked(policy, path, need)}), so nobody could back them up"
    return None


def _asked(policy: Policy, path: Sequence[str], need: Need) -> str:
    permissions = need.permissions.union(*(policy.roles[role].permissions for role in path))
    named = [f"permission {each}" for each in sorted(permissions)]
    regions = [f"a region of {', '.join(need.handled_in)}"] if need.handled_in else []
    return f"it takes {', '.join(['the right to reply', *named, *regions])}"
