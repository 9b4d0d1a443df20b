"""What was known when: facts on a real database."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import InvalidFile, NotFound
from core.profile import Statement
from store.database import Database
from store.facts import Facts
from store.personal import PersonalData
from tests.integration.store.desk import ACME, NOON, Desk

KIM, ORCHARD = "kim@orchard.example", "Orchard"
LATER, MUCH_LATER = NOON + timedelta(hours=1), NOON + timedelta(days=1)
OF_ORCHARD = Statement("contact", KIM, "account", ORCHARD, "crm")


def arr(value: Any, *, record: str = "crm", **more: Any) -> Statement:
    return Statement("account", ORCHARD, "arr", value, record, **more)


@pytest.fixture
def facts(database: Database) -> Facts:
    return Facts(database)


async def known(facts: Facts, at: Any = MUCH_LATER, *, tenant: str = ACME, contact: str = KIM) -> dict[tuple[str, str], Any]:
    return {(said.name, said.record): said.value for said in await facts.known(tenant, contact, at)}


async def count(database: Database) -> int:
    async with database.transaction() as db:
        return int(await db.scalar(text("SELECT count(*) FROM facts")) or 0)


async def test_a_replay_sees_only_what_was_known_then(facts: Facts) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, arr(1.0)], NOON)
    await facts.record(ACME, "crm", [arr(2.0)], LATER)
    assert await known(facts, NOON - timedelta(seconds=1)) == {}
    assert (await known(facts, LATER - timedelta(seconds=1)))["arr", "crm"] == 1.0
    assert (await known(facts, LATER))["arr", "crm"] == 2.0


async def test_a_statement_comes_back_as_it_was_made(facts: Facts) -> None:
    odd = Statement("contact", KIM, "contact_name", 'Kim\t"\\Lee\\"\n\0 Ñ', "crm", NOON, 0.25, "v\t7\\")
    said = [odd, Statement("contact", KIM, "address_verified", True, "crm"), Statement("contact", KIM, "seats", 12.5, "crm")]
    await facts.record(ACME, "crm", said, LATER)
    found = {each.name: each for each in await facts.known(ACME, KIM, LATER)}
    assert found["contact_name"] == odd._replace(value='Kim\t"\\Lee\\"\n\ufffd Ñ', recorded_at=LATER)
    assert [found[name].value for name in ("address_verified", "seats")] == [True, 12.5]


async def test_only_what_is_news_is_added_and_nothing_is_ever_changed(facts: Facts, database: Database) -> None:
    first = [OF_ORCHARD, arr(1.0), arr(1.0, record="crm", version="2")]
    assert (await facts.record(ACME, "crm", first[:2], NOON)).appended == 2
    assert (await facts.record(ACME, "crm", first[:2], LATER)).appended == 0
    assert (await facts.record(ACME, "crm", [arr(1.0, observed_at=NOON)], LATER)).appended == 1
    assert (await facts.record(ACME, "crm", [arr(3.0, observed_at=LATER)], LATER)).appended == 1
    assert await count(database) == 4
    assert (await known(facts, NOON))["arr", "crm"] == 1.0


async def test_what_arrives_late_does_not_overtake_what_is_known(facts: Facts) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, arr(2.0, observed_at=LATER)], LATER)
    assert (await facts.record(ACME, "crm", [arr(1.0, observed_at=NOON)], MUCH_LATER)).appended == 0
    assert (await known(facts))["arr", "crm"] == 2.0


IMPOSSIBLE = "2999-01-01 00:00Z", "10000-01-01 13:59:59Z", "0001-01-01 00:00+14", "1969-12-31 00:00Z"


@pytest.mark.parametrize("seen", IMPOSSIBLE)
async def test_a_row_that_was_observed_at_no_possible_time_kills_nothing_and_blocks_nothing(
    facts: Facts, database: Database, seen: str
) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, arr(1.0, observed_at=NOON)], NOON)
    async with database.transaction() as db:
        wrong = "SELECT tenant, subject, name, '9', record, confidence, CAST(:seen AS text)::timestamptz, version, recorded_at FROM facts"
        columns = "tenant, subject, name, value, record, confidence, observed_at, version, recorded_at"
        await db.execute(text(f"INSERT INTO facts ({columns}) {wrong} WHERE name = 'arr'"), {"seen": seen})
        await db.execute(text(f"INSERT INTO facts ({columns}) {wrong} WHERE name = 'account'"), {"seen": seen})
    assert await known(facts) == {("account", "crm"): ORCHARD, ("arr", "crm"): 1.0}
    assert len((await PersonalData(database, clock=Desk(database).clock).export(ACME, KIM))["facts"]) == 2  # type: ignore[arg-type]
    assert (await facts.record(ACME, "crm", [arr(2.0, observed_at=LATER)], LATER)).appended == 1
    assert (await known(facts))["arr", "crm"] == 2.0


async def test_what_a_clock_that_is_ahead_observed_was_observed_now(facts: Facts) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, arr(1.0, observed_at=NOON + timedelta(minutes=2))], NOON)
    (found,) = [said for said in await facts.known(ACME, KIM, NOON) if said.name == "arr"]
    assert (found.value, found.observed_at) == (1.0, NOON)


async def test_each_record_speaks_for_itself(facts: Facts) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, arr(1.0)], NOON)
    await facts.record(ACME, "billing", [arr(2.0, record="billing")], NOON)
    assert await known(facts) == {("account", "crm"): ORCHARD, ("arr", "crm"): 1.0, ("arr", "billing"): 2.0}


async def test_a_file_replaces_what_its_record_said_and_no_other_records(facts: Facts, database: Database) -> None:
    await facts.record(ACME, "billing", [arr(2.0, record="billing")], NOON)
    told = await facts.replace(ACME, "crm", iter([OF_ORCHARD, arr(1.0), arr(5.0, observed_at=NOON)]), NOON, content="one")
    assert told is not None
    assert (told.stated, told.appended, told.retracted) == (3, 2, 0)
    assert (await known(facts))["arr", "crm"] == 5.0, "the freshest of what one record says twice"
    before = await count(database)
    assert await facts.replace(ACME, "crm", iter([OF_ORCHARD]), LATER, content="one") is None
    assert await count(database) == before
    told = await facts.replace(ACME, "crm", iter([OF_ORCHARD]), LATER, content="two")
    assert told is not None
    assert (told.appended, told.retracted) == (0, 1)
    assert await known(facts) == {("account", "crm"): ORCHARD, ("arr", "crm"): None, ("arr", "billing"): 2.0}
    assert [await facts.content(ACME, "crm", at) for at in (NOON - timedelta(1), NOON, LATER)] == [None, "one", "two"]


async def test_a_file_that_breaks_in_the_middle_changes_nothing(facts: Facts, database: Database) -> None:
    def broken() -> Iterator[Statement]:
        yield OF_ORCHARD
        raise InvalidFile(file="crm.csv", line=3, problem="bad")

    with pytest.raises(InvalidFile):
        await facts.replace(ACME, "crm", broken(), NOON, content="one")
    assert await count(database) == 0
    assert await facts.content(ACME, "crm", NOON) is None


async def test_of_processes_that_read_the_same_file_one_writes_it(database_url: str, database: Database) -> None:
    several = [Database(database_url) for _ in range(4)]
    said = [OF_ORCHARD, arr(1.0)]
    told = await asyncio.gather(*(Facts(each).replace(ACME, "crm", iter(said), NOON, content="one") for each in several))
    assert [each for each in told if each] == [told[0] or next(each for each in told if each)]
    assert await count(database) == 3
    for each in several:
        await each.close()


async def test_a_company_sees_nothing_of_another(facts: Facts) -> None:
    await facts.record("other", "crm", [OF_ORCHARD, arr(1.0)], NOON)
    assert await known(facts) == {}
    assert (await facts.record(ACME, "crm", [OF_ORCHARD], NOON)).appended == 1
    assert len(await known(facts, tenant="other")) == 2


async def test_what_is_known_of_a_person_is_exported_and_erased_with_them(facts: Facts, database: Database) -> None:
    await facts.record(ACME, "crm", [OF_ORCHARD, Statement("contact", KIM, "title", "CFO", "crm"), arr(1.0)], NOON)
    await facts.record(ACME, "crm", [Statement("contact", "bea@orchard.example", "title", "CTO", "crm")], NOON)
    personal = PersonalData(database, clock=Desk(database).clock)
    export: Any = await personal.export(ACME, "KIM@Orchard.example")
    assert [(fact["name"], fact["value"]) for fact in export["facts"]] == [("account", ORCHARD), ("title", "CFO")]
    assert (await personal.erase(ACME, " Kim@orchard.example ", by="ann")).facts == 2
    assert await known(facts) == {}
    assert await known(facts, contact="bea@orchard.example") == {("title", "crm"): "CTO"}
    with pytest.raises(NotFound):
        await personal.erase(ACME, KIM, by="ann")
