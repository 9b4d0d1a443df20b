"""One company never sees, finds or changes what is another's."""

import pytest

from core.clock import SystemClock
from core.errors import NotFound
from store.database import Database
from store.indexes import Indexes
from store.tokens import Tokens
from tests.integration.store.desk import ACME, Desk, mail, message

OTHER = "other"


async def test_the_same_message_and_key_are_another_conversation_elsewhere(database: Database) -> None:
    room = Desk(database).mailroom
    mine, theirs = await room.receive(ACME, message("m1")), await room.receive(OTHER, message("m1"))
    assert not theirs.duplicate
    assert mine.conversation_id != theirs.conversation_id


async def test_a_reference_does_not_lead_into_another_tenants_conversation(database: Database) -> None:
    room = Desk(database).mailroom
    mine = await room.receive(ACME, mail("m1"))
    theirs = await room.receive(OTHER, mail("m2", references=("m1",)))
    assert mine.conversation_id != theirs.conversation_id


async def test_receipts_stay_with_their_tenant(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    with pytest.raises(NotFound):
        await desk.receipts.get(OTHER, turn.id)
    assert await desk.receipts.of_turns(OTHER, [turn.id]) == ()
    assert await desk.receipts.of_conversation(OTHER, turn.conversation_id) == ()
    assert await desk.receipts.list(OTHER) == ()


async def test_conversations_stay_with_their_tenant(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    with pytest.raises(NotFound):
        await desk.conversations.show(OTHER, turn.conversation_id)
    assert await desk.conversations.list(OTHER) == ()


async def test_approvals_stay_with_their_tenant(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    with pytest.raises(NotFound):
        await desk.approvals.show(OTHER, turn.id)
    with pytest.raises(NotFound):
        await desk.approvals.decide(OTHER, turn.id, person="ann", outcome="approved", digest="d1")
    assert await desk.approvals.list(OTHER) == ()


async def test_effects_stay_with_their_tenant(database: Database) -> None:
    desk = Desk(database, held=True)
    await desk.answer()
    assert await desk.outbox.list(OTHER) == ()
    assert await desk.outbox.release(OTHER) == 0


async def test_audits_stay_with_their_tenant(database: Database) -> None:
    desk = Desk(database)
    await desk.answer()
    assert (await desk.audit.verify(OTHER)).entries == 0


async def test_load_counts_only_the_tenants_own_conversations(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await desk.resume(turn.id)
    arrival = await desk.mailroom.receive(OTHER, message("m1"))
    theirs = await desk.turns.load(arrival.turn_id or "")
    assert theirs is not None
    assert theirs.load == {}


async def test_tokens_stay_with_their_tenant(database: Database) -> None:
    tokens = Tokens(database, clock=SystemClock())
    _, token = await tokens.issue(ACME, person="ann", role="finance")
    assert await tokens.list(OTHER) == ()
    with pytest.raises(NotFound):
        await tokens.revoke(OTHER, token.id)


async def test_indexes_stay_with_their_tenant(database: Database) -> None:
    indexes = Indexes(database)
    await indexes.write(ACME, "handbook", "v1", b"mine")
    assert await indexes.version(OTHER, "handbook") is None
    assert await indexes.read(OTHER, "handbook") is None
