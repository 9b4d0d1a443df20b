"""Take-over, give-back, close: one person has it, automation is silent, and whoever comes second is told."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from sqlalchemy import text, update

from channels.api import make_api
from core.checkpoint import serializer
from core.errors import Conflict, Forbidden, NotFound
from core.ports import Outcome
from core.types import Plan
from store.context import LOAD_S
from store.conversations import Conversations
from store.database import Database
from store.tables import turns
from store.timers import sweep
from tests.integration.store.desk import ACME, NOON, Desk, assign, message, receipt, reply
from tests.integration.store.limits import Shift
from tests.support.web import client, usher

HERE = "here"


async def taken(desk: Desk, person: str = "ann") -> str:
    """A conversation that ``person`` has taken over."""
    turn = await desk.answer()
    return (await desk.conversations.take_over(ACME, turn.conversation_id, person=person)).id


async def kinds(database: Database) -> list[str]:
    async with database.transaction() as db:
        return list((await db.scalars(text("SELECT kind FROM entries ORDER BY seq"))).all())


async def test_after_a_take_over_the_next_turn_is_the_persons(database: Database) -> None:
    desk = Desk(database)
    id = await taken(desk)
    turn = await desk.arrive("m2")
    assert (turn.conversation_id, turn.mode, turn.owner) == (id, "human", "ann")


async def test_after_a_give_back_automation_may_answer_and_the_owner_stays(database: Database) -> None:
    desk = Desk(database)
    id = await taken(desk)
    back = await desk.conversations.give_back(ACME, id, person="ann")
    assert (back.mode, back.owner) == ("automation", "ann")
    assert (await kinds(database))[1:] == ["taken_over", "given_back"]
    assert (await desk.audit.verify(ACME)).broken is None


async def test_whoever_comes_second_is_told_who_has_it_and_since_when(database: Database) -> None:
    desk = Desk(database)
    id = await taken(desk)
    desk.clock.advance(timedelta(hours=1))
    for attempt in (desk.conversations.take_over, desk.conversations.give_back, desk.conversations.close):
        with pytest.raises(Conflict, match=f"ann has conversation {id} since 2026-03-10 12:00:0"):
            await attempt(ACME, id, person="bob")
    assert (await desk.conversations.show(ACME, id))[0].owner == "ann"


async def test_of_eight_who_take_over_at_once_one_has_it(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    people = [f"person{n}" for n in range(8)]
    attempts = (desk.conversations.take_over(ACME, turn.conversation_id, person=person) for person in people)
    results = await asyncio.gather(*attempts, return_exceptions=True)
    winners = [each for each in results if not isinstance(each, Conflict)]
    assert len(winners) == 1
    assert (await kinds(database)).count("taken_over") == 1


async def test_taking_over_twice_changes_nothing(database: Database) -> None:
    desk = Desk(database)
    id = await taken(desk)
    assert (await desk.conversations.take_over(ACME, id, person="ann")).owner == "ann"
    assert (await kinds(database)).count("taken_over") == 1


async def test_what_nobody_has_taken_over_cannot_be_given_back(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    with pytest.raises(Conflict, match="nobody has taken conversation"):
        await desk.conversations.give_back(ACME, turn.conversation_id, person="ann")


async def test_a_take_over_stops_the_passing_on_and_gets_the_warnings(database: Database) -> None:
    desk = Shift(database)
    id = await desk.hand_off()
    await desk.conversations.take_over(ACME, id, person="zoe")
    assert await sweep(database, NOON + timedelta(days=1)) == 2, "those of the resolution"
    assert {to for _, to, _ in await desk.sent()} == {"zoe"}
    assert await desk.owner() == "zoe"


async def test_a_conversation_that_is_given_back_unanswered_has_its_first_response_limit_again(database: Database) -> None:
    desk = Shift(database)
    id = await desk.hand_off(first_response=60)
    await desk.after(timedelta(minutes=30))
    await desk.conversations.take_over(ACME, id, person="zoe")
    assert await desk.after(timedelta(hours=5)) == 0
    await desk.conversations.give_back(ACME, id, person="zoe")
    assert await desk.due("first_response") == NOON + timedelta(hours=6)
    assert await desk.after(timedelta(minutes=31)) == 1


async def test_a_conversation_is_not_closed_while_a_message_of_it_is_being_decided(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    with pytest.raises(Conflict, match="still being decided"):
        await desk.conversations.close(ACME, turn.conversation_id, person="ann")


async def test_closing_supersedes_whatever_waits_for_an_approval(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.conversations.close(ACME, turn.conversation_id, person="ann")
    closed = await desk.approvals.show(ACME, turn.id)
    assert (closed.status, closed.reason) == ("superseded", "ann closed the conversation")
    await desk.resume(turn.id)
    assert await desk.outbox.list(ACME) == ()


async def test_after_a_take_over_a_decided_turn_sends_no_reply_of_automation(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await desk.conversations.take_over(ACME, turn.conversation_id, person="zoe")
    said = Outcome(receipt=receipt(turn), effects=(reply(turn), assign(turn)))
    loaded = await desk.turns.decided(turn.id, InMemorySaver(serde=serializer()))
    assert loaded is not None
    await desk.turns.finish(loaded[0], said, loaded[2])
    assert [sent.effect.kind for sent in await desk.outbox.list(ACME)] == ["assign"]


async def test_a_take_over_supersedes_the_reply_that_automation_waits_to_send(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    async with database.transaction() as db:
        await db.execute(text("UPDATE approvals SET subject = conversation_id || chr(58) || 'reply'"))
    await desk.conversations.take_over(ACME, turn.conversation_id, person="zoe")
    approval = await desk.approvals.show(ACME, turn.id)
    assert (approval.status, approval.reason) == ("superseded", "zoe has taken the conversation over")


async def test_an_escalation_that_waits_for_its_approval_outlives_a_take_over(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.conversations.take_over(ACME, turn.conversation_id, person="zoe")
    assert (await desk.approvals.show(ACME, turn.id)).status == "pending"


async def test_a_closed_conversation_has_no_limits_and_is_nobodys_load(database: Database) -> None:
    desk = Shift(database)
    id = await desk.hand_off()
    other = await desk.arrive("m2", conversation_key="k2")
    closed = await desk.conversations.close(ACME, id, person="ann", disposition="solved")
    assert (closed.mode, closed.closed_at is not None) == ("automation", True)
    assert set((await desk.states()).values()) == {"disarmed"}
    await asyncio.sleep(LOAD_S)
    again = await desk.turns.load(other.id)
    assert (other.load, again.load if again else None) == ({"ann": 1}, {})
    with pytest.raises(Conflict, match="was closed at 2026-03-10 12:00:0"):
        await desk.conversations.close(ACME, id, person="ann")
    with pytest.raises(Conflict, match="was closed at"):
        await desk.conversations.take_over(ACME, id, person="ann")


async def test_a_message_reopens_a_closed_conversation_for_its_owner(database: Database) -> None:
    desk = Desk(database)
    id = await taken(desk)
    await desk.conversations.close(ACME, id, person="ann")
    await asyncio.sleep(LOAD_S)
    turn = await desk.arrive("m2")
    assert (turn.conversation_id, turn.mode, turn.owner, turn.load) == (id, "automation", "ann", {"ann": 1})


@pytest.mark.parametrize("verb", ["take_over", "give_back", "close"])
async def test_another_tenants_conversation_is_not_there(database: Database, verb: str) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    with pytest.raises(NotFound, match="no conversation"):
        await getattr(desk.conversations, verb)("other", turn.conversation_id, person="ann")


async def test_a_take_over_and_a_message_at_once_are_one_after_the_other(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    await asyncio.gather(desk.conversations.take_over(ACME, turn.conversation_id, person="ann"), desk.mailroom.receive(ACME, message("m2")))
    assert (await desk.conversations.show(ACME, turn.conversation_id))[0].mode == "human"
    assert (await desk.audit.verify(ACME)).broken is None


# ---------------------------------------------------------------- over HTTP


async def test_over_http_the_tokens_person_takes_over_gives_back_and_closes(database: Database, tmp_path: Path) -> None:
    services = usher(database, tmp_path, HERE)
    arrival = await services.mailroom.receive(HERE, message("m1"))
    async with database.transaction() as db:
        await db.execute(update(turns).values(status="done"))
    agent, other, viewer = [
        (await services.tokens.issue(HERE, person=p, role="x"))[0] for p in ("lukas.brandt", "grace.okafor", "aisha.bello")
    ]
    api, path = make_api(services), f"/v1/conversations/{arrival.conversation_id}"
    said: list[tuple[int, Any]] = []
    for secret, verb in [(viewer, "take-over"), (agent, "take-over"), (other, "take-over"), (agent, "give-back"), (other, "give-back")]:
        async with client(api, secret) as http:
            answer = await http.post(f"{path}/{verb}")
        said.append((answer.status_code, answer.json().get("mode")))
    assert said == [(403, None), (200, "human"), (409, None), (200, "automation"), (409, None)]
    async with client(api, agent) as http:
        assert (await http.post(f"{path}/close", json={"disposition": "solved"})).json()["closed_at"]
        assert (await http.post(f"{path}/close", json={"disposition": "x" * 201})).status_code == 422
        assert (await http.post("/v1/conversations/c_none/take-over")).status_code == 404


async def test_how_it_ended_is_kept_and_entered(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    await Conversations(database, clock=desk.clock).close(ACME, turn.conversation_id, person="ann", disposition="solved\0")
    async with database.transaction() as db:
        assert await db.scalar(text("SELECT disposition FROM conversations")) == "solved\ufffd"
        assert "solved" in str(await db.scalar(text("SELECT value FROM entry_values ORDER BY seq DESC LIMIT 1")))


async def test_whoever_may_not_own_a_conversation_cannot_take_it_over(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    plan = Plan(action="handoff", level=1, owner="bob", permissions=("secrets",))
    given = receipt(turn, action="handoff").model_copy(update={"plan": plan})
    await desk.turns.commit(turn, Outcome(receipt=given, effects=(assign(turn),)))
    with pytest.raises(Forbidden, match=r"^ann is not permitted secrets, which conversation"):
        await desk.conversations.take_over(ACME, turn.conversation_id, person="ann")
    assert (await desk.conversations.take_over(ACME, turn.conversation_id, person="bob")).owner == "bob"


async def test_what_somebody_else_took_over_meanwhile_is_not_given_away(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer("m1")
    await desk.conversations.take_over(ACME, turn.conversation_id, person="bob")
    later = await desk.arrive("m2")
    await desk.conversations.give_back(ACME, turn.conversation_id, person="bob")
    await desk.conversations.take_over(ACME, turn.conversation_id, person="cleo")
    passed = receipt(later, action="handoff").model_copy(update={"plan": Plan(action="handoff", level=1, owner="ann")})
    with pytest.raises(Conflict, match="changed hands"):
        await desk.turns.commit(later, Outcome(receipt=passed, effects=(assign(later),)))
    assert (await desk.conversations.show(ACME, turn.conversation_id))[0].owner == "cleo"
