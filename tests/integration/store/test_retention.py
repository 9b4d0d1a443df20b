"""Retention: what a company keeps no longer goes by itself, and nothing that still waits for somebody."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from store.database import Database
from store.erasing import IN_FLIGHT
from store.retention import SETTLED_AFTER, expire
from tests.integration.store.desk import ACME, message
from tests.integration.store.test_personal import EVE, Data, dump

YEAR = timedelta(days=365)


async def lapse(data: Data, after: timedelta = YEAR) -> int:
    data.desk.clock.advance(after)
    return await expire(data.database, data.desk.clock.now(), {ACME: YEAR}, data.folder)


async def test_conversations_without_activity_for_so_long_are_erased(database: Database) -> None:
    data = Data(database)
    turn = await data.answer("m1", "MARK-OLD", conversation_key="k1")
    data.desk.clock.advance(timedelta(days=200))
    await data.answer("m2", "MARK-NEW", conversation_key="k2")
    assert await lapse(data, timedelta(days=164)) == 0
    assert await lapse(data, timedelta(days=2)) == 1
    after = await dump(database)
    assert "MARK-OLD" not in after
    assert "MARK-NEW" in after
    assert len(data.folder.kept) == 1
    assert [entry.kind for entry in (await data.desk.receipts.get(ACME, turn.id)).entries] == ["decided", "delivered", "lapsed"]
    assert await data.holds()


async def test_it_is_done_once_until_something_happens_again(database: Database) -> None:
    data = Data(database)
    await data.answer("m1", "MARK")
    assert await lapse(data) == 1
    assert await lapse(data) == 0
    await data.desk.mailroom.receive(ACME, message("m2", role="agent", text="MARK", references=("m1",)))
    assert await lapse(data) == 1
    assert "MARK" not in await dump(database)


async def test_what_waits_for_a_person_or_a_worker_is_left_alone(database: Database) -> None:
    data = Data(database)
    waits = await data.ask("m1", "MARK", conversation_key="k1")
    runs = await data.arrive("m2", "MARK", conversation_key="k2")
    await data.desk.mailroom.receive(ACME, message("m3", conversation_key="k3"))
    before = await dump(database)
    assert await lapse(data) == 0
    assert await dump(database) == before
    assert waits.id in before
    assert runs.id in before


async def test_a_tenant_that_names_no_time_keeps_everything(database: Database) -> None:
    data = Data(database)
    await data.answer("m1", "MARK")
    data.desk.clock.advance(100 * YEAR)
    before = await dump(database)
    assert await expire(database, data.desk.clock.now(), {"other": YEAR}, data.folder) == 0
    assert await dump(database) == before


async def test_several_workers_at_once_erase_each_conversation_once(database: Database) -> None:
    data = Data(database)
    for n in range(12):
        await data.answer(f"m{n}", "MARK", conversation_key=f"k{n}")
    data.desk.clock.advance(YEAR)
    now = data.desk.clock.now()
    assert sum(await asyncio.gather(*(expire(database, now, {ACME: YEAR}, data.folder) for _ in range(4)))) == 12
    assert await data.one("SELECT count(*) FROM entries WHERE kind = 'lapsed'") == 12
    assert "MARK" not in await dump(database)
    assert await data.holds()


async def test_a_delivery_that_ends_after_its_erasure_is_forgotten_later(database: Database) -> None:
    """The worker had taken the effect, and writes the file when everything else is gone."""
    data = Data(database)
    turn = await data.answer("m1", "MARK", deliver=False)
    await data.run(f"UPDATE outbox SET state = 'sending', attempts = 1 WHERE turn_id = '{turn.id}'")
    await data.erase(EVE)
    data.folder.kept[f"{turn.id}:reply"] = "MARK"
    assert await lapse(data, timedelta(minutes=1)) == 0
    assert data.folder.kept == {}
    assert await data.one("SELECT last_error FROM outbox") == IN_FLIGHT
    await lapse(data, SETTLED_AFTER)
    assert await data.one("SELECT last_error FROM outbox") == "erased"


async def test_more_than_a_batch_goes_at_once(database: Database) -> None:
    data = Data(database)
    turn = await data.answer("m1", "MARK")
    async with database.transaction() as db:
        copies = "SELECT 'c_' || n, tenant, channel, 'MARK', created_at, updated_at FROM conversations, generate_series(1, 250) AS n"
        await db.execute(text(f"INSERT INTO conversations (id, tenant, channel, subject, created_at, updated_at) {copies}"))
    assert await lapse(data) == 251
    assert turn.id in await dump(database)
    assert "MARK" not in await dump(database)


async def kept_by(data: Data, mark: str, law: str) -> None:
    """A conversation whose turn was found to fall under ``law``."""
    turn = await data.answer(f"m-{mark}", mark, conversation_key=f"k-{mark}")
    await data.run(f"UPDATE conversations SET jurisdiction = '{law}' WHERE id = (SELECT conversation_id FROM turns WHERE id = '{turn.id}')")


async def left_after(data: Data, days: int, laws: dict[str, timedelta], retention: timedelta | None = YEAR) -> set[str]:
    """Whose words are still there."""
    data.desk.clock.advance(timedelta(days=days))
    tenants = {ACME: retention} if retention else {}
    await expire(data.database, data.desk.clock.now(), tenants, data.folder, jurisdictions={ACME: laws})
    after = await dump(data.database)
    return {mark for mark in ("MARK-EU", "MARK-US", "MARK-OTHER") if mark in after}


async def test_a_jurisdiction_keeps_its_conversations_for_as_long_as_it_says(database: Database) -> None:
    data = Data(database)
    await kept_by(data, "MARK-EU", "eu")
    await kept_by(data, "MARK-US", "us")
    await data.answer("m", "MARK-OTHER", conversation_key="k")
    laws = {"eu": timedelta(days=90), "us": 2 * YEAR}
    assert await left_after(data, 80, laws) == {"MARK-EU", "MARK-US", "MARK-OTHER"}
    assert await left_after(data, 20, laws) == {"MARK-US", "MARK-OTHER"}, "shorter than the company's"
    assert await left_after(data, 300, laws) == {"MARK-US"}, "longer than the company's"
    assert await left_after(data, 366, laws) == set()
    assert await data.holds()


async def test_a_jurisdiction_may_have_a_time_where_the_company_has_none(database: Database) -> None:
    data = Data(database)
    await kept_by(data, "MARK-EU", "eu")
    await data.answer("m", "MARK-OTHER", conversation_key="k")
    assert await left_after(data, 1000, {"eu": YEAR}, retention=None) == {"MARK-OTHER"}


async def test_a_jurisdiction_that_says_nothing_or_is_gone_follows_the_company(database: Database) -> None:
    data = Data(database)
    await kept_by(data, "MARK-EU", "formerly")
    assert await left_after(data, 364, {"eu": timedelta(days=90)}) == {"MARK-EU"}
    assert await left_after(data, 2, {"eu": timedelta(days=90)}) == set()
