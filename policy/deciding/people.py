"""Who takes it: of the eligible the available, of those who fit the account's owner first, then the best skilled, the least loaded. Pure.

A path is walked in **tiers**: fall-backs on the same level together, then those on another. Within a tier whoever speaks the language and
serves the region comes first, then the region is given up, then the language, and the plan says so. So a colleague on the same level who
speaks the language is asked before somebody who does not, and nothing is passed down a level for a language's or a region's sake.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from core.company import Person, Roster
from policy.deciding.availability import available, unavailable
from policy.deciding.eligibility import Need, anybody, beyond, candidates, chain, eligible
from policy.jurisdiction import folded
from policy.schema import Policy

LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
BACKUPS = 2
NAMED = 3


class Assignment(NamedTuple):
    """``backups``: one or two people who are not the owner, the available first. ``notes``: what was given up on the way, in words."""

    owner: Person
    backups: tuple[Person, ...]
    notes: tuple[str, ...]


def assign(policy: Policy, roster: Roster, roles: Sequence[str], backup_role: str | None, need: Need) -> Assignment:
    """The owner among ``roles`` or those that step in for them, and at least one backup; all of them eligible.

    When nobody of the roles is available, their fall-backs are asked; when nobody at all is, the best of the roles owns it none the less,
    and the notes say so: an absent executive never blocks. Where nobody on the path is eligible (a regulated topic, a jurisdiction),
    somebody of the lowest level who is gets it.

    Raises:
        ValueError: there is nobody of whom ``load`` made sure (``policy.deciding.eligibility.short_of_people``).
    """
    steps, outside = _steps(policy, roster, roles, need)
    for tier in _tiers(policy, steps):
        people = _ranked(policy, roster, tier, need)
        owner = next((each for each in people if available(policy, each, need)), None)
        if owner:
            notes = (*outside, *_passed(policy, roster, steps[0], owner, need), *_given_up(owner, need))
            return _with_backups(policy, roster, owner, people, backup_role, need, notes)
    absent = next(found for step in steps if (found := _ranked(policy, roster, [step], need)))
    why = f"nobody available among {', '.join(steps[0])} now: {absent[0].name} answers when back, the backup until then"
    notes = (*outside, why, *_given_up(absent[0], need))
    return _with_backups(policy, roster, absent[0], absent, backup_role, need, notes)


def stay(policy: Policy, roster: Roster, owner: Person, roles: Sequence[str], backup_role: str | None, need: Need) -> Assignment:
    """Who has taken over keeps it, whatever the hour; only somebody who is not eligible has to pass it on, by the path of ``roles``."""
    if eligible(policy, owner, need):
        return _with_backups(policy, roster, owner, _ranked(policy, roster, [(owner.role,)], need), None, need, ())
    found = assign(policy, roster, roles, backup_role, need)
    return found._replace(notes=(f"{owner.name} has taken it over and may not own it: passed to {found.owner.name}", *found.notes))


def _steps(policy: Policy, roster: Roster, roles: Sequence[str], need: Need) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The steps of the path, or the one beyond it where nobody on it is eligible; and what is said then."""
    steps = chain(policy, roles)
    if any(anybody(policy, roster, step, need) for step in steps):
        return steps, ()
    roles = beyond(policy, roster, need)
    if not roles:
        raise ValueError(f"nobody may own what reaches {', '.join(steps[0])}")
    return [roles], (f"nobody of {', '.join(steps[0])} or their fall-backs may own it: passed to {', '.join(roles)}",)


