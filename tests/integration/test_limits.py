"""A message that nobody answers: from the router's decision to the last pass, and what stops it on the way."""

from datetime import timedelta

import pytest

from core.clock import ShiftedClock
from core.errors import Conflict
from core.ports import Arrival
from graph.router import Router, always
from policy.calendars import calendars
from policy.loading.load import load
from store.conversations import Conversations
from store.database import Database
from store.mailroom import Mailroom
from store.outbox import Outbox
from store.timers import sweep
from store.turns import Turns
from store.watches import Watches
from tests.integration.store.desk import message
from tests.support.company import TUESDAY, crew, example, reading

HERE = "fernhill"
TWO_MONTHS = timedelta(days=60)


class House:
    """The example company's router over a database, on its own calendars."""

    def __init__(self, database: Database) -> None:
        company = example()
        policy = load(company.policy_text, company.policy_file, company.roster, company.intents)
        found, self.clock = calendars(company.profile, policy.policy), ShiftedClock(TUESDAY)
        watches = Watches(lambda _tenant, queue: found[queue])
        self.mailroom = Mailroom(database, clock=self.clock, watches=watches)
        self.turns = Turns(database, clock=self.clock, watches=watches)
        self.conversations = Conversations(database, clock=self.clock, watches=watches)
        self.outbox = Outbox(database, clock=self.clock)
        self.router = Router(always({HERE: crew(reading("technical_issue"))}), self.turns)

    async def arrive(self, id: str = "m1") -> Arrival:
        return await self.mailroom.receive(HERE, message(id, channel="email", sent_at=TUESDAY))

    async def owner(self, arrival: Arrival) -> str | None:
        return (await self.conversations.show(HERE, arrival.conversation_id))[0].owner

    async def keys(self) -> list[str]:
        return [each.effect.key.partition(":")[2] for each in await self.outbox.list(HERE)]


async def test_a_hand_off_that_nobody_answers_is_warned_of_passed_on_and_passed_up(database: Database) -> None:
    house = House(database)
    arrival = await house.arrive()
    await house.router.handle(arrival.turn_id or "")
    first = await house.owner(arrival)
    assert await sweep(database, TUESDAY + TWO_MONTHS) == 5
    assert await house.owner(arrival) not in (None, first)
    assert {"assign", "first_response_warning:notify", "first_response:assign", "pass_up:assign"} <= set(await house.keys())


async def test_a_take_over_while_the_turn_is_decided_keeps_automation_silent(database: Database) -> None:
    house = House(database)
    arrival = await house.arrive()
    turn = await house.turns.load(arrival.turn_id or "")
    assert turn is not None
    await house.conversations.take_over(HERE, arrival.conversation_id, person="grace.okafor")
    with pytest.raises(Conflict, match="changed hands"):
        await house.turns.commit(turn, await (await house.router._lane(turn)).start(turn))
    await house.router.handle(turn.id)
    assert await house.owner(arrival) == "grace.okafor"
    assert await house.keys() == ["notify"]
    assert await sweep(database, TUESDAY + TWO_MONTHS) == 0
