"""What people say that messages wanted: kept with who said it, reviewed, and gone with the message."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import Conflict, NotFound
from core.learning import Example
from store.audit import Audit
from store.database import Database
from store.examples import LONGEST, Examples
from store.models import Models
from store.personal import PersonalData
from store.retention import expire
from tests.integration.store.desk import ACME, NOON, Desk, Textbook, answered


class School(Desk):
    """A desk whose people teach."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.examples = Examples(database, clock=self.clock, lessons=Textbook())
        self.models = Models(database, clock=self.clock)
        self.personal = PersonalData(database, clock=self.clock)

    async def taught(self, id: str = "m1", *, label: str | None = "outage", person: str = "ann", **changes: Any) -> Example:
        turn = await self.answer(id, **changes)
        return await self.examples.correct(ACME, turn.id, label=label, person=person)

    async def learned(self, *ids: str, version: str = "v1") -> None:
        await self.models.put(ACME, version, content={}, examples=ids, utterances=9, blob=b"weights", author="lea")


@pytest.fixture
def school(database: Database) -> School:
    return School(database)


async def test_an_example_says_who_said_what_of_which_text_and_what_the_model_said(school: School) -> None:
    turn = await school.answer()
    kept = await school.examples.correct(ACME, f"r-{turn.id}", label="outage", person="ann", reason="nothing to pay back")
    assert (kept.text, kept.label, kept.said, kept.sure, kept.model) == ("text of m1", "outage", "refund", 0.9, "i1")
    assert (kept.person, kept.reason, kept.source, kept.status) == ("ann", "nothing to pay back", "correction", "pending")
    assert (kept.turn_id, kept.conversation_id) == (turn.id, turn.conversation_id)
    assert NOON < kept.created_at < school.clock.now()
    assert await school.examples.list(ACME) == (kept,)


async def test_a_message_may_have_wanted_none_of_the_intents(school: School) -> None:
    assert (await school.taught(label=None)).label is None


async def test_said_again_while_it_waits_it_replaces_the_word_which_then_cannot_be_accepted_unseen(school: School) -> None:
    first = await school.taught()
    again = await school.examples.correct(ACME, first.turn_id, label="refund", person="ann", reason="it was right")
    assert (again.label, again.reason) == ("refund", "it was right")
    with pytest.raises(NotFound):
        await school.examples.review(ACME, {first.id: "accepted"}, person="lea")
    other = await school.examples.correct(ACME, first.turn_id, label=None, person="bob")
    assert [each.id for each in await school.examples.list(ACME)] == [again.id, other.id]


async def test_what_was_reviewed_is_not_said_again(school: School) -> None:
    kept = await school.taught()
    await school.examples.review(ACME, {kept.id: "rejected"}, person="lea")
    with pytest.raises(Conflict, match=f"ann has corrected turn {kept.turn_id} already, and lea rejected it"):
        await school.examples.correct(ACME, kept.turn_id, label="refund", person="ann")


async def test_a_review_is_of_all_of_them_or_of_none(school: School) -> None:
    one, two = await school.taught("m1"), await school.taught("m2")
    with pytest.raises(NotFound, match="no example 'x_gone'"):
        await school.examples.review(ACME, {one.id: "accepted", "x_gone": "accepted"}, person="lea")
    assert len(await school.examples.list(ACME)) == 2
    done = await school.examples.review(ACME, {one.id: "accepted", two.id: "rejected"}, person="lea")
    assert [(each.status, each.reviewed_by) for each in done] == [("accepted", "lea"), ("rejected", "lea")]
    assert all(each.reviewed_at and each.reviewed_at > each.created_at for each in done)
    assert await school.examples.list(ACME) == ()
    assert [each.id for each in await school.models.accepted(ACME)] == [one.id]


async def test_a_turn_that_is_still_decided_cannot_be_corrected(school: School) -> None:
    turn = await school.arrive()
    with pytest.raises(Conflict, match="has not been decided yet"):
        await school.examples.correct(ACME, turn.id, label="outage", person="ann")


@pytest.mark.parametrize(
    ("id", "label", "problem"), [("t_gone", "outage", "no turn"), ("", "outage", "no turn"), (None, "lunch", "no intent 'lunch'")]
)
async def test_what_is_not_there_is_not_found(school: School, id: str | None, label: str, problem: str) -> None:
    turn = await school.answer()
    with pytest.raises(NotFound, match=problem):
        await school.examples.correct(ACME, turn.id if id is None else id, label=label, person="ann")


