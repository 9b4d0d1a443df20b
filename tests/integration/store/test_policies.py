"""Policies as they are kept: under their digest, never changed, one after the other in force."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.clock import ShiftedClock
from core.company import Roster
from core.digest import policy_version, written
from core.errors import Conflict, NotFound, Unavailable
from store.activations import BEFORE_ANY
from store.database import Database
from store.policies import Policies
from tests.integration.store.desk import ACME, NOON
from tests.support.company import example

OTHER = "other"


@pytest.fixture
def shelf(database: Database) -> Policies:
    return Policies(database, clock=ShiftedClock(NOON))


async def kept(shelf: Policies, *texts: str) -> list[str]:
    return [await shelf.put(ACME, text, {"people": []}, "lea") for text in texts]


async def test_what_was_put_is_read_under_its_digest(shelf: Policies) -> None:
    roster = written(example().roster)
    version = await shelf.put(ACME, example().policy_text, roster, "lea")
    assert version == policy_version(example().policy_text, roster)
    found = await shelf.get(ACME, version)
    assert found.text == example().policy_text
    assert Roster.model_validate(found.roster) == example().roster
    assert await shelf.put(ACME, example().policy_text, roster, "bob") == version


async def test_numbers_that_json_cannot_say_come_back(shelf: Policies) -> None:
    given = {"id": "ann", "name": "Ann", "email": "a@b.example", "role": "cfo", "limits": {"all": float("inf"), "big": 1e22, "small": 2.50}}
    roster = Roster.model_validate({"people": [given]})
    found = await shelf.get(ACME, await shelf.put(ACME, "version: 1", written(roster), "lea"))
    assert Roster.model_validate(found.roster) == roster


async def test_a_version_is_known_to_its_tenant_only(shelf: Policies) -> None:
    (version,) = await kept(shelf, "a")
    with pytest.raises(NotFound, match=version):
        await shelf.get(OTHER, version)
    with pytest.raises(NotFound, match=version):
        await shelf.activate(OTHER, version, person="lea")


@pytest.mark.parametrize("statement", ["UPDATE policies SET text = 'b'", "DELETE FROM policies", "UPDATE activations SET person = 'x'"])
async def test_a_row_is_never_changed(shelf: Policies, database: Database, statement: str) -> None:
    (version,) = await kept(shelf, "a")
    await shelf.activate(ACME, version, person="lea")
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(ACME) as db:
            await db.execute(text(statement))


async def test_what_was_changed_behind_our_back_is_not_used(shelf: Policies, database: Database) -> None:
    (version,) = await kept(shelf, "a")
    async with database.transaction() as db:
        await db.execute(text("UPDATE policies SET text = 'b'"))
    with pytest.raises(Unavailable, match="something else"):
        await shelf.get(ACME, version)
    with pytest.raises(Unavailable, match="something else"):
        await shelf.activate(ACME, version, person="lea")


async def test_rolling_back_goes_further_back_and_not_to_and_fro(shelf: Policies) -> None:
    a, b, c = await kept(shelf, "a", "b", "c")
    assert await shelf.active(ACME) is None
    for version in (a, b, c):
        await shelf.activate(ACME, version, person="lea", reason="better")
    assert [(await shelf.rollback(ACME, person="bob")).version for _ in range(2)] == [b, a]
    with pytest.raises(Conflict, match="no policy was in force before"):
        await shelf.rollback(ACME, person="bob")
    await shelf.activate(ACME, c, person="lea")
    assert (await shelf.rollback(ACME, person="bob", reason="worse")).version == a
    told = [(act.version, act.kind, act.person, act.reason, act.in_force) for act in await shelf.history(ACME)]
    assert told[:2] == [(a, "rolled_back", "bob", "worse", True), (c, "activated", "lea", "", False)]
    assert len(told) == 7


async def test_nothing_is_rolled_back_before_anything_was_put_in_force(shelf: Policies) -> None:
    with pytest.raises(Conflict, match="no policy has been put in force yet"):
        await shelf.rollback(ACME, person="bob")


async def test_what_is_in_force_already_stays_so(shelf: Policies) -> None:
    (a,) = await kept(shelf, "a")
    first = await shelf.activate(ACME, a, person="lea")
    assert await shelf.activate(ACME, a, person="bob") == first
    assert len(await shelf.history(ACME)) == 1


async def test_the_first_roll_back_leads_to_what_the_folder_said(shelf: Policies) -> None:
    folder, a = await kept(shelf, "folder", "a")
    await shelf.activate(ACME, a, person="lea", instead_of=folder)
    assert [(act.version, act.reason) for act in await shelf.history(ACME)] == [(a, ""), (folder, BEFORE_ANY)]
    assert (await shelf.rollback(ACME, person="lea")).version == folder


async def test_acts_at_once_come_one_after_the_other(shelf: Policies) -> None:
    """However they fall, the history is one of whole steps: a roll-back always leads to what was below it."""
    versions = await kept(shelf, *"abcdefgh")
    await asyncio.gather(*(shelf.activate(ACME, version, person=version, instead_of=versions[0]) for version in versions))
    history = await shelf.history(ACME)
    assert {act.version for act in history} == set(versions)
    assert sum(act.reason == BEFORE_ANY for act in history) <= 1
    order = [act.version for act in reversed(history)]
    led = await asyncio.gather(*(shelf.rollback(ACME, person="lea") for _ in range(3)))
    assert sorted(act.version for act in led) == sorted(order[-4:-1])


async def test_a_roll_back_that_leads_elsewhere_by_now_is_refused(shelf: Policies) -> None:
    a, b, c = await kept(shelf, "a", "b", "c")
    for version in (a, b):
        await shelf.activate(ACME, version, person="lea")
    expected = await shelf.before(ACME)
    await shelf.activate(ACME, c, person="bob")
    with pytest.raises(Conflict, match=f"leads to {b} now"):
        await shelf.rollback(ACME, person="lea", to=expected)


async def test_an_older_database_has_nothing_in_force(shelf: Policies, database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(text("DROP TABLE activations"))
    assert await shelf.in_force([ACME]) == {}
