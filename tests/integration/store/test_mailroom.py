"""Arrival: once, in the right conversation, in the right turn."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.errors import InvalidMessage
from store.chain import lock_chain
from store.database import Database
from store.mailroom import Mailroom
from tests.integration.store.desk import ACME, NOON, Desk, mail, message


async def test_the_same_message_twice_starts_one_turn(database: Database) -> None:
    room = Desk(database).mailroom
    first, second = await room.receive(ACME, message("m1")), await room.receive(ACME, message("m1"))
    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.turn_id == first.turn_id is not None
    assert second.conversation_id == first.conversation_id


async def test_eight_copies_at_once_start_one_turn(database: Database) -> None:
    room = Desk(database).mailroom
    arrivals = await asyncio.gather(*(room.receive(ACME, mail("m1")) for _ in range(8)))
    assert sum(not arrival.duplicate for arrival in arrivals) == 1
    assert len({arrival.turn_id for arrival in arrivals}) == 1


async def test_a_reply_finds_the_conversation_of_the_newest_message_it_refers_to(database: Database) -> None:
    room = Desk(database).mailroom
    await room.receive(ACME, mail("old"))
    recent = await room.receive(ACME, mail("recent"))
    answer = await room.receive(ACME, mail("answer", references=("old", "unknown", "recent")))
    assert answer.conversation_id == recent.conversation_id


async def test_a_latecomer_joins_the_conversation_of_its_own_reply(database: Database) -> None:
    room = Desk(database).mailroom
    early = await room.receive(ACME, mail("reply", references=("original",)))
    late = await room.receive(ACME, mail("original"))
    assert late.conversation_id == early.conversation_id


async def test_an_answer_to_our_own_reply_finds_its_conversation(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer(**mail("m1").model_dump(exclude={"message_id", "sender"}))
    back = await desk.mailroom.receive(ACME, mail("m2", references=(f"<{turn.id}:reply@acme.test>",)))
    assert back.conversation_id == turn.conversation_id


async def test_a_stranger_who_knows_a_message_id_does_not_enter_the_conversation(database: Database) -> None:
    room = Desk(database).mailroom
    private = await room.receive(ACME, mail("m1"))
    stranger = await room.receive(ACME, mail("m2", sender="mallory@evil.test", references=("m1",)))
    assert stranger.conversation_id != private.conversation_id


async def test_an_addressee_of_the_thread_may_answer_in_it(database: Database) -> None:
    room = Desk(database).mailroom
    first = await room.receive(ACME, mail("m1", to=("help@acme.test", "Colleague@Example.com")))
    second = await room.receive(ACME, mail("m2", sender="colleague@example.com", references=("m1",)))
    assert second.conversation_id == first.conversation_id


async def test_an_agents_message_is_history_and_starts_no_turn(database: Database) -> None:
    desk = Desk(database)
    arrival = await desk.mailroom.receive(ACME, message("m1", role="agent", text="I am on it."))
    turn = await desk.arrive("m2")
    assert arrival.turn_id is None
    assert [(past.role, past.text) for past in turn.history] == [("agent", "I am on it.")]


async def test_a_burst_within_the_settling_time_is_one_turn(database: Database) -> None:
    room = Desk(database, settle_s=3).mailroom
    first = await room.receive(ACME, message("m1"))
    second = await room.receive(ACME, message("m2", sent_at=NOON + timedelta(seconds=2)))
    third = await room.receive(ACME, message("m3", sent_at=NOON + timedelta(seconds=9)))
    assert second.turn_id == first.turn_id
    assert third.turn_id != first.turn_id


async def test_another_sender_does_not_join_the_burst(database: Database) -> None:
    room = Desk(database, settle_s=3).mailroom
    first = await room.receive(ACME, message("m1"))
    second = await room.receive(ACME, message("m2", sender="other@example.com"))
    assert second.turn_id != first.turn_id


async def test_nothing_joins_a_turn_that_a_worker_has_begun(database: Database) -> None:
    desk = Desk(database, settle_s=3)
    begun = await desk.arrive("m1")
    late = await desk.mailroom.receive(ACME, message("m2"))
    assert late.turn_id != begun.id


@pytest.mark.parametrize("text", ["null \0 byte", "lone \ud800 surrogate", "literal \\u0000", "😀"])
async def test_any_text_can_be_stored(database: Database, text: str) -> None:
    turn = await Desk(database).arrive("m1", text=text, subject=text)
    expected = text.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert turn.messages[0].text == expected


async def test_a_long_message_id_is_still_known_again(database: Database) -> None:
    room = Desk(database).mailroom
    await room.receive(ACME, mail("x" * 9000, references=("y" * 9000,)))
    assert (await room.receive(ACME, mail("x" * 9000))).duplicate


async def test_a_message_without_an_id_is_refused(database: Database) -> None:
    with pytest.raises(InvalidMessage):
        await Mailroom(database, clock=Desk(database).clock).receive(ACME, message("  "))


async def test_what_was_tried_out_leaves_once_it_arrives_in_earnest(database: Database) -> None:
    trial = Desk(database, held=True)
    turn = await trial.answer()
    assert [sent.state for sent in await trial.outbox.list(ACME)] == ["held"]
    desk = Desk(database)
    again = await desk.mailroom.receive(ACME, message("m1"))
    assert (again.duplicate, again.turn_id) == (True, turn.id)
    await desk.mailroom.receive(ACME, message("m1"))
    assert [sent.state for sent in await desk.outbox.list(ACME)] == ["pending"]
    async with database.transaction() as db:
        assert await db.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'usher.deliver'")) == 1


async def test_a_message_that_waited_for_its_conversation_has_arrived_when_it_got_it(database: Database) -> None:
    desk = Desk(database)
    first = await desk.mailroom.receive(ACME, message("m1"))
    async with database.transaction() as db:
        await lock_chain(db, first.conversation_id)
        waiting = asyncio.create_task(desk.mailroom.receive(ACME, message("m2")))
        await asyncio.sleep(0.2)
        desk.clock.advance(timedelta(seconds=5))
    late = await waiting
    async with database.transaction() as db:
        at = await db.scalar(text("SELECT received_at FROM turns WHERE id = :id"), {"id": late.turn_id})
    assert at >= NOON + timedelta(seconds=5)