async def test_a_waiting_turn_can_be_corrected_and_its_decision_stays(school: School) -> None:
    turn = await school.ask()
    await school.examples.correct(ACME, turn.id, label="outage", person="ann")
    await school.decide(turn)
    await school.resume(turn.id)
    assert (await school.receipts.get(ACME, turn.id)).status == "done"


async def test_a_correction_is_an_entry_of_the_conversation_and_every_chain_verifies(school: School) -> None:
    kept = await school.taught()
    receipt = await school.receipts.get(ACME, kept.turn_id)
    assert [entry.kind for entry in receipt.entries] == ["decided", "corrected"]
    assert (await Audit(school.database).verify(ACME)).broken is None


async def test_no_more_of_a_message_is_kept_than_is_learned_from(school: School) -> None:
    assert len((await school.taught(text="x" * 3 * LONGEST)).text) == LONGEST


# ------------------------------------------------------------ and gone with the message


async def test_erasing_a_person_erases_what_was_learned_from_them_and_the_models_say_so(school: School) -> None:
    hers = await school.taught("m1", sender="eve@example.com", conversation_key="k1")
    his = await school.taught("m2", sender="otto@example.com", conversation_key="k2")
    await school.learned(hers.id, his.id)
    await school.learned(his.id, version="v2")
    erased = await school.personal.erase(ACME, "eve@example.com", by="lea")
    assert erased.examples == 1
    assert [each.id for each in await school.examples.list(ACME)] == [his.id]
    assert {each.version: (each.examples, each.lost) for each in await school.models.list(ACME)} == {"v1": (2, 1), "v2": (1, 0)}
    assert (await Audit(school.database).verify(ACME)).broken is None
    async with school.database.transaction() as db:
        rows = (await db.scalars(text("SELECT CAST(examples AS text) FROM examples UNION ALL SELECT value FROM entry_values"))).all()
    assert not [row for row in rows if "text of m1" in row or hers.id in row]


async def test_nothing_is_learned_from_an_erased_turn(school: School) -> None:
    kept = await school.taught()
    await school.personal.erase(ACME, "eve@example.com", by="lea")
    with pytest.raises(Conflict, match="nothing is left of the text"):
        await school.examples.correct(ACME, kept.turn_id, label="refund", person="ann")


async def test_an_export_shows_what_was_said_of_their_messages(school: School) -> None:
    await school.taught()
    found: Any = await school.personal.export(ACME, "eve@example.com")
    (correction,) = found["conversations"][0]["turns"][0]["corrections"]
    assert (correction["text"], correction["label"], correction["said"], correction["person"]) == ("text of m1", "outage", "refund", "ann")


async def test_what_is_kept_no_longer_than_its_conversation(school: School) -> None:
    await school.taught()
    later = NOON + timedelta(days=40)
    assert await expire(school.database, later, {ACME: timedelta(days=30)}) == 1
    assert await school.examples.list(ACME) == ()


async def test_of_a_shared_conversation_only_the_persons_own_example_goes(school: School) -> None:
    hers = await school.taught("m1", sender="eve@example.com")
    turn = await school.arrive("m2", sender="otto@example.com")
    await school.turns.commit(turn, answered(turn))
    his = await school.examples.correct(ACME, turn.id, label="outage", person="ann")
    assert hers.conversation_id == his.conversation_id
    await school.personal.erase(ACME, "eve@example.com", by="lea")
    assert [each.id for each in await school.examples.list(ACME)] == [his.id]


# ------------------------------------------------------------ models as they are kept


async def test_a_model_is_kept_once_and_never_changed(school: School, database: Database) -> None:
    await school.learned("x_1")
    await school.models.put(ACME, "v1", content={"other": 1}, examples=(), utterances=1, blob=b"other", author="eve")
    assert await school.models.get(ACME, "v1") == ({}, ("x_1",), b"weights")
    for statement in ("UPDATE models SET blob = 'x'", "DELETE FROM models", "DELETE FROM model_activations"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.transaction(ACME) as db:
                await db.execute(text(statement))


async def test_a_roll_back_leads_to_what_decided_before(school: School) -> None:
    await school.learned()
    await school.learned(version="v2")
    with pytest.raises(Conflict, match="no model has been put in force yet: intents activate does"):
        await school.models.before(ACME)
    await school.models.activate(ACME, "v2", person="lea", instead_of="v1")
    assert await school.models.in_force([ACME]) == {ACME: "v2"}
    assert (await school.models.rollback(ACME, person="lea")).version == "v1"
    assert [each.version for each in await school.models.list(ACME) if each.active] == ["v1"]
    with pytest.raises(NotFound, match="no model 'v3'"):
        await school.models.activate(ACME, "v3", person="lea")
