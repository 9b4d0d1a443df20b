"""Whoever gave no address can still ask for their data: by their conversation."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.errors import NotFound
from store.database import Database
from store.personal import PersonalData
from tests.integration.store.desk import ACME, Desk, message


async def test_a_visitors_data_is_shown_and_erased_by_their_conversation(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer("m1", sender=None, text="My card ends in 4242.")
    data = PersonalData(database, clock=desk.clock)
    assert "4242" in str(await data.export(ACME, turn.conversation_id))
    erased = await data.erase(ACME, turn.conversation_id, by="ann")
    assert (erased.conversations, erased.messages) == (1, 1)
    assert "4242" not in str(await data.export(ACME, turn.conversation_id))
    assert (await desk.audit.verify(ACME)).broken is None


async def test_a_conversation_of_somebody_with_an_address_is_theirs_by_that_alone(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer("m1")
    data = PersonalData(database, clock=desk.clock)
    for id in (turn.conversation_id, "c_unknown", "Eve"):
        with pytest.raises(NotFound):
            await data.export(ACME, id)
        with pytest.raises(NotFound):
            await data.erase(ACME, id, by="ann")


async def test_another_companys_visitor_is_not_found(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer("m1", sender=None)
    with pytest.raises(NotFound):
        await PersonalData(database, clock=desk.clock).erase("other", turn.conversation_id, by="ann")


async def test_a_nameless_visitors_messages_belong_to_the_only_address_of_the_conversation(database: Database) -> None:
    desk = Desk(database)
    data = PersonalData(database, clock=desk.clock)
    await desk.mailroom.receive(ACME, message("m1", sender=None, text="MARK-ANONYMOUS"))
    await desk.answer("m2", text="MARK-NAMED")
    assert "MARK-ANONYMOUS" in str(await data.export(ACME, "eve@example.com"))
    await data.erase(ACME, "eve@example.com", by="ann")
    async with database.transaction() as db:
        assert "MARK" not in str((await db.execute(text("SELECT payload FROM messages"))).all())


async def test_an_erasure_is_no_activity(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer("m1")
    desk.clock.advance(timedelta(days=3))
    before = await desk.conversations.show(ACME, turn.conversation_id)
    await PersonalData(database, clock=desk.clock).erase(ACME, "eve@example.com", by="ann")
    assert (await desk.conversations.show(ACME, turn.conversation_id))[0].updated_at == before[0].updated_at
