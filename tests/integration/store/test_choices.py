"""Whether a chat model chose rightly is what people said of the turn, once a reviewer has accepted that."""

from datetime import timedelta
from typing import Any

from agents.recalibration import ENOUGH, Recalibrations
from core.ports import Choice, Judged
from store.choices import Choices
from store.database import Database
from store.tables_learning import examples
from tests.integration.store.desk import ACME, NOON, Desk

MODEL = "chat/one assess-2"


async def chose(desk: Desk, said: str | None, *, id: str = "m1", model: str = MODEL) -> str:
    """A choice on a turn of its own; the turn."""
    turn = await desk.answer(id, conversation_key=id)
    offered = ("refund", "invoice")
    await Choices(desk.database, clock=desk.clock).enter(ACME, model, Choice(turn.id, offered, "refund", 0.6, said, 0.4))
    return turn.id


async def told(desk: Desk, turn_id: str, label: str | None, *, person: str = "ann", status: str = "accepted", minutes: int = 0) -> None:
    place = {"id": f"x_{turn_id}_{person}", "tenant": ACME, "turn_id": turn_id, "text": "words", "label": label, "person": person}
    at = NOON + timedelta(minutes=minutes)
    more: dict[str, Any] = {"status": status, "created_at": at, "reviewed_at": None if status == "pending" else at}
    async with desk.database.transaction() as db:
        conversation = (await db.exec_driver_sql("SELECT conversation_id FROM turns WHERE id = %(id)s", {"id": turn_id})).scalar()
        await db.execute(examples.insert().values(**place, **more, conversation_id=conversation))


async def judged(desk: Desk, model: str = MODEL) -> tuple[Judged, ...]:
    return await Choices(desk.database, clock=desk.clock).judged(ACME, model, 100)


async def test_a_confirmed_and_a_corrected_choice_are_right_and_wrong(database: Database) -> None:
    desk = Desk(database)
    for n, (said, label) in enumerate([("refund", "refund"), ("invoice", "refund"), (None, None), (None, "refund"), ("refund", None)]):
        await told(desk, await chose(desk, said, id=f"m{n}"), label)
    assert sorted(await judged(desk)) == [
        ("agrees", 0.4, False),
        ("agrees", 0.4, True),
        ("differs", 0.4, False),
        ("none", 0.4, False),
        ("none", 0.4, True),
    ]


async def test_what_nobody_said_anything_of_or_no_reviewer_accepted_teaches_nothing(database: Database) -> None:
    desk = Desk(database)
    await chose(desk, "refund", id="m1")
    await told(desk, await chose(desk, "refund", id="m2"), "refund", status="pending")
    await told(desk, await chose(desk, "refund", id="m3"), "refund", status="rejected")
    assert await judged(desk) == ()


async def test_of_what_two_people_said_the_one_accepted_last_counts_once(database: Database) -> None:
    desk = Desk(database)
    turn = await chose(desk, "refund")
    await told(desk, turn, "refund", person="bob", minutes=1)
    await told(desk, turn, "invoice", person="ann", minutes=5)
    assert await judged(desk) == (Judged("agrees", 0.4, right=False),)


async def test_a_turn_run_again_has_one_choice_the_latest(database: Database) -> None:
    desk = Desk(database)
    turn = await chose(desk, "refund")
    again = Choice(turn, ("refund", "invoice"), "refund", 0.6, "invoice", 0.3)
    await Choices(database, clock=desk.clock).enter(ACME, MODEL, again)
    await told(desk, turn, "invoice")
    assert await judged(desk) == (Judged("differs", 0.3, right=True),)


async def test_another_model_or_prompt_begins_anew(database: Database) -> None:
    desk = Desk(database)
    await told(desk, await chose(desk, "refund", model="chat/other assess-2"), "refund")
    assert await judged(desk) == ()


async def test_what_was_learned_is_there_after_a_refresh_and_costs_nothing_before(database: Database) -> None:
    desk = Desk(database)
    for n in range(ENOUGH):
        await told(desk, await chose(desk, "refund", id=f"m{n}"), "refund")
    learned = Recalibrations(Choices(database, clock=desk.clock), MODEL)
    assert learned.of(ACME).confidence("agrees", 0.4) == 0.4
    await learned.refresh([ACME])
    assert learned.of(ACME).confidence("agrees", 0.4) > 0.8
