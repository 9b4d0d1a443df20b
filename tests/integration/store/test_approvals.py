"""Approvals: bound to what was asked, one winner, and never in the conversation's way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.errors import Conflict, Forbidden, NotFound
from core.ports import Outcome
from core.types import ApprovalNeed
from store.database import Database
from store.timers import sweep
from tests.integration.store.desk import ACME, Desk, answered, assign, paused, receipt

BOTH = (ApprovalNeed(role="finance", quorum=2), ApprovalNeed(role="legal"))


async def test_an_approval_of_something_else_is_refused(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    with pytest.raises(Conflict, match="look at it again"):
        await desk.decide(turn, digest="another")


async def test_who_is_not_eligible_may_not_decide(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    with pytest.raises(Forbidden, match="needs finance"):
        await desk.decide(turn, "cleo")


async def test_a_closed_approval_says_who_closed_it_and_when(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    with pytest.raises(Conflict, match="approved by ann at 2026-03-10 12:00"):
        await desk.decide(turn, "bob", "rejected")


async def test_a_quorum_needs_that_many_people_of_each_role(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=BOTH)
    states = [(await desk.decide(turn, person)).status for person in ("ann", "cleo", "bob")]
    assert states == ["pending", "pending", "approved"]


async def test_a_person_counts_once(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=BOTH)
    await desk.decide(turn)
    with pytest.raises(Conflict, match="ann has decided"):
        await desk.decide(turn)


async def test_one_rejection_closes_it_for_everybody(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=BOTH)
    await desk.decide(turn)
    assert (await desk.decide(turn, "cleo", "rejected")).status == "rejected"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
async def test_of_four_that_close_it_at_once_one_wins(database: Database, order: tuple[int, ...]) -> None:
    desk = Desk(database)
    turn = await desk.ask("m1")
    second = await desk.arrive("m2")
    outcome = await paused(second, digest="d2")
    due = desk.clock.now() + timedelta(hours=2)
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: desk.decide(turn),
        lambda: desk.decide(turn, "bob", "rejected"),
        lambda: sweep(database, due),
        lambda: desk.turns.commit(second, outcome),
    ]
    await asyncio.gather(*(ways[n]() for n in order), return_exceptions=True)
    closings = [entry.kind for entry in (await desk.receipts.get(ACME, turn.id)).entries[1:]]
    assert len(closings) == 1
    assert (await desk.approvals.show(ACME, turn.id)).status == closings[0]


async def test_a_new_plan_for_the_same_effect_supersedes_the_approval(database: Database) -> None:
    desk = Desk(database)
    first, second = await desk.ask("m1"), await desk.ask("m2")
    old, new = await desk.approvals.show(ACME, first.id), await desk.approvals.show(ACME, second.id)
    assert (old.status, old.reason, new.status) == ("superseded", f"turn {second.id}", "pending")
    assert second.open_approvals == (old.id,)
    await desk.resume(first.id)
    assert (await desk.receipts.get(ACME, first.id)).effects == ()


async def test_a_plan_that_goes_out_at_once_supersedes_too(database: Database) -> None:
    desk = Desk(database)
    first = await desk.ask("m1")
    second = await desk.arrive("m2")
    await desk.turns.commit(second, Outcome(receipt=receipt(second), effects=(assign(second),)))
    assert (await desk.approvals.show(ACME, first.id)).status == "superseded"


async def test_an_answer_meanwhile_leaves_an_escalation_pending(database: Database) -> None:
    desk = Desk(database)
    first = await desk.ask("m1")
    second = await desk.arrive("m2")
    await desk.turns.commit(second, answered(second))
    assert (await desk.approvals.show(ACME, first.id)).status == "pending"


async def test_the_sweep_expires_what_is_due_and_nothing_else(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    assert await sweep(database, desk.clock.now() + timedelta(minutes=59)) == 0
    assert await sweep(database, desk.clock.now() + timedelta(minutes=61)) == 1
    assert (await desk.approvals.show(ACME, turn.id)).status == "expired"


async def test_two_sweeps_at_once_expire_it_once(database: Database) -> None:
    desk = Desk(database)
    await desk.ask()
    due = desk.clock.now() + timedelta(hours=2)
    assert sum(await asyncio.gather(*(sweep(database, due) for _ in range(4)))) == 1


async def test_a_decision_after_the_expiry_is_too_late_even_before_the_sweep(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    desk.clock.advance(timedelta(hours=2))
    with pytest.raises(Conflict, match="is expired at"):
        await desk.decide(turn)
    await desk.resume(turn.id)
    assert (await desk.receipts.get(ACME, turn.id)).effects == ()


async def test_a_decision_takes_its_resume_job_with_it(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    async with database.transaction() as db:
        job = (await db.execute(text("SELECT lock, args FROM procrastinate_jobs WHERE task_name = 'usher.resume'"))).one()
    assert (job.lock, job.args) == (turn.conversation_id, {"turn_id": turn.id})


async def test_approvals_are_found_by_their_own_id_and_listed_by_status(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    (pending,) = await desk.approvals.list(ACME)
    assert await desk.approvals.show(ACME, pending.id) == pending
    await desk.decide(turn)
    assert await desk.approvals.list(ACME) == ()
    assert len(await desk.approvals.list(ACME, status=None)) == 1
    with pytest.raises(NotFound):
        await desk.approvals.show(ACME, "a_unknown")
