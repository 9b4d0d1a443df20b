"""One person's data: all of it is found, all of it goes, and nothing else does."""

import asyncio
import json
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from sqlalchemy import text

from core.checkpoint import serializer
from core.errors import NotFound, Unavailable
from core.intent import Entity
from core.ports import Outcome
from core.receipt import Receipt
from core.types import Effect, Request, Signal, Step, Turn, Watch
from store.checkpoints import Checkpoints
from store.database import Database
from store.outbox import Outbox
from store.personal import PersonalData
from tests.integration.store.desk import ACME, NOON, Desk, Postbox, answered, mail, message, paused, receipt

EVE, BEA = "eve@example.com", "bea@example.com"
NAME = "Evangeline Quux"


class Folder(Postbox):
    """A receiver that keeps what arrived, and can forget it."""

    def __init__(self, *, stuck: bool = False) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self.stuck = stuck

    async def deliver(self, effect: Effect, tenant: str) -> None:
        await super().deliver(effect, tenant)
        self.kept[effect.key] = effect.text

    async def read(self, key: str, tenant: str) -> str | None:
        return self.kept.get(key)

    async def forget(self, key: str, tenant: str) -> bool:
        if self.stuck:
            raise PermissionError(13, "denied")
        return self.kept.pop(key, None) is not None


def marked(turn: Turn, mark: str, person: str = EVE) -> Receipt:
    """A receipt with something of the message wherever a receipt can have it."""
    full = receipt(turn, action="answer")
    told = {"sender": person, "subject": mark, "verdict_reasons": (mark,)}
    signals = (Signal(name="company", value=mark, source="crm"),)
    intent = full.intent.model_copy(update={"entities": (Entity(type="order", value=mark, text=mark),)})
    plan = full.plan.model_copy(update={"reasons": (mark,), "draft": mark})
    steps = (Step(agent="intent", version="i1", ms=1.5, evidence=mark),)
    return full.model_copy(update={**told, "signals": signals, "intent": intent, "plan": plan, "steps": steps})


def replied(turn: Turn, mark: str, person: str = EVE) -> Outcome:
    effect = Effect(kind="reply", channel="chat", to=person, key=f"{turn.id}:reply", text=f"Dear {NAME}, {mark}", subject=mark)
    return Outcome(receipt=marked(turn, mark, person), effects=(effect,))


class Data:
    """A desk, and what may be done with the data of those who wrote to it."""

    def __init__(self, database: Database, folder: Folder | None = None) -> None:
        self.folder = folder or Folder()
        self.database, self.desk = database, Desk(database, postbox=self.folder)
        self.personal = PersonalData(database, clock=self.desk.clock, forget=self.folder, read=self.folder)

    async def arrive(self, id: str, mark: str, *, by: str = EVE, **changes: Any) -> Turn:
        name = NAME if by == EVE else "Bea"
        new = message(id, **{"text": f"{mark} ({id})", "subject": mark} | changes)
        new = new.model_copy(update={"sender": new.sender.model_copy(update={"email": by, "name": name})})
        arrival = await self.desk.mailroom.receive(ACME, new)
        turn = await self.desk.turns.load(arrival.turn_id or "")
        assert turn is not None
        return turn

    async def answer(self, id: str, mark: str, *, by: str = EVE, deliver: bool = True, **changes: Any) -> Turn:
        turn = await self.arrive(id, mark, by=by, **changes)
        await self.desk.turns.commit(turn, replied(turn, mark, by))
        if deliver:
            await self.desk.outbox.deliver(await self.effect(turn))
        return turn

    async def ask(self, id: str, mark: str, *, by: str = EVE, **changes: Any) -> Turn:
        """A turn that waits for an approval, with a time limit that would say something of the message."""
        turn = await self.arrive(id, mark, by=by, **changes)
        outcome = await paused(turn)
        assert outcome.paused is not None
        request = outcome.paused.request
        told = request.plan.model_copy(update={"reasons": (mark,), "draft": mark})
        effects = tuple(effect.model_copy(update={"text": mark}) for effect in request.effects)
        request = Request.model_validate({**request.model_dump(), "plan": told, "effects": effects, "reasons": (mark,)})
        watch = Watch(kind="first_response", queue="support", after_s=60, effects=effects)
        asked = {"receipt": marked(turn, mark, by), "paused": outcome.paused.model_copy(update={"request": request}), "watches": (watch,)}
        await self.desk.turns.commit(turn, outcome.model_copy(update=asked))
        return turn

    async def effect(self, turn: Turn) -> int:
        return int(await self.one(f"SELECT id FROM outbox WHERE turn_id = '{turn.id}'"))

    async def one(self, query: str) -> Any:
        async with self.database.transaction() as db:
            return await db.scalar(text(query))

    async def run(self, statement: str) -> None:
        async with self.database.transaction() as db:
            await db.execute(text(statement))

    async def erase(self, email: str = EVE) -> Any:
        return await self.personal.erase(ACME, email, by="ann")

    async def holds(self) -> bool:
        await self.desk.audit.extend_ledger(NOON)
        return (await self.desk.audit.verify(ACME)).broken is None


