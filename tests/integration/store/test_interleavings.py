"""Random interleavings of messages, decisions, edits, time-outs and restarts on one conversation, against a model of what must come of it.

Each step knows what must happen: exactly one way to close an approval wins, and everybody who comes second is told so.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from core.errors import Conflict, Forbidden, InvalidEdit
from core.types import Edit, Turn
from store.database import Database
from store.timers import sweep
from tests.integration.store.desk import ACME, Desk, answered, paused

PEOPLE = st.sampled_from(["ann", "bob", "cleo"])
CLOSINGS = {"approved", "rejected", "responded", "expired", "superseded"}
REFUSALS = (Conflict, Forbidden, InvalidEdit)
_conversations = count()


class Asked:
    """What the model knows of one approval."""

    def __init__(self, turn: Turn, digest: str, expires: Any) -> None:
        self.turn, self.digest, self.expires = turn, digest, expires
        self.status, self.acted, self.editors = "pending", False, list[str]()


class Conversation(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.key, self.n = asyncio.Runner(), f"k{next(_conversations)}", 0
        self.desk = Desk(Database(self.url))
        self.asked: list[Asked] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        broken = self.run(self.desk.audit.verify(ACME)).broken
        self.run(self.desk.database.close())
        self.runner.close()
        assert broken is None

    @property
    def pending(self) -> Asked | None:
        return next((each for each in self.asked if each.status == "pending"), None)

    def late(self, each: Asked) -> bool:
        return bool(each.expires <= self.desk.clock.now())

    # ------------------------------------------------------------ what may happen

    @initialize()
    def a_message_asks(self) -> None:
        self.a_message_asks_again()

    @rule()
    def a_message_asks_again(self) -> None:
        """Its approval supersedes the one that is open."""
        turn = self.run(self.arrive())
        before, digest = self.pending, f"d{self.n}"
        self.run(self.commit(turn, digest))
        if before:
            before.status = "superseded"
        self.asked.append(Asked(turn, digest, turn.now + timedelta(hours=1)))

    @rule()
    def a_message_is_answered(self) -> None:
        """An answer is another effect: the open approval stays."""
        turn = self.run(self.arrive())
        self.run(self.desk.turns.commit(turn, answered(turn)))

    @rule(person=PEOPLE, outcome=st.sampled_from(["approved", "rejected", "responded"]), data=st.data())
    def somebody_decides(self, person: str, outcome: str, data: st.DataObject) -> None:
        each = data.draw(st.sampled_from([self.asked[-1], self.asked[-1], *self.asked[-3:]]))
        digest = data.draw(st.sampled_from([each.digest, each.digest, each.digest, f"d{self.n}"]))
        told = self.run(self.attempt(self.decide(each, person, outcome, digest)))
        if each.status != "pending":
            assert isinstance(told, Conflict)
            assert each.status in str(told)
        elif self.late(each):
            each.status = "expired"
            assert "is expired" in str(told)
        elif digest != each.digest:
            assert isinstance(told, Conflict)
            assert "look at it again" in str(told)
        elif not self.may(each, person, outcome):
            assert isinstance(told, Forbidden)
        else:
            each.status = outcome
            assert told is None

    @precondition(lambda self: self.pending and self.pending.editors and not self.late(self.pending))
    @rule(outcome=st.sampled_from(["approved", "responded"]))
    def who_edited_it_tries_to_approve_it(self, outcome: str) -> None:
        each = self.pending
        assert each
        told = self.run(self.attempt(self.decide(each, each.editors[0], outcome, each.digest)))
        assert isinstance(told, Forbidden)
        assert "somebody else must decide" in str(told)

    @rule(person=PEOPLE, owner=st.sampled_from(["ann", "bob", "nobody"]), data=st.data())
    def somebody_edits(self, person: str, owner: str, data: st.DataObject) -> None:
        each = data.draw(st.sampled_from([self.asked[-1], self.asked[-1], *self.asked[-3:]]))
        told = self.run(self.attempt(self.edit(each, person, owner)))
        if each.status != "pending":
            assert isinstance(told, Conflict)
        elif self.late(each):
            each.status = "expired"
            assert "is expired" in str(told)
        elif owner == "nobody":
            assert isinstance(told, InvalidEdit)
        else:
            each.digest = f"{each.digest}-{owner}"
            each.editors.append(person)
            assert told is None

    @rule(minutes=st.sampled_from([1, 5, 20, 61]))
    def time_passes(self, minutes: int) -> None:
        self.desk.clock.advance(timedelta(minutes=minutes))

    @rule()
    def what_is_due_fires(self) -> None:
        self.run(sweep(self.desk.database, self.desk.clock.now()))
        if (each := self.pending) and self.late(each):
            each.status = "expired"

    @rule()
    def a_worker_goes_on(self) -> None:
        """Every decided turn is resumed, twice."""
        for each in self.asked:
            if each.status != "pending":
                self.run(self.desk.resume(each.turn.id))
                self.run(self.desk.resume(each.turn.id))
                each.acted = True

    @rule()
    def the_process_restarts(self) -> None:
        clock = self.desk.clock
        self.run(self.desk.database.close())
        self.desk = Desk(Database(self.url))
        self.desk.clock.advance(clock.now() - self.desk.clock.now())

    @precondition(lambda self: self.pending and not self.late(self.pending))
    @rule(ways=st.permutations(["approve", "reject", "edit", "message", "time-out"]))
    def all_at_once(self, ways: list[str]) -> None:
        each = self.pending
        assert each
        before = self.n + 1
        results = self.run(self.race(each, ways[:4]))
        closed = [entry for entry in self.run(self.entries(each.turn)) if entry in CLOSINGS]
        assert len(closed) <= 1
        approval = self.run(self.desk.approvals.show(ACME, each.turn.id))
        each.status, each.digest, each.editors = approval.status, approval.request.digest, [edit.person for edit in approval.edits]
        won = [way for way, told in results.items() if told is None and way in ("approve", "reject")]
        assert len(won) == (each.status in ("approved", "rejected")), "who won is told so, and nobody else"
        assert all(told is None or isinstance(told, REFUSALS) for told in results.values())
        if self.n >= before:
            self.asked.append(Asked(self.newest, f"d{self.n}", self.newest.now + timedelta(hours=1)))
        self.a_message_asks_again()  # who won is up to the machine; what may follow must not be, or a failure cannot be replayed

    # ------------------------------------------------------------ what must hold

    @invariant()
    def one_approval_is_open_at_most(self) -> None:
        assert sum(each.status == "pending" for each in self.asked) <= 1

    @invariant()
    def each_was_closed_once_and_as_the_model_says(self) -> None:
        for each in self.asked[-3:]:
            closings = [kind for kind in self.run(self.entries(each.turn)) if kind in CLOSINGS]
            assert closings == ([] if each.status == "pending" else [each.status])

    @invariant()
    def only_what_was_approved_is_written(self) -> None:
        sent = {effect.key for effect in self.run(self.sent()) if effect.kind == "assign"}
        assert sent == {f"{each.turn.id}:assign" for each in self.asked if each.status == "approved" and each.acted}

    # ------------------------------------------------------------ how

    async def arrive(self) -> Turn:
        self.n += 1
        turn = await self.desk.arrive(f"{self.key}-m{self.n}", conversation_key=self.key)
        self.newest = turn
        return turn

    async def commit(self, turn: Turn, digest: str) -> None:
        await self.desk.turns.commit(turn, await paused(turn, digest=digest))

    async def decide(self, each: Asked, person: str, outcome: str, digest: str) -> None:
        place: dict[str, Any] = {"person": person, "outcome": outcome, "digest": digest}
        await self.desk.approvals.decide(ACME, each.turn.id, **place, text="My own words.")

    async def edit(self, each: Asked, person: str, owner: str) -> None:
        await self.desk.approvals.edit(ACME, each.turn.id, person=person, digest=each.digest, edit=Edit(owner=owner))

    async def attempt(self, work: Coroutine[Any, Any, None]) -> Exception | None:
        try:
            await work
        except REFUSALS as error:
            return error
        return None

    async def race(self, each: Asked, ways: list[str]) -> dict[str, Exception | None]:
        turn = await self.arrive() if "message" in ways else None
        works: dict[str, Coroutine[Any, Any, None]] = {}
        for way in ways:
            match way:
                case "approve":
                    works[way] = self.decide(each, "ann", "approved", each.digest)
                case "reject":
                    works[way] = self.decide(each, "bob", "rejected", each.digest)
                case "edit":
                    works[way] = self.edit(each, "cleo", "bob")
                case "message" if turn:
                    works[way] = self.commit(turn, f"d{self.n}")
                case _:
                    works[way] = self.late_sweep()
        told = await asyncio.gather(*(self.attempt(work) for work in works.values()))
        return dict(zip(works, told, strict=True))

    async def late_sweep(self) -> None:
        await sweep(self.desk.database, self.desk.clock.now() + timedelta(minutes=30))

    async def entries(self, turn: Turn) -> list[str]:
        return [entry.kind for entry in (await self.desk.receipts.get(ACME, turn.id)).entries]

    async def sent(self) -> list[Any]:
        mine = {each.turn.id for each in self.asked}
        return [sent.effect for sent in await self.desk.outbox.list(ACME) if sent.turn_id in mine]

    def may(self, each: Asked, person: str, outcome: str) -> bool:
        """Finance decides, nobody on their own edit; whoever edited it may withdraw it."""
        if person in each.editors:
            return outcome == "rejected"
        return person in ("ann", "bob")


@pytest.mark.timeout(170)
def test_whatever_happens_in_whatever_order_one_wins_and_the_others_are_told(database_url: str) -> None:
    machine = type("Machine", (Conversation,), {"url": database_url})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )
