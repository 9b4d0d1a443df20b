"""Who takes it: eligible people of a role, the available before the absent, the account's owner first, then the least loaded."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.company import Person, Roster
from policy.schema import Policy


class Need(NamedTuple):
    """What the conversation asks of its owner. ``rotation`` breaks ties, so that equals take turns; ``absent`` people get no new work."""

    language: str
    region: str
    skills: frozenset[str]
    preferred: str | None
    now: datetime
    load: Mapping[str, int]
    rotation: str
    absent: frozenset[str] = frozenset()


class Assignment(NamedTuple):
    owner: Person
    backups: tuple[Person, ...]
    notes: tuple[str, ...]


def at_work(person: Person, now: datetime) -> bool:
    """Whether ``now`` lies in the person's local working hours (daylight saving included)."""
    local = now.astimezone(person.zone)
    spans = person.week.days[local.weekday()]
    return any(begin <= local.time() < end for begin, end in spans)


def available(person: Person, need: Need) -> bool:
    return person.id not in need.absent and at_work(person, need.now) and need.load.get(person.id, 0) < person.capacity


def assign(policy: Policy, roster: Roster, roles: Sequence[str], backup_role: str | None, need: Need) -> Assignment:
    """The owner among ``roles`` and at least one backup.

    When nobody of the roles is available, the roles' fall-backs are asked in turn; when nobody at all is, the best of the original
    roles owns it none the less, and the notes say so: an absent executive never blocks.
    """
    chain = _chain(policy, roles)
    for depth, step in enumerate(chain):
        ready = [person for person in _ranked(roster, step, need) if available(person, need)]
        if ready:
            notes = () if depth == 0 else (f"nobody available among {', '.join(chain[0])}: passed to {', '.join(step)}",)
            return _with_backups(policy, roster, ready[0], ready[1:], backup_role, need, notes)
    absent = _ranked(roster, chain[0], need)
    notes = (f"nobody available among {', '.join(chain[0])} now: {absent[0].name} answers when back, the backup until then",)
    return _with_backups(policy, roster, absent[0], absent[1:], backup_role, need, notes)


def stay(policy: Policy, roster: Roster, owner: Person, need: Need) -> Assignment:
    """Who has taken over keeps it, whatever the hour."""
    return _with_backups(policy, roster, owner, _ranked(roster, (owner.role,), need), None, need, ())


def _chain(policy: Policy, roles: Sequence[str]) -> list[tuple[str, ...]]:
    """The roles, then their fall-backs, each role once. One that itself needs an approval is passed by: nobody has given it."""
    steps = policy.path(roles)
    free = (tuple(role for role in step if not policy.roles[role].approvals) for step in steps[1:])
    return [steps[0], *(step for step in free if step)]


def _ranked(roster: Roster, roles: Sequence[str], need: Need) -> list[Person]:
    """Everybody of these roles, best fit first (preferred, language, skills, region, load); equals take turns."""
    people = [person for person in roster.people if person.role in roles]
    return sorted(people, key=lambda person: _fit(person, need))


def _fit(person: Person, need: Need) -> tuple[object, ...]:
    return (
        person.id != need.preferred,
        need.language not in person.languages,
        -len(need.skills.intersection(person.skills)),
        bool(need.region) and need.region not in person.regions,
        need.load.get(person.id, 0) / max(1, person.capacity),
        _turn_of(person.id, need.rotation),
    )


def _turn_of(id: str, rotation: str) -> int:
    return zlib.crc32(f"{rotation}:{id}".encode())


def _with_backups(
    policy: Policy, roster: Roster, owner: Person, others: Sequence[Person], backup_role: str | None, need: Need, notes: tuple[str, ...]
) -> Assignment:
    """Up to two backups: the owner's named one, the next best, the backup role, anybody; those at work before those absent."""
    named = [person for person in roster.people if person.id == owner.backup]
    roles = (backup_role,) if backup_role else policy.roles[owner.role].fallback or (owner.role,)
    candidates = [*named, *others, *_ranked(roster, roles, need)] or list(roster.people)
    unique = list({person.id: person for person in candidates if person.id != owner.id}.values())
    return Assignment(owner, tuple(sorted(unique, key=lambda person: not available(person, need))[:2]), notes)