def _tiers(policy: Policy, steps: Iterable[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Neighbouring steps whose roles stand on the same level, together."""
    return [list(tier) for _, tier in groupby(steps, key=lambda step: {policy.roles[role].level for role in step})]


def _ranked(policy: Policy, roster: Roster, tier: Sequence[tuple[str, ...]], need: Need) -> list[Person]:
    """Everybody eligible of the tier, best fit first."""
    people = [(_rank(person, depth, need), person) for depth, step in enumerate(tier) for person in candidates(policy, roster, step, need)]
    return [person for _, person in sorted(people, key=lambda entry: entry[0])]


def _rank(person: Person, depth: int, need: Need) -> tuple[object, ...]:
    """Language, region (whoever owns it already serves it), ownership, nearness on the path, skills, load, whose turn it is."""
    last = need.assigned.get(person.id)
    return (
        not _speaks(person, need),
        not _serves(person, need) and person.id != need.preferred,
        person.id != need.preferred,
        depth,
        -len(need.skills.intersection(person.skills)),
        need.load.get(person.id, 0) / max(1, person.capacity),
        last.timestamp() if last else float("-inf"),
        zlib.crc32(f"{need.rotation}:{person.id}".encode()),
        person.id,
    )


def _speaks(person: Person, need: Need) -> bool:
    return not need.language or need.language in person.languages


def _serves(person: Person, need: Need) -> bool:
    return not need.region or not person.regions or need.region.casefold() in folded(person.regions)


def _passed(policy: Policy, roster: Roster, asked: Sequence[str], owner: Person, need: Need) -> tuple[str, ...]:
    """What is said when the owner has none of the roles that were asked."""
    if owner.role in asked:
        return ()
    people = list(candidates(policy, roster, asked, need))
    if not people:
        return (f"nobody of {', '.join(asked)} may own it: passed to {owner.role}",)
    reasons = [unavailable(policy, person, need) for person in people]
    why = "; ".join(f"{person.name} {reason}" for person, reason in zip(people, reasons, strict=True)) if len(people) <= NAMED else ""
    if not all(reasons):
        return (f"nobody who fits is available among {', '.join(asked)}: passed to {owner.role}",)
    return (f"nobody available among {', '.join(asked)}{f' ({why})' if why else ''}: passed to {owner.role}",)


def _given_up(owner: Person, need: Need) -> tuple[str, ...]:
    """What the owner does not fit, since nobody available does."""
    notes = []
    if not _speaks(owner, need):
        language = LANGUAGES.get(need.language, need.language)
        notes.append(f"nobody who speaks {language} is available: {owner.name} answers in another language")
    if not _serves(owner, need) and owner.id != need.preferred:
        notes.append(f"nobody who serves {need.region} is available: {owner.name} serves {', '.join(owner.regions)}")
    return tuple(notes)


def _with_backups(
    policy: Policy, roster: Roster, owner: Person, others: Sequence[Person], backup_role: str | None, need: Need, notes: tuple[str, ...]
) -> Assignment:
    """The owner's named backup, the next best, the backup role, anybody: of the first of these that is anybody, the available first."""
    ready, rest = list[Person](), list[Person]()
    for person in _near(policy, roster, owner, others, backup_role, need):
        (ready if available(policy, person, need) else rest).append(person)
        if len(ready) == BACKUPS:
            break
    people = [*ready, *rest][:BACKUPS] or _anybody(policy, roster, owner, need)
    return Assignment(owner, tuple(people), notes)


def _near(policy: Policy, roster: Roster, owner: Person, others: Sequence[Person], backup_role: str | None, need: Need) -> Iterator[Person]:
    """Who may back the owner up, the best first, each once."""
    named = roster.get(owner.backup or "")
    seen = {owner.id}
    yield from _unseen([named, *others] if named and eligible(policy, named, need) else others, seen)
    roles = (backup_role,) if backup_role else policy.roles[owner.role].fallback or (owner.role,)
    yield from _unseen(_ranked(policy, roster, [roles], need), seen)


def _unseen(people: Iterable[Person], seen: set[str]) -> Iterator[Person]:
    for person in people:
        if person.id not in seen:
            seen.add(person.id)
            yield person


def _anybody(policy: Policy, roster: Roster, owner: Person, need: Need) -> list[Person]:
    """Whoever of the whole company may best back the owner up: of a role without approvals, on the nearest level."""
    people = [person for person in roster.people if person.id != owner.id and eligible(policy, person, need)]
    roles, level = policy.roles, policy.roles[owner.role].level
    people.sort(key=lambda each: (bool(roles[each.role].approvals), abs(roles[each.role].level - level), *_rank(each, 0, need)))
    return people[:1]
