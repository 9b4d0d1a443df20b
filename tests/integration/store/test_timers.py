"""Time limits as rows: each fires once, neither early nor never."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from core.clock import ShiftedClock
from core.ports import Outcome
from store.chain import lock_chain
from store.database import Database
from store.tables import timers
from store.timers import Sweeper, settle, sweep
from store.watches import KINDS, RESOLUTION, fire
from tests.integration.store.desk import ACME, NOON, Desk, message, receipt
from tests.integration.store.limits import HOUR, OFFICE, Shift, ladder, minutes, watch

# ---------------------------------------------------------------- firing


async def test_an_unanswered_hand_off_is_warned_of_passed_to_the_backup_and_then_up(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off()
    assert [await desk.after(minutes(44)), await desk.after(minutes(2))] == [0, 1]
    assert [await desk.after(minutes(15)), await desk.owner()] == [1, "ben"]
    assert [await desk.after(minutes(30)), await desk.owner()] == [1, "cleo"]
    assert await desk.entries() == ["first_response_warning", "first_response", "pass_up"]
    assert await desk.sent() == [
        ("first_response_warning:notify", "ann", "pending"),
        ("first_response:notify", "ben", "pending"),
        ("first_response:assign", "ben", "pending"),
        ("pass_up:notify", "cleo", "pending"),
        ("pass_up:assign", "cleo", "pending"),
    ]
    assert (await desk.audit.verify(ACME)).broken is None


async def test_a_limit_fires_once_under_two_sweeps_at_once_and_never_again(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off()
    late = NOON + timedelta(days=1)
    assert sum(await asyncio.gather(*(sweep(database, late) for _ in range(4)))) == 5
    assert await sweep(database, late + HOUR) == 0
    assert len(await desk.sent()) == len(await desk.entries()) + 2 == 7


async def test_what_fell_due_while_nothing_ran_fires_at_the_first_sweep(database: Database, database_url: str) -> None:
    await Shift(database).hand_off(resolution=60)
    restarted = Database(database_url)
    try:
        assert await sweep(restarted, NOON + timedelta(days=30)) == 1
    finally:
        await restarted.close()


async def test_more_limits_than_one_page_all_fire(database: Database) -> None:
    desk = Shift(database)
    conversation = await desk.hand_off(resolution=60)
    async with database.transaction() as db:
        await db.execute(
            text("""INSERT INTO timers (tenant, conversation_id, turn_id, kind, due_at)
                SELECT tenant, conversation_id, turn_id, 'resolution_warning', due_at FROM timers, generate_series(1, 450)
                WHERE conversation_id = :id"""),
            {"id": conversation},
        )
    assert await desk.after(2 * HOUR) == 451


async def test_a_limit_that_cannot_fire_keeps_no_other_waiting_and_fires_when_it_can(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(first_response=60, resolution=90)
    async with database.transaction() as db:
        await db.execute(update(timers).where(timers.c.kind == "first_response").values(payload={"kind": "of an unknown version"}))
    assert [await desk.after(2 * HOUR), await desk.states()] == [1, {"first_response": "armed", "resolution": "fired"}]
    async with database.transaction() as db:
        mended = watch("t", "first_response", 60, owner="ben").model_dump(mode="json")
        await db.execute(update(timers).where(timers.c.kind == "first_response").values(payload=mended))
    assert [await desk.after(minutes(1)), await desk.owner()] == [1, "ben"]


async def test_a_conversation_that_somebody_holds_makes_no_other_wait(database: Database) -> None:
    desk = Shift(database)
    held = await desk.hand_off(resolution=60)
    other = await desk.mailroom.receive(ACME, message("m2", conversation_key="k2"))
    async with database.transaction() as db:
        chain = await lock_chain(db, other.conversation_id)
        await desk.watches.arm(chain, other.turn_id or "", ladder("t2", resolution=60), since=NOON, at=NOON)
    async with database.transaction() as holder:
        await lock_chain(holder, held)
        assert await asyncio.wait_for(desk.after(2 * HOUR), 5) == 1
    assert await desk.after(minutes(1)) == 1


async def test_a_limit_that_was_moved_between_the_look_and_the_lock_does_not_fire_early(database: Database) -> None:
    """The sweep has seen the row due and waits for the lock, while the customer is answered and writes again."""
    desk = Shift(database)
    conversation = await desk.hand_off(resolution=60)
    late = NOON + minutes(61)
    async with database.transaction() as db:
        chain = await lock_chain(db, conversation)
        sweeping = asyncio.create_task(sweep(database, late))
        await asyncio.sleep(0.2)
        await desk.watches.pause(chain, at=NOON + minutes(30))
        await desk.watches.resume(chain, at=late)
    assert await sweeping == 0
    assert await desk.due("resolution") == NOON + minutes(91)


async def test_the_limits_of_a_held_turn_are_held(database: Database) -> None:
    desk = Shift(database, held=True)
    await desk.hand_off(resolution=60)
    await desk.after(2 * HOUR)
    assert await desk.sent() == [("resolution:notify", "ann", "held")]


async def test_after_a_pass_the_notes_for_the_owner_go_to_the_new_one(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(first_response=60, resolution_warning=90, resolution=120)
    await desk.after(minutes(61))
    await desk.after(minutes(60))
    assert [to for key, to, _ in await desk.sent() if key.startswith("resolution")] == ["ben", "ben"]


async def test_a_limit_whose_content_was_erased_says_only_that_it_passed(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(resolution=60)
    async with database.transaction() as db:
        await db.execute(text("UPDATE timers SET payload = NULL"))
    assert await desk.after(2 * HOUR) == 1
    assert (await desk.sent(), await desk.entries()) == ([], ["resolution"])


async def test_what_a_person_has_taken_over_is_not_passed_on(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(first_response=60)
    async with database.transaction() as db:
        await db.execute(text("UPDATE conversations SET mode = 'human'"))
    await desk.after(2 * HOUR)
    assert (await desk.owner(), await desk.sent(), await desk.entries()) == ("ann", [], ["first_response"])


async def test_a_settling_time_ends_with_the_sweep_or_at_once(database: Database) -> None:
    desk = Desk(database, settle_s=5)
    await desk.mailroom.receive(ACME, message("m1"))
    await desk.mailroom.receive(ACME, message("m2", conversation_key="k2"))
    assert [await sweep(database, NOON + timedelta(seconds=4)), await settle(database, NOON), await settle(database, NOON)] == [0, 2, 0]


# ---------------------------------------------------------------- arming, pausing, resuming, disarming


async def test_limits_run_in_working_time(database: Database) -> None:
    desk = Shift(database, OFFICE)
    desk.clock.advance(timedelta(hours=4, minutes=30))
    await desk.hand_off(first_response=60)
    assert await desk.due("first_response") == datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


async def test_a_limit_over_the_weekend_of_daylight_saving_keeps_its_hours(database: Database) -> None:
    desk = Shift(database, OFFICE)
    desk.clock.advance(datetime(2026, 3, 27, 16, tzinfo=UTC) - NOON)
    await desk.hand_off(first_response=120)
    assert await desk.due("first_response") == datetime(2026, 3, 30, 9, tzinfo=UTC)


async def test_a_customer_who_writes_again_pushes_no_deadline_away(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off("m1", first_response=60)
    desk.clock.advance(minutes(30))
    await desk.hand_off("m2", first_response=60)
    assert await desk.due("first_response") == NOON + HOUR
    await desk.hand_off("m3", first_response=5)
    assert await desk.due("first_response") == NOON + minutes(35)
    assert [row.state for row in await desk.rows()] == ["disarmed", "disarmed", "armed"]


async def test_a_warning_that_would_come_after_its_limit_is_left_out(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off("m1", first_response_warning=45, first_response=60)
    await desk.after(minutes(50))
    await desk.hand_off("m2", first_response_warning=45, first_response=60)
    assert await desk.due("first_response") == NOON + HOUR
    assert (await desk.states())["first_response_warning"] == "fired"


async def test_the_last_pass_ends_the_ladder(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off("m1")
    await desk.after(minutes(61))
    await desk.hand_off("m2")
    assert await desk.after(minutes(30)) == 1
    assert {kind for kind, state in (await desk.states()).items() if state == "armed"} == set(RESOLUTION)


async def test_a_persons_answer_meets_the_first_response_and_waits_for_the_customer(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off()
    desk.clock.advance(minutes(30))
    await desk.agent_writes("a1")
    assert set((await desk.states()).items()) == {(kind, "paused" if kind in RESOLUTION else "disarmed") for kind in KINDS}
    assert await desk.after(timedelta(days=9)) == 0


async def test_the_customers_answer_lets_the_rest_of_the_time_run(database: Database) -> None:
    desk = Shift(database, OFFICE)
    await desk.hand_off(resolution=360)
    desk.clock.advance(2 * HOUR)
    await desk.agent_writes("a1")
    desk.clock.advance(timedelta(days=1))
    await desk.customer_writes("m2")
    assert await desk.due("resolution") == datetime(2026, 3, 12, 10, tzinfo=UTC)
    await desk.agent_writes("a2")
    await desk.customer_writes("m3")
    assert await desk.due("resolution") == datetime(2026, 3, 12, 10, tzinfo=UTC)


async def test_a_machines_answer_leaves_the_clock_where_it_stood(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(resolution=60)
    await desk.agent_writes("a1")
    turn = await desk.arrive("out-of-office")
    assert await desk.states() == {"resolution": "armed"}
    await desk.turns.commit(turn, Outcome(receipt=receipt(turn, action="ignore")))
    assert await desk.states() == {"resolution": "paused"}
    await desk.customer_writes("m2")
    assert await desk.due("resolution") == NOON + HOUR


async def test_a_machines_answer_stops_no_clock_that_ran(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(resolution=60)
    desk.clock.advance(minutes(1))
    turn = await desk.arrive("out-of-office")
    await desk.turns.commit(turn, Outcome(receipt=receipt(turn, action="ignore")))
    assert await desk.states() == {"resolution": "armed"}


async def test_a_message_that_comes_twice_moves_nothing(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(resolution=60)
    await desk.agent_writes("a1")
    await desk.customer_writes("m2")
    await desk.agent_writes("a1")
    assert await desk.states() == {"resolution": "armed"}


async def test_what_was_due_before_the_answer_still_fires(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(resolution=60)
    desk.clock.advance(minutes(61))
    await desk.agent_writes("a1")
    assert await desk.after(timedelta()) == 1


async def test_a_hand_off_while_the_customer_is_awaited_stays_paused(database: Database) -> None:
    desk = Shift(database)
    conversation = await desk.hand_off(resolution=60)
    await desk.agent_writes("a1")
    async with database.transaction() as db:
        chain, turn = await lock_chain(db, conversation), (await desk.rows())[0].turn_id
        await desk.watches.arm(chain, turn, ladder(turn, resolution=30), since=NOON, at=desk.clock.now())
    row = (await desk.rows())[-1]
    assert (row.state, row.left_s) == ("paused", 1800)


STEPS = st.lists(st.tuples(st.sampled_from(["agent", "customer", "sweep"]), st.integers(1, 200)), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_a_resolution_fires_once_and_exactly_when_its_time_is_used_up(database: Database, steps: Any) -> None:
    async with database.transaction() as db:
        await db.execute(text("TRUNCATE conversations CASCADE"))
    desk, used, runs, fired = Shift(database, OFFICE), 0.0, True, 0
    await desk.hand_off("m0", resolution=300)
    at = desk.clock.now()
    for n, (who, passed) in enumerate(steps):
        desk.clock.advance(minutes(passed))
        now = desk.clock.now()
        used += OFFICE.between(at, now) if runs else 0
        at = now
        over = await desk.after(timedelta())
        assert over == (1 if used > 300 * 60 and not fired else 0)
        fired += over
        if who == "agent":
            await desk.agent_writes(f"a{n}")
        elif who == "customer":
            await desk.customer_writes(f"m{n + 1}")
        runs = {"agent": False, "customer": True}.get(who, runs)
    assert fired <= 1


# ---------------------------------------------------------------- clocks that are set


class Machine:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self, database: Database) -> None:
        self.wall, self.elapsed = NOON, 100.0
        self.sweeper = Sweeper(database, self, monotonic=lambda: self.elapsed)

    def now(self) -> datetime:
        return self.wall

    async def passes(self, seconds: float, *, step: timedelta = timedelta()) -> int:
        """Time goes on; ``step`` is what the wall clock is set by on top."""
        self.elapsed += seconds
        self.wall += timedelta(seconds=seconds) + step
        return await self.sweeper.sweep()


async def test_a_clock_that_leaps_forward_for_a_moment_fires_nothing(database: Database) -> None:
    await Shift(database).hand_off(resolution=60)
    machine = Machine(database)
    assert [await machine.passes(1), await machine.passes(1, step=2 * HOUR), await machine.passes(1)] == [0, 0, 0]
    assert [await machine.passes(1, step=-2 * HOUR), await machine.passes(10)] == [0, 0]
    assert [await machine.passes(3580), await machine.passes(30)] == [0, 1]


async def test_a_clock_that_was_set_forward_is_believed_when_it_lasts(database: Database) -> None:
    await Shift(database).hand_off(resolution=60)
    machine = Machine(database)
    await machine.passes(1)
    assert [await machine.passes(0.5, step=2 * HOUR)] + [await machine.passes(0.5) for _ in range(7)] == [0, 0, 0, 0, 0, 0, 1, 0]


async def test_a_clock_that_was_set_back_fires_nothing_twice_and_nothing_early(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off(first_response=60, resolution=120)
    machine = Machine(database)
    assert [await machine.passes(1), await machine.passes(3600)] == [0, 1]
    assert [await machine.passes(1, step=-HOUR), await machine.passes(3600)] == [0, 0]
    assert [await machine.passes(3580), await machine.passes(40), len(await desk.entries())] == [0, 1, 2]


async def test_a_clock_that_runs_a_little_fast_is_followed(database: Database) -> None:
    await Shift(database).hand_off(resolution=60)
    machine = Machine(database)
    assert sum([await machine.passes(60, step=timedelta(seconds=1)) for _ in range(60)]) == 1


async def test_a_new_process_believes_the_clock_it_finds(database: Database) -> None:
    await Shift(database).hand_off(resolution=60)
    machine = Machine(database)
    machine.wall += timedelta(days=3)
    assert await machine.passes(0) == 1


async def test_two_clocks_that_differ_fire_each_limit_once(database: Database) -> None:
    desk = Shift(database)
    await desk.hand_off()
    fast = ShiftedClock(NOON + HOUR * 24)
    sweepers = [Sweeper(database, fast), Sweeper(database, desk.clock), Sweeper(database, fast)]
    assert sum(await asyncio.gather(*(each.sweep() for each in sweepers))) == 5


async def test_a_fired_row_is_never_worked_twice_even_by_hand(database: Database) -> None:
    """Effects have keys: the same limit carried out again adds nothing to the outbox."""
    desk = Shift(database)
    conversation = await desk.hand_off(resolution=60)
    await desk.after(2 * HOUR)
    async with database.transaction() as db:
        await fire(await lock_chain(db, conversation), (await desk.rows())[0], at=desk.clock.now())
    assert len(await desk.sent()) == 1
