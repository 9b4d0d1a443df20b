"""One commit per turn: what it writes, and that it is written once."""

import asyncio
from datetime import timedelta

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from sqlalchemy import text

from core.checkpoint import serializer
from core.errors import Unavailable
from core.ports import Outcome
from core.types import Plan
from store.database import Database
from tests.integration.store.desk import ACME, Desk, answered, assign, message, paused, receipt


async def test_an_answered_turn_has_a_receipt_an_effect_and_an_entry(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    receipt = await desk.receipts.get(ACME, turn.id)
    assert (receipt.status, receipt.id, receipt.intent.top) == ("done", f"r-{turn.id}", "refund")
    assert [(effect.kind, effect.state) for effect in receipt.effects] == [("reply", "pending")]
    assert [entry.kind for entry in receipt.entries] == ["decided"]


async def test_a_turn_committed_by_eight_workers_is_committed_once(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    await asyncio.gather(*(desk.turns.commit(turn, answered(turn)) for _ in range(8)))
    receipt = await desk.receipts.get(ACME, turn.id)
    assert (len(receipt.effects), len(receipt.entries)) == (1, 1)


async def test_a_turn_whose_worker_died_is_loaded_again_and_a_done_one_is_not(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    again = await desk.turns.load(turn.id)
    assert again is not None
    await desk.turns.commit(again, answered(again))
    assert await desk.turns.load(turn.id) is None


async def test_a_turn_that_keeps_killing_its_workers_goes_to_a_person(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    for _ in range(20):
        await desk.turns.load(turn.id)
    receipt = await desk.receipts.get(ACME, turn.id)
    assert (receipt.status, receipt.degraded) == ("failed", ("failed",))


async def test_a_failed_turn_says_why_and_lets_the_conversation_go_on(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    await desk.turns.fail(turn.id, "ModelFailed: no answer")
    receipt = await desk.receipts.get(ACME, turn.id)
    assert "no answer" in receipt.plan.reasons[0]
    assert [entry.kind for entry in receipt.entries] == ["failed"]
    assert (await desk.arrive("m2")).conversation_id == turn.conversation_id


async def test_a_done_turn_cannot_fail_any_more(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    await desk.turns.fail(turn.id, "too late")
    assert (await desk.receipts.get(ACME, turn.id)).status == "done"


async def test_a_turn_knows_what_was_said_before_in_both_directions(database: Database) -> None:
    desk = Desk(database)
    await desk.answer("m1")
    desk.clock.advance(timedelta(minutes=1))
    turn = await desk.arrive("m2")
    assert [(past.role, past.text) for past in turn.history] == [("customer", "text of m1"), ("automation", "Our answer.")]
    assert (turn.history[0].intent, turn.history[0].action) == ("refund", "answer")


async def test_history_is_the_last_thirty_messages(database: Database) -> None:
    desk = Desk(database)
    for n in range(35):
        await desk.mailroom.receive(ACME, message(f"m{n}", role="agent"))
    history = (await desk.arrive("last")).history
    assert [past.text for past in (history[0], history[-1])] == ["text of m5", "text of m34"]
    assert len(history) == 30


async def test_an_assignment_makes_its_owner_the_conversations_and_counts_as_load(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    await desk.turns.commit(turn, Outcome(receipt=receipt(turn), effects=(assign(turn),)))
    later = await desk.arrive("m2")
    assert (later.owner, later.load) == ("ann", {"ann": 1})


async def test_effects_of_a_held_arrival_are_never_queued_for_delivery(database: Database) -> None:
    desk = Desk(database, held=True)
    turn = await desk.answer()
    assert (await desk.receipts.get(ACME, turn.id)).effects[0].state == "held"
    assert await desk.outbox.release(ACME) == 1
    assert (await desk.receipts.get(ACME, turn.id)).effects[0].state == "pending"


async def test_a_paused_turn_waits_with_its_effects_shown(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    receipt = await desk.receipts.get(ACME, turn.id)
    assert receipt.status == "waiting"
    assert receipt.approval_id is not None
    assert [(effect.kind, effect.state) for effect in receipt.effects] == [("assign", "waiting")]


async def test_a_decided_turn_resumes_from_its_stored_checkpoint_and_leaves_none(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await desk.resume(turn.id)
    receipt = await desk.receipts.get(ACME, turn.id)
    assert (receipt.status, [effect.state for effect in receipt.effects]) == ("done", ["pending"])
    assert [entry.kind for entry in receipt.entries] == ["decided", "approved"]
    async with database.transaction() as db:
        assert await db.scalar(text("SELECT count(*) FROM checkpoints")) == 0


async def test_a_rejected_turn_has_no_effects(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn, outcome="rejected")
    await desk.resume(turn.id)
    receipt = await desk.receipts.get(ACME, turn.id)
    assert (receipt.status, receipt.effects) == ("done", ())


async def test_a_decision_is_acted_on_once_by_four_workers(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await asyncio.gather(*(desk.resume(turn.id) for _ in range(4)))
    assert len((await desk.receipts.get(ACME, turn.id)).effects) == 1
    assert await desk.turns.decided(turn.id, InMemorySaver(serde=serializer())) is None


async def test_a_worker_that_wakes_up_late_does_not_undo_a_pause(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    await desk.turns.commit(turn, await paused(turn))
    await desk.turns.commit(turn, answered(turn))
    assert (await desk.receipts.get(ACME, turn.id)).status == "waiting"


async def test_a_checkpoint_of_another_version_is_not_resumed(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    async with database.transaction() as db:
        change = "replace(encode(blob, 'hex'), encode('customer', 'hex'), encode('stranger', 'hex'))"
        await db.execute(text(f"UPDATE checkpoint_blobs SET blob = decode({change}, 'hex')"))
    with pytest.raises(Unavailable, match="written by another version"):
        await desk.turns.decided(turn.id, InMemorySaver(serde=serializer()))


async def test_a_conversation_keeps_the_law_of_its_customer_when_they_are_not_known_later(database: Database) -> None:
    desk = Desk(database)
    for id, law in (("m1", "eu"), ("m2", None)):
        turn = await desk.arrive(id)
        outcome = answered(turn)
        plan = outcome.receipt.plan.model_copy(update={"jurisdiction": law})
        await desk.turns.commit(turn, outcome.model_copy(update={"receipt": outcome.receipt.model_copy(update={"plan": plan})}))
    async with database.transaction() as db:
        assert await db.scalar(text("SELECT jurisdiction FROM conversations")) == "eu"


async def test_a_turn_knows_who_was_given_a_conversation_when(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive("m1")
    given = receipt(turn, action="handoff").model_copy(update={"plan": Plan(action="handoff", level=1, owner="ann")})
    await desk.turns.commit(turn, Outcome(receipt=given, effects=(assign(turn),)))
    later = await desk.arrive("m2", conversation_key="k2")
    assert later.load == {"ann": 1}
    assert turn.now <= later.assigned["ann"] <= later.now