async def dump(database: Database, where: str = "true") -> str:
    """Every row of every table as text, bytes decoded as far as they go. ``where`` is a condition on a row's JSON ``r``."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    lines = []
    async with database.transaction() as db:
        await db.execute(text("SET LOCAL bytea_output = 'escape'"))
        for name in sorted(await db.scalars(text(tables))):
            rows = await db.scalars(
                text(f"SELECT r::text FROM (SELECT t::text AS r, to_jsonb(t) AS j FROM {name} AS t) AS x WHERE {where}")
            )
            lines += sorted(f"{name}: {row}" for row in rows)
    return "\n".join(lines)


async def of_conversation(database: Database, id: str) -> str:
    return await dump(database, f"coalesce(j ->> 'conversation_id', j ->> 'id') = '{id}'")


async def everything(data: Data) -> list[Turn]:
    """One of everything that a person's message can lead to."""
    turns = [await data.answer("m1", "MARK-ANSWERED", conversation_key=EVE)]
    turns.append(await data.ask("m2", "MARK-WAITS", conversation_key="k2", references=(f"<{EVE}>",), to=("help@acme.test", BEA)))
    turns.append(await data.ask("m3", "MARK-VOTED", conversation_key="k3"))
    await data.desk.approvals.decide(ACME, turns[-1].id, person="ann", outcome="rejected", digest="d1", reason="MARK-REASON")
    turns.append(await data.arrive("m4", "MARK-RUNS", conversation_key="k4"))
    await data.desk.mailroom.receive(ACME, message("m5", sender=EVE, text="MARK-QUEUED", conversation_key="k5"))
    await data.run(
        "INSERT INTO approval_edits (approval_id, n, tenant, person, reason, before, at)"
        " SELECT id, 1, tenant, 'ann', 'MARK-EDITED', request, created_at FROM approvals"
    )
    await data.run('UPDATE timers SET payload = \'{"text": "MARK-TIMER"}\'')
    return turns


MARKS = ("ANSWERED", "WAITS", "VOTED", "REASON", "RUNS", "QUEUED", "EDITED", "TIMER")


async def test_after_erasing_nothing_of_the_person_is_in_any_table(database: Database) -> None:
    data = Data(database)
    await everything(data)
    before = await dump(database)
    assert all(f"MARK-{mark}" in before for mark in MARKS)
    assert any(row.startswith("checkpoint_blobs") and "MARK-WAITS" in row for row in before.splitlines())
    assert await data.holds()
    erased = await data.erase()
    assert (erased.conversations, erased.messages, erased.receipts, erased.effects, erased.files) == (5, 5, 3, 1, 1)
    after = (await dump(database)).casefold()
    assert [found for found in (EVE, NAME.casefold(), "quux", "mark-", "our answer") if found in after] == []
    assert await data.holds()


async def test_what_is_left_still_reads_as_receipts_approvals_and_conversations(database: Database) -> None:
    data = Data(database)
    turns = await everything(data)
    await data.erase()
    receipts = await data.desk.receipts.list(ACME)
    assert len(receipts) == 5
    answered_one = await data.desk.receipts.get(ACME, turns[0].id)
    assert (answered_one.intent.top, answered_one.plan.action, answered_one.verdict, answered_one.sender) == (
        "refund",
        "answer",
        "allow",
        "",
    )
    assert [entry.kind for entry in answered_one.entries] == ["decided", "delivered", "erased"]
    waited = await data.desk.approvals.show(ACME, turns[1].id)
    assert (waited.status, waited.reason, waited.request.effects[0].to) == ("superseded", "erased", "")
    for conversation in await data.desk.conversations.list(ACME):
        _, past = await data.desk.conversations.show(ACME, conversation.id)
        assert {each.text for each in past} <= {""}
    assert {each.effect.text for each in await data.desk.outbox.list(ACME)} == {""}


async def test_a_skeleton_that_is_changed_afterwards_is_found(database: Database) -> None:
    data = Data(database)
    turn = await data.answer("m1", "MARK")
    await data.erase()
    await data.run(f"UPDATE turns SET receipt = jsonb_set(receipt, '{{plan,level}}', '4') WHERE id = '{turn.id}'")
    assert not await data.holds()


