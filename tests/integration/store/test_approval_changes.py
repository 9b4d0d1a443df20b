"""Edits, responses, reassignments and deputies: who may still decide, on what, and what everybody else is told."""

from datetime import timedelta

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from sqlalchemy import text

from core.checkpoint import serializer
from core.errors import Conflict, Forbidden, InvalidEdit, NotFound
from core.types import ApprovalNeed, Edit
from core.views import Approval, Delegation
from store.database import Database
from store.delegations import Delegations
from tests.integration.store.desk import ACME, Desk, House

TWO = (ApprovalNeed(role="finance", quorum=2),)


async def edit(desk: Desk, id: str, person: str = "ann", owner: str = "bob", digest: str = "d1") -> Approval:
    return await desk.approvals.edit(ACME, id, person=person, digest=digest, edit=Edit(owner=owner), reason="better placed")


async def delegate(desk: Desk, person: str, deputy: str, *, hours: float = 8, start: float = 0) -> Delegation:
    begins = desk.clock.now() + timedelta(hours=start)
    span = {"starts_at": begins, "ends_at": begins + timedelta(hours=hours)}
    return await Delegations(desk.database, clock=desk.clock, approvers=House()).add(ACME, person=person, deputy=deputy, by=person, **span)


async def test_an_edit_gives_a_new_digest_and_keeps_the_history(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    edited = await edit(desk, turn.id)
    assert (edited.request.digest, edited.request.plan.owner, edited.requested_by) == ("d1-bob", "bob", "ann")
    (before,) = edited.edits
    assert (before.person, before.reason, before.before.digest, before.before.plan.owner) == ("ann", "better placed", "d1", "ann")
    receipt = await desk.receipts.get(ACME, turn.id)
    assert [entry.kind for entry in receipt.entries] == ["decided", "edited"]
    assert (await desk.audit.verify(ACME)).broken is None


async def test_who_edited_it_cannot_approve_it_and_another_can(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id)
    with pytest.raises(Forbidden, match=r"ann changed approval .* somebody else must decide"):
        await desk.decide(turn, digest="d1-bob")
    assert (await desk.decide(turn, "bob", digest="d1-bob")).status == "approved"


async def test_who_edited_it_may_withdraw_it(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id, person="cleo")
    assert (await desk.decide(turn, "cleo", "rejected", "d1-bob")).status == "rejected"


async def test_a_word_on_what_was_altered_since_is_refused_and_says_by_whom(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id)
    with pytest.raises(Conflict, match="was altered by ann at 2026-03-10 12:00"):
        await desk.decide(turn, "bob")


async def test_votes_on_the_earlier_request_no_longer_count(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=TWO)
    await desk.decide(turn, "ann")
    edited = await edit(desk, turn.id, person="cleo")
    assert edited.votes == ()
    assert (await desk.decide(turn, "ann", digest="d1-bob")).status == "pending"
    assert (await desk.decide(turn, "bob", digest="d1-bob")).status == "approved"


async def test_what_was_approved_is_what_leaves(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id)
    await desk.decide(turn, "bob", digest="d1-bob")
    await desk.resume(turn.id)
    (sent,) = await desk.outbox.list(ACME)
    assert sent.effect.to == "bob"


async def test_what_the_policy_refuses_changes_nothing(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    with pytest.raises(InvalidEdit, match="stays as it is: 'nobody' is not in the roster"):
        await edit(desk, turn.id, owner="nobody")
    approval = await desk.approvals.show(ACME, turn.id)
    assert (approval.request.digest, approval.edits) == ("d1", ())


async def test_a_response_closes_it_with_the_persons_words(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    closed = await desk.approvals.decide(ACME, turn.id, person="ann", outcome="responded", digest="d1", text="I call you.")
    assert (closed.status, closed.response) == ("responded", "I call you.")
    loaded = await desk.turns.decided(turn.id, InMemorySaver(serde=serializer()))
    assert loaded
    assert (loaded[2].outcome, loaded[2].text, loaded[2].by) == ("responded", "I call you.", ("ann",))


@pytest.mark.parametrize(("needs", "words", "problem"), [(TWO, "Hi", "needs several people"), (None, "  ", "needs a text")])
async def test_a_response_needs_a_text_and_never_replaces_a_quorum(database: Database, needs: object, words: str, problem: str) -> None:
    desk = Desk(database)
    turn = await (desk.ask(needs=TWO) if needs else desk.ask())
    with pytest.raises(InvalidEdit, match=problem):
        await desk.approvals.decide(ACME, turn.id, person="ann", outcome="responded", digest="d1", text=words)


async def test_a_reassigned_need_is_the_assignees_alone(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.approvals.reassign(ACME, turn.id, person="ann", to=["cleo"], reason="on leave")
    with pytest.raises(Forbidden, match="it was reassigned to cleo"):
        await desk.decide(turn, "bob")
    assert (await desk.decide(turn, "cleo")).status == "approved"


async def test_only_who_may_decide_or_leads_reassigns(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    with pytest.raises(Forbidden, match="cleo may not decide"):
        await desk.approvals.reassign(ACME, turn.id, person="cleo", to=["cleo"])
    moved = await desk.approvals.reassign(ACME, turn.id, person="lea", to=["cleo"])
    assert moved.assignees == {"finance": ("cleo",)}


async def test_a_need_is_not_handed_to_strangers_or_to_fewer_than_its_quorum(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=TWO)
    for to, problem in ((["nobody", "ann"], "nobody is not in the roster"), (["ann", "ann"], "2 different people")):
        with pytest.raises(InvalidEdit, match=problem):
            await desk.approvals.reassign(ACME, turn.id, person="lea", to=to)


async def test_a_deputy_decides_for_an_absent_person_while_they_are_absent(database: Database) -> None:
    desk = Desk(database)
    turn, later = await desk.ask(), await desk.ask("m2", conversation_key="k2")
    await delegate(desk, "ann", "cleo", hours=0.5)
    decided = await desk.decide(turn, "cleo")
    assert decided.status == "approved"
    assert [(vote.person, vote.behalf) for vote in decided.votes] == [("cleo", "ann")]
    desk.clock.advance(timedelta(minutes=31))
    with pytest.raises(Forbidden):
        await desk.decide(later, "cleo")


async def test_a_deputy_of_two_is_one_person(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=TWO)
    await delegate(desk, "ann", "cleo")
    await delegate(desk, "bob", "cleo")
    assert (await desk.decide(turn, "cleo")).status == "pending"
    with pytest.raises(Conflict, match="cleo has decided"):
        await desk.decide(turn, "cleo")


async def test_an_absent_person_and_their_deputy_count_once(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=TWO)
    await delegate(desk, "ann", "cleo")
    await desk.decide(turn, "ann")
    with pytest.raises(Forbidden):
        await desk.decide(turn, "cleo")


async def test_nobody_approves_their_own_edit_through_a_deputy(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id)
    await delegate(desk, "ann", "cleo")
    with pytest.raises(Forbidden):
        await desk.decide(turn, "cleo", digest="d1-bob")


async def test_what_reaches_a_deputy_goes_no_further(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await delegate(desk, "ann", "cleo")
    await delegate(desk, "cleo", "lea")
    with pytest.raises(Forbidden):
        await desk.decide(turn, "lea")


async def test_a_delegation_that_was_revoked_or_is_impossible_gives_nothing(database: Database) -> None:
    desk = Desk(database)
    turn, delegations = await desk.ask(), Delegations(desk.database, clock=desk.clock, approvers=House())
    made = await delegate(desk, "ann", "cleo")
    await delegations.revoke(ACME, made.id)
    assert await delegations.list(ACME) == ()
    with pytest.raises(Forbidden):
        await desk.decide(turn, "cleo")
    for person, deputy, hours in (("ann", "ann", 1), ("ann", "cleo", -1)):
        with pytest.raises(Conflict):
            await delegate(desk, person, deputy, hours=hours)
    with pytest.raises(NotFound):
        await delegations.revoke("other", made.id)


async def test_a_turn_knows_who_is_absent(database: Database) -> None:
    desk = Desk(database)
    await delegate(desk, "ann", "cleo")
    await delegate(desk, "bob", "cleo", start=1)
    assert (await desk.arrive()).absent == ("ann",)


async def test_a_word_after_the_time_limit_finds_it_expired(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    desk.clock.advance(timedelta(hours=2))
    with pytest.raises(Conflict, match="is expired at 2026-03-10 14:00"):
        await edit(desk, turn.id)
    async with database.transaction() as db:
        armed = await db.scalar(text("SELECT count(*) FROM timers WHERE kind = 'approval_expiry' AND state = 'armed'"))
    assert armed == 0, "the expiry is kept although the edit was refused"


async def test_nobody_appoints_themselves_or_somebody_lower_for_another(database: Database) -> None:
    desk = Desk(database)
    delegations, now = Delegations(desk.database, clock=desk.clock, approvers=House()), desk.clock.now()
    span = {"starts_at": now, "ends_at": now + timedelta(hours=1)}
    for by, deputy, problem in (
        ("bob", "cleo", "bob may not settle"),
        ("lea", "lea", "lea cannot stand in"),
        ("lea", "cleo", "stands lower"),
    ):
        with pytest.raises(Forbidden, match=problem):
            await delegations.add(ACME, person="ann", deputy=deputy, by=by, **span)
    with pytest.raises(NotFound):
        await delegations.add(ACME, person="ann", deputy="nobody", by="ann", **span)
    assert (await delegations.add(ACME, person="ann", deputy="bob", by="lea", **span)).deputy == "bob"


async def test_nobody_whose_words_are_in_it_approves_it(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await edit(desk, turn.id, person="ann")
    await edit(desk, turn.id, person="cleo", owner="ann", digest="d1-bob")
    with pytest.raises(Forbidden, match="ann changed approval"):
        await desk.decide(turn, "ann", digest="d1-bob-ann")
    assert (await desk.decide(turn, "bob", digest="d1-bob-ann")).status == "approved"


async def test_an_edit_gives_a_need_back_whose_assignees_are_too_few_for_it(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask(needs=TWO)
    await desk.decide(turn, "ann")
    with pytest.raises(InvalidEdit, match="ann has decided on it already"):
        await desk.approvals.reassign(ACME, turn.id, person="lea", to=["ann"])
    await desk.approvals.reassign(ACME, turn.id, person="lea", to=["cleo"])
    assert (await edit(desk, turn.id, person="cleo")).assignees == {}
