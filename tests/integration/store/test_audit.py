"""The audit names the first link that does not hold."""

import pytest
from sqlalchemy import text

from core.views import Broken
from store.database import Database
from tests.integration.store.desk import ACME, NOON, Desk


async def kept(database: Database) -> Desk:
    """Two conversations with two entries each, all in the ledger."""
    desk = Desk(database)
    for key in ("k1", "k2"):
        for n in (1, 2):
            await desk.answer(f"{key}-{n}", conversation_key=key)
    assert await desk.audit.extend_ledger(NOON) == 2
    return desk


async def tamper(database: Database, statement: str) -> None:
    async with database.transaction() as db:
        await db.execute(text("SET session_replication_role = replica"))
        assert (await db.execute(text(statement))).rowcount > 0
        await db.execute(text("SET session_replication_role = origin"))


async def broken(desk: Desk) -> Broken:
    found = (await desk.audit.verify(ACME)).broken
    assert found is not None
    return found


async def first(database: Database) -> str:
    async with database.transaction() as db:
        return str(await db.scalar(text("SELECT min(id) FROM conversations")))


async def test_an_untouched_history_holds(database: Database) -> None:
    verified = await (await kept(database)).audit.verify(ACME)
    assert (verified.conversations, verified.entries, verified.ledger, verified.broken) == (2, 4, 2, None)


@pytest.mark.parametrize(
    "change",
    [
        "turn_id = 't_other'",
        "kind = 'approved'",
        "at = at + interval '1 microsecond'",
        "digest = repeat('0', 64)",
        "previous = repeat('0', 64)",
        "hash = repeat('0', 64)",
        "tenant = 'other'",
    ],
)
async def test_a_changed_entry_is_named(database: Database, change: str) -> None:
    desk = await kept(database)
    conversation = await first(database)
    await tamper(database, f"UPDATE entries SET {change} WHERE conversation_id = '{conversation}' AND seq = 2")
    found = await broken(desk)
    assert (found.conversation, found.seq) == (conversation, 2)


@pytest.mark.parametrize("change", ["value = replace(value, 'refund', 'praise')", "salt = 'other'", "tenant = 'other'"])
async def test_changed_content_is_named(database: Database, change: str) -> None:
    desk = await kept(database)
    conversation = await first(database)
    await tamper(database, f"UPDATE entry_values SET {change} WHERE conversation_id = '{conversation}' AND seq = 1")
    assert (await broken(desk)).seq == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM entries WHERE conversation_id = :c AND seq = 1", "entry 1 is missing"),
        ("DELETE FROM entries WHERE conversation_id = :c AND seq = 2", "entries after this one are missing"),
        ("UPDATE entries SET seq = 7 WHERE conversation_id = :c AND seq = 2", "entry 2 is missing"),
        ("UPDATE conversations SET head = 'x' WHERE id = :c", "does not end with this entry"),
        (
            "UPDATE turns SET receipt = jsonb_set(receipt, '{value,score}', '99') WHERE conversation_id = :c",
            "receipt that is shown differs",
        ),
        ("UPDATE ledger SET head = 'x' WHERE conversation_id = :c", "the row was changed"),
        ("UPDATE ledger SET seq = 9 WHERE conversation_id = :c", "is missing"),
        ("DELETE FROM ledger WHERE conversation_id = :c", "missing"),
        ("UPDATE conversations SET tenant = 'other' WHERE id = :c", "ledger"),
    ],
)
async def test_every_other_tampering_is_named(database: Database, statement: str, problem: str) -> None:
    desk = await kept(database)
    await tamper(database, statement.replace(":c", f"'{await first(database)}'"))
    assert problem in (await broken(desk)).problem


async def test_a_chain_cut_short_together_with_its_end_is_found_by_the_ledger(database: Database) -> None:
    desk = await kept(database)
    conversation = await first(database)
    await tamper(database, f"DELETE FROM entries WHERE conversation_id = '{conversation}' AND seq = 2")
    cut = f"UPDATE conversations SET length = 1, head = (SELECT hash FROM entries WHERE conversation_id = '{conversation}')"
    await tamper(database, f"{cut} WHERE id = '{conversation}'")
    assert "the entry it names is gone" in (await broken(desk)).problem


async def test_erased_values_leave_the_chain_whole(database: Database) -> None:
    desk = await kept(database)
    await tamper(database, "DELETE FROM entry_values")
    assert (await desk.audit.verify(ACME)).broken is None


async def test_the_ledger_takes_only_what_changed(database: Database) -> None:
    desk = await kept(database)
    assert await desk.audit.extend_ledger(NOON) == 0
    await desk.answer("another", conversation_key="k1")
    assert await desk.audit.extend_ledger(NOON) == 1
