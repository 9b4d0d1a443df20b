"""The canonical profile: which statement wins, and which disagree."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from core.profile import COMPUTED, FIELDS, Profile, Statement, merge, problem_of
from policy.signals import SCHEMA

KIM, ORCHARD = "kim@orchard.example", "Orchard"
DAY = datetime(2026, 3, 10, tzinfo=UTC)
OF_ORCHARD = Statement("contact", KIM, "account", ORCHARD, "crm", DAY)
ORDER = ("crm", "billing", "survey")


def arr(value: Any, record: str, *, days: int = 0, **more: Any) -> Statement:
    return Statement("account", ORCHARD, "arr", value, record, DAY - timedelta(days=days), **more)


def merged(*statements: Statement, sources: dict[str, tuple[str, ...]] | None = None) -> Profile:
    return merge(KIM, (OF_ORCHARD, *statements), sources or {}, ORDER)


def winner(*statements: Statement, name: str = "arr", sources: dict[str, tuple[str, ...]] | None = None) -> Any:
    fact = merged(*statements, sources=sources).get(name)
    return fact and (fact.value, fact.record, [other.value for other in fact.conflicts])


def test_the_company_trusts_the_record_that_it_names_first() -> None:
    assert winner(arr(1.0, "billing"), arr(2.0, "crm", days=300)) == (2.0, "crm", [1.0])


def test_the_policy_may_trust_another_with_one_fact() -> None:
    said = (arr(1.0, "billing", days=300), arr(2.0, "crm"))
    assert winner(*said, sources={"arr": ("billing", "crm")}) == (1.0, "billing", [2.0])
    assert winner(*said, sources={"seats": ("billing", "crm")}) == (2.0, "crm", [1.0])


def test_among_records_that_the_policy_leaves_out_the_freshest_wins() -> None:
    said = (arr(1.0, "crm", days=3), arr(2.0, "billing", days=2))
    assert winner(*said, sources={"arr": ("survey",)}) == (2.0, "billing", [1.0])


def test_of_equally_fresh_ones_the_more_confident_wins() -> None:
    said = (arr(1.0, "crm", confidence=0.4), arr(2.0, "billing", confidence=0.9))
    assert winner(*said, sources={"arr": ("survey",)}) == (2.0, "billing", [1.0])


def test_records_that_agree_are_no_conflict() -> None:
    assert winner(arr(5.0, "crm"), arr(5, "billing")) == (5.0, "crm", [])


def test_a_thing_of_the_person_is_the_contacts_own_and_a_thing_of_the_account_the_accounts() -> None:
    def both(name: str, own: Any, theirs: Any) -> Any:
        contact = Statement("contact", KIM, name, own, "billing", DAY - timedelta(days=99))
        return winner(contact, Statement("account", ORCHARD, name, theirs, "crm", DAY), name=name)

    assert both("consent", "no", "yes") == ("no", "billing", ["yes"])
    assert both("crm_language", "de", "en") == ("de", "billing", ["en"])
    assert both("tier", "team", "enterprise") == ("enterprise", "crm", ["team"])


def test_what_was_withdrawn_and_what_is_said_of_other_accounts_and_people_does_not_count() -> None:
    other = Statement("account", "Orchid", "arr", 9.0, "crm", DAY)
    stranger = Statement("contact", "ben@orchard.example", "title", "CFO", "crm", DAY)
    found = merged(arr(None, "crm"), arr(3.0, "billing", days=9), other, stranger)
    assert [(fact.name, fact.value) for fact in found.fields] == [("account", ORCHARD), ("arr", 3.0)]


def test_the_account_is_the_one_that_the_trusted_record_names() -> None:
    elsewhere = Statement("contact", KIM, "account", "Orchid", "billing", DAY)
    found = merged(elsewhere, arr(1.0, "crm"), Statement("account", "Orchid", "arr", 2.0, "crm", DAY))
    assert found.account == ORCHARD
    assert found.get("arr") is not None
    assert winner(elsewhere, arr(1.0, "crm")) == (1.0, "crm", [])


def test_the_order_in_which_statements_come_does_not_matter() -> None:
    said = [OF_ORCHARD, arr(1.0, "crm"), arr(2.0, "billing"), arr(3.0, "survey"), Statement("contact", KIM, "arr", 4.0, "crm", DAY)]
    assert len({merge(KIM, each, {"arr": ("survey", "billing")}, ORDER).model_dump_json() for each in permutations(said)}) == 1


@pytest.mark.parametrize(
    ("about", "name", "value", "problem"),
    [
        ("account", "arr", "much", "is not a number"),
        ("account", "arr", True, "is not a number"),
        ("account", "arr", -1.0, "is not a number"),
        ("account", "arr", float("nan"), "is not a number"),
        ("account", "strategic", 1.0, "is not a flag"),
        ("account", "tier", "", "is not a text"),
        ("account", "renewal_date", "soon", "is not a date"),
        ("account", "title", "CFO", "is not about an account"),
        ("contact", "value_score", 1.0, "is no fact that a record states"),
        ("account", "arr", 1, None),
        ("account", "renewal_date", "2026-04-30", None),
        ("contact", "consent", None, None),
    ],
)
def test_a_statement_is_typed(about: Any, name: str, value: Any, problem: str | None) -> None:
    found = problem_of(about, name, value)
    assert found is None if problem is None else problem in (found or "")


def test_every_field_is_a_verified_signal_of_the_same_type() -> None:
    for name, field in FIELDS.items():
        spec = SCHEMA[COMPUTED.get(name, name)]
        assert spec.verified
        assert name in COMPUTED or spec.kind == field.kind
