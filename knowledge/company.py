"""One company folder, read and checked as a whole."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import TypeVar

from pydantic import BaseModel

from core.company import Company, Demo, Intents, Profile, Roster
from core.errors import InvalidFile
from core.yamltext import Lines, Loc, parse
from knowledge.files import read_text, require_folder

REPLY_FIELDS: dict[str, frozenset[str]] = {
    "acknowledgement": frozenset({"team", "within"}),
    "clarify": frozenset({"options"}),
    "answer_intro": frozenset(),
    "answer_outro": frozenset(),
    "sign_off": frozenset(),
}
"""Fixed reply → the ``str.format`` fields that it may use."""

T = TypeVar("T", bound=BaseModel)
Suspects = Callable[[Lines], Iterator[Loc]]


def load_company(folder: Path) -> Company:
    """Read ``company.yaml``, ``roster.yaml``, ``intents.yaml`` and ``policy.yaml`` of ``folder``.

    Raises:
        InvalidFile: for the first thing that cannot be used; the file is named the way ``folder`` was given.
    """
    require_folder(folder)
    profile, lines = _read(Profile, folder / "company.yaml", _no_suspects)
    _check_profile(profile, lines)
    roster, _ = _read(Roster, folder / "roster.yaml", _people)
    intents, _ = _read(Intents, folder / "intents.yaml", _intent_names)
    policy = folder / "policy.yaml"
    demo = _read(Demo, folder / "demo.yaml", _no_suspects)[0] if (folder / "demo.yaml").exists() else None
    return Company(folder, profile, roster, intents, read_text(policy), str(policy), demo)


def load_companies(folders: tuple[Path, ...]) -> dict[str, Company]:
    """Tenant id → company.

    Raises:
        InvalidFile: also when two folders claim one id, mail domain or mailbox.
    """
    companies: dict[str, Company] = {}
    owners: dict[str, str] = {}
    for folder in folders:
        company = load_company(folder)
        claims = (company.id, *(domain.lower() for domain in company.profile.domains), *map(str.lower, company.profile.mailboxes))
        for claim in claims:
            if claim in owners:
                raise InvalidFile(file=str(folder / "company.yaml"), problem=f"{claim!r} belongs to {owners[claim]} already")
        owners.update(dict.fromkeys(claims, str(folder)))
        companies[company.id] = company
    return companies


def _read(model: type[T], path: Path, suspects: Suspects) -> tuple[T, Lines]:
    text, file = read_text(path), str(path)
    try:
        return parse(model, text, file)
    except InvalidFile as error:
        whole = f"{model.__name__}: Value error, "
        if not error.problem.startswith(whole):
            raise
        lines = Lines(text, file)
        raise lines.error(next(suspects(lines), ()), error.problem.removeprefix(whole)) from None


def _no_suspects(_: Lines) -> Iterator[Loc]:
    return iter(())


def _people(lines: Lines) -> Iterator[Loc]:
    """Where a roster contradicts itself, in the order in which ``core.company.Roster`` looks."""
    people = lines.data["people"]
    ids = [person["id"] for person in people]
    yield from _twice(ids, "people", "id")
    for index, person in enumerate(people):
        if person.get("backup") and (person["backup"] == person["id"] or person["backup"] not in ids):
            yield ("people", index, "backup")


def _intent_names(lines: Lines) -> Iterator[Loc]:
    return _twice([intent["name"] for intent in lines.data["intents"]], "intents", "name")


def _twice(values: list[str], sequence: str, key: str) -> Iterator[Loc]:
    for value in values:
        if values.count(value) > 1:
            yield (sequence, len(values) - 1 - values[::-1].index(value), key)


def _check_profile(profile: Profile, lines: Lines) -> None:
    if profile.default_language not in profile.languages:
        raise lines.error(("default_language",), f"default_language: {profile.default_language!r} is not among languages")
    domains = {domain.lower() for domain in profile.domains}
    for address in profile.mailboxes:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or address.rpartition("@")[2].lower() not in domains:
            raise lines.error(("mailboxes", address), f"mailboxes: {address!r} is no address of the company's domains")
    for language, replies in profile.replies.items():
        for key, text in replies.items():
            _check_reply(("replies", language, key), text, lines)
    _check_complete(profile, lines)


def _check_reply(at: tuple[str, str, str], text: str, lines: Lines) -> None:
    allowed = REPLY_FIELDS.get(at[2])
    try:
        fields = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise lines.error(at, f"{'.'.join(at)}: {error}") from None
    if spare := sorted(fields - (allowed or frozenset())):
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed or ())) or "none"
        raise lines.error(at, f"{'.'.join(at)}: unknown field {{{spare[0]}}}; known here: {known}")


def _check_complete(profile: Profile, lines: Lines) -> None:
    """The default language has every fixed text: the others fall back to it."""
    replies = profile.replies.get(profile.default_language, {})
    for key in REPLY_FIELDS:
        if not replies.get(key, "").strip():
            at = ("replies", profile.default_language)
            raise lines.error(at, f"{'.'.join(at)}: {key} is missing; every other language falls back to it")