async def test_other_peoples_data_is_untouched_byte_for_byte(database: Database) -> None:
    data = Data(database)
    await data.answer("m1", "MARK-EVE", conversation_key="k1")
    theirs = await data.ask("m2", "MARK-BEA", by=BEA, conversation_key="k2")
    await data.answer("m3", "MARK-BEA", by=BEA, conversation_key="k2")
    await data.desk.mailroom.receive("other", message("m1", sender=EVE, text="MARK-ELSEWHERE"))
    before = await of_conversation(database, theirs.conversation_id), await dump(database, "j ->> 'tenant' = 'other'")
    checkpoint = await dump(database, f"j ->> 'thread_id' = '{theirs.id}'")
    await data.erase()
    assert (await of_conversation(database, theirs.conversation_id), await dump(database, "j ->> 'tenant' = 'other'")) == before
    assert checkpoint
    assert await dump(database, f"j ->> 'thread_id' = '{theirs.id}'") == checkpoint


async def shared(data: Data) -> tuple[Turn, Turn, Turn]:
    """Eve and Bea in one conversation; Bea's second turn waits, with what Eve said before in its history."""
    own = await data.answer("m1", "MARK-EVE")
    first = await data.answer("m2", "MARK-BEA", by=BEA, deliver=False)
    return own, first, await data.ask("m3", "MARK-BEA", by=BEA, to=("help@acme.test", "Eve@Example.com"))


async def test_of_a_shared_conversation_only_the_persons_own_part_goes(database: Database) -> None:
    data = Data(database)
    own, first, waiting = await shared(data)
    kept = f"j ->> 'turn_id' = '{first.id}' OR j ->> 'id' = '{first.id}'"
    before = await dump(database, kept)
    erased = await data.erase()
    assert (erased.conversations, erased.messages, erased.receipts, erased.effects) == (1, 1, 1, 1)
    after = await dump(database)
    assert EVE not in after.casefold()
    assert "MARK-EVE" not in after
    assert await dump(database, kept) == before
    assert await data.one(f"SELECT key FROM conversations WHERE id = '{own.conversation_id}'") == "k1"
    assert await data.one("SELECT erased_at FROM conversations") is None
    assert await data.holds()
    await data.desk.decide(waiting)
    await data.desk.resume(waiting.id)
    assert (await data.desk.receipts.get(ACME, waiting.id)).status == "done"


async def test_the_working_copy_of_anothers_turn_keeps_everything_but_what_the_person_said(database: Database) -> None:
    data = Data(database)
    _, _, waiting = await shared(data)
    await data.erase()
    saver = InMemorySaver(serde=serializer())
    async with database.transaction() as db:
        await Checkpoints().give(db, waiting.id, saver)
    stored = await saver.aget({"configurable": {"thread_id": waiting.id}})
    assert stored is not None
    turn = stored["channel_values"]["turn"]
    assert [past.text for past in turn.history] == ["MARK-BEA (m2)", f"Dear {NAME}, MARK-BEA"]
    assert turn.messages[0].to == ("help@acme.test",)
    assert turn.messages[0].text == "MARK-BEA (m3)"


async def test_anothers_turn_that_runs_meanwhile_is_begun_again_without_what_the_person_said(database: Database) -> None:
    data = Data(database)
    await data.answer("m1", "MARK-EVE")
    theirs = await data.arrive("m2", "MARK-BEA", by=BEA)
    assert "MARK-EVE" in theirs.model_dump_json()
    await data.erase()
    await data.desk.turns.commit(theirs, await paused(theirs))
    assert "MARK-EVE" not in await dump(database)
    again = await data.desk.turns.load(theirs.id)
    assert again is not None
    assert "MARK-EVE" not in again.model_dump_json()
    await data.desk.turns.commit(again, replied(again, "MARK-BEA", BEA))
    assert (await data.desk.receipts.get(ACME, theirs.id)).status == "done"


async def test_an_export_has_everything_of_the_person_and_nothing_of_others(database: Database) -> None:
    data = Data(database)
    await everything(data)
    await data.answer("x1", "OTHER-BEA", by=BEA, conversation_key="x")
    found = json.dumps(await data.personal.export(ACME, " Eve@Example.com "))
    assert [mark for mark in MARKS if f"MARK-{mark}" not in found] == []
    assert NAME in found
    assert '"delivered": "Dear' in found
    assert "OTHER" not in found


async def test_an_export_of_a_shared_conversation_leaves_the_others_out(database: Database) -> None:
    data = Data(database)
    await shared(data)
    eve, bea = [json.dumps(await data.personal.export(ACME, who)) for who in (EVE, BEA)]
    assert "MARK-EVE" in eve
    assert "MARK-BEA" not in eve
    assert "MARK-BEA" in bea
    assert "MARK-EVE" not in bea


