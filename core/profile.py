"""What systems of record state about contacts and accounts, and the one profile of a contact that it comes to.

A statement is of one record (``crm``, ``billing``, …) about one contact or account. ``merge`` is pure: the same statements and
priorities give the same profile, whatever their order.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from core.types import SignalValue
from core.value import Value

About = Literal["contact", "account"]
Kind = Literal["number", "text", "flag", "date"]
LONGEST = 500
NEVER = datetime.min.replace(tzinfo=UTC)

# Of the field's merged statements, those about whom come first.
PERSON: tuple[About, ...] = ("contact",)
PERSON_FIRST: tuple[About, ...] = ("contact", "account")
ACCOUNT_FIRST: tuple[About, ...] = ("account", "contact")


class Field(NamedTuple):
    """What a record may state. ``about``: of whom, the better first."""

    kind: Kind
    about: tuple[About, ...]


FIELDS: Mapping[str, Field] = {
    "contact_name": Field("text", PERSON),
    "title": Field("text", PERSON),
    "account": Field("text", PERSON),
    "address_verified": Field("flag", PERSON),
    "consent": Field("text", PERSON_FIRST),
    "crm_language": Field("text", PERSON_FIRST),
    "region": Field("text", PERSON_FIRST),
    "account_owner": Field("text", ACCOUNT_FIRST),
    "tier": Field("text", ACCOUNT_FIRST),
    "seats": Field("number", ACCOUNT_FIRST),
    "arr": Field("number", ACCOUNT_FIRST),
    "deal_value": Field("number", ACCOUNT_FIRST),
    "deal_stage": Field("text", ACCOUNT_FIRST),
    "renewal_date": Field("date", ACCOUNT_FIRST),
    "strategic": Field("flag", ACCOUNT_FIRST),
    "health": Field("text", ACCOUNT_FIRST),
}
"""Everything that a record may state, by the name of its signal; signals that are computed (days_to_renewal from renewal_date,
title_seniority from title, authenticated from address_verified) are not among them. Dates are ISO 8601 text."""

COMPUTED: Mapping[str, str] = {"renewal_date": "days_to_renewal", "title": "title_seniority", "address_verified": "authenticated"}
"""Field → the signal that is computed from it, under whose name a policy speaks of it."""


class Statement(NamedTuple):
    """What ``record`` states. ``key`` is the contact's address (``address_key``) or the account's name; ``value`` None: nothing any more.

    ``version`` is the record's own name for this state of it. ``recorded_at`` is when it became known here; the store sets it.
    """

    about: About
    key: str
    name: str
    value: SignalValue
    record: str
    observed_at: datetime | None = None
    confidence: float = 1.0
    version: str = ""
    recorded_at: datetime | None = None


class Stated(Value):
    """A value and who says so."""

    value: SignalValue
    about: About
    record: str
    observed_at: datetime | None
    recorded_at: datetime | None
    version: str
    confidence: float


class Fact(Stated):
    """A field of the profile: what wins, and the statements that say otherwise."""

    name: str
    conflicts: tuple[Stated, ...] = ()


class Recorded(Value):
    """What became of a record's statements: how many there were, how many were news, and how many earlier ones no longer hold."""

    stated: int
    appended: int
    retracted: int = 0


class Profile(Value):
    """What is known of a contact and their account, each field with its source."""

    contact: str
    account: str | None
    fields: tuple[Fact, ...]

    def get(self, name: str) -> Fact | None:
        return next((fact for fact in self.fields if fact.name == name), None)


def address_key(address: str) -> str:
    """What two spellings of one address share. Only ASCII is folded: ``K`` (the Kelvin sign) must not become ``k``."""
    address = address.strip()
    return address.lower() if address.isascii() else address


def is_address(text: str) -> bool:
    local, _, domain = text.partition("@")
    return bool(local and domain) and "@" not in domain and not any(character.isspace() for character in text)


def problem_of(about: About, name: str, value: SignalValue) -> str | None:
    """Why a record may not state this, to follow the field's name; None when it may."""
    field = FIELDS.get(name)
    if field is None:
        return f"is no fact that a record states; those are {', '.join(sorted(FIELDS))}"
    if about not in field.about:
        return f"is not about an {about}"
    return None if value is None or _fits(field.kind, value) else f"is not a {field.kind}"


def _fits(kind: Kind, value: SignalValue) -> bool:
    match kind, value:
        case "flag", bool():
            return True
        case "number", bool():
            return False
        case "number", int() | float():
            return math.isfinite(value) and value >= 0
        case "text", str():
            return 0 < len(value.strip()) <= LONGEST
        case "date", str():
            return _is_date(value)
        case _:
            return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def merge(contact: str, statements: Iterable[Statement], sources: Mapping[str, Sequence[str]], order: Sequence[str]) -> Profile:
    """The profile of ``contact`` from the latest statement of each record.

    Of each field wins what is about whom the field is about; then the better record by ``sources`` (field → records, the best first;
    those left out come after), or by ``order`` where the field has none; then the freshest; then the most confident; then ``order``.
    Statements about another account than the one that wins are not looked at.
    """
    said = [statement for statement in statements if statement.value is not None and statement.name in FIELDS]
    own = [statement for statement in said if statement.about == "contact" and statement.key == contact]
    employer = _best([statement for statement in own if statement.name == "account"], sources, order)
    account = str(employer[0].value) if employer else None
    theirs = [*own, *(statement for statement in said if statement.about == "account" and statement.key == account)]
    named: dict[str, list[Statement]] = {}
    for statement in theirs:
        named.setdefault(statement.name, []).append(statement)
    facts = (_fact(_best(named[name], sources, order)) for name in FIELDS if name in named)
    return Profile(contact=contact, account=account, fields=tuple(facts))


def _best(candidates: list[Statement], sources: Mapping[str, Sequence[str]], order: Sequence[str]) -> list[Statement]:
    """The statements of one field, the one that wins first."""

    def rank(statement: Statement) -> tuple[int, int, float, float, int, str]:
        listed = sources.get(COMPUTED.get(statement.name, statement.name)) or order
        seen = statement.observed_at or NEVER
        return (
            _place(FIELDS[statement.name].about, statement.about),
            _place(listed, statement.record),
            -(seen - NEVER).total_seconds(),
            -statement.confidence,
            _place(order, statement.record),
            statement.record,
        )

    return sorted(candidates, key=rank)


def _place(among: Sequence[str], name: str) -> int:
    return among.index(name) if name in among else len(among)


def _fact(best: Sequence[Statement]) -> Fact:
    winner, others = best[0], best[1:]
    conflicts = tuple(Stated.model_validate(_said(other)) for other in others if other.value != winner.value)
    return Fact.model_validate({"name": winner.name, "conflicts": conflicts, **_said(winner)})


def _said(statement: Statement) -> dict[str, object]:
    return {name: getattr(statement, name) for name in Stated.model_fields}