async def test_an_agents_mail_to_the_person_is_theirs_and_one_to_others_is_not(database: Database) -> None:
    data = Data(database)
    await data.desk.mailroom.receive(ACME, mail("a1", sender="ann@acme.test", role="agent", to=(EVE,), text="MARK-ONE", subject="MARK"))
    named = {"role": "agent", "to": (BEA, EVE), "text": "MARK-TWO"}
    await data.desk.mailroom.receive(ACME, mail("a2", sender="ann@acme.test", **named))
    assert "MARK-ONE" in json.dumps(await data.personal.export(ACME, EVE))
    erased = await data.erase()
    assert (erased.conversations, erased.messages) == (1, 1)
    after = await dump(database)
    assert "MARK-ONE" not in after
    assert "MARK-TWO" in after
    assert EVE not in after


async def test_a_redelivered_copy_of_an_erased_message_is_a_duplicate(database: Database) -> None:
    data = Data(database)
    turn = await data.answer("m1", "MARK")
    await data.erase()
    again = await data.desk.mailroom.receive(ACME, message("m1", text="MARK"))
    assert (again.duplicate, again.turn_id) == (True, turn.id)
    assert "MARK" not in await dump(database)


async def test_the_next_message_of_an_erased_person_begins_anew(database: Database) -> None:
    data = Data(database)
    before = await data.answer("m1", "MARK")
    await data.erase()
    after = await data.answer("m2", "NEW", references=("m1",))
    assert after.conversation_id != before.conversation_id
    assert after.history == ()
    assert (await data.erase()).messages == 1
    assert await data.holds()


async def test_a_turn_that_was_running_when_erased_commits_nothing(database: Database) -> None:
    data = Data(database)
    running = await data.arrive("m1", "MARK")
    await data.erase()
    await data.desk.turns.commit(running, answered(running))
    await data.desk.turns.fail(running.id, "MARK", run=running.run)
    assert await data.desk.outbox.list(ACME) == ()
    assert (await data.desk.receipts.get(ACME, running.id)).status == "failed"
    assert "MARK" not in await dump(database)
    assert await data.holds()


async def test_an_approval_that_was_given_when_erased_leads_to_nothing(database: Database) -> None:
    data = Data(database)
    turn = await data.ask("m1", "MARK")
    await data.desk.decide(turn)
    await data.erase()
    await data.desk.resume(turn.id)
    assert await data.desk.outbox.list(ACME) == ()
    assert (await data.desk.approvals.show(ACME, turn.id)).status == "approved"
    assert await data.holds()


async def test_what_was_not_sent_yet_never_is(database: Database) -> None:
    data = Data(database)
    turn = await data.answer("m1", "MARK", deliver=False)
    await data.erase()
    await Outbox(database, clock=data.desk.clock, default=data.folder).deliver(await data.effect(turn))
    assert data.folder.arrived == []
    assert (await data.desk.receipts.get(ACME, turn.id)).effects[0].state == "failed"


async def test_a_file_that_cannot_be_deleted_leaves_its_conversation_as_it_was(database: Database) -> None:
    data = Data(database, Folder(stuck=True))
    turn = await data.answer("m1", "MARK")
    before = await of_conversation(database, turn.conversation_id)
    with pytest.raises(Unavailable, match="delivered file"):
        await data.erase()
    assert await of_conversation(database, turn.conversation_id) == before
    data.folder.stuck = False
    assert (await data.erase()).files == 1
    assert data.folder.kept == {}


async def test_erasing_twice_at_once_is_erasing_once(database: Database) -> None:
    data = Data(database)
    await everything(data)
    results = await asyncio.gather(data.erase(), data.erase(), return_exceptions=True)
    assert all(not isinstance(result, Exception) or isinstance(result, NotFound) for result in results), results
    assert await data.one("SELECT count(*) FROM entries WHERE kind = 'erased'") == 5
    assert await data.holds()
    with pytest.raises(NotFound):
        await data.erase()


@pytest.mark.parametrize("email", ["nobody@example.com", "", "Eve", "%", "\0@", "eve"])
async def test_an_unknown_address_is_not_found(database: Database, email: str) -> None:
    data = Data(database)
    await data.answer("m1", "MARK")
    with pytest.raises(NotFound):
        await data.personal.export(ACME, email)
    with pytest.raises(NotFound):
        await data.erase(email)
    with pytest.raises(NotFound):
        await data.personal.erase("other", EVE, by="ann")
