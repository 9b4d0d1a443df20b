"""The day's budget is held by all workers together."""

import asyncio
from datetime import date

import pytest

from core.types import Cost
from core.views import Spent
from store.database import Database
from store.spending import Spending
from tests.integration.store.desk import ACME

DAY, NEXT = date(2026, 3, 10), date(2026, 3, 11)
MOST = 0.01
COST = Cost(calls=1, prompt_tokens=412, completion_tokens=38, usd=0.0003)


@pytest.fixture
def spending(database: Database) -> Spending:
    return Spending(database)


async def reserve(spending: Spending, *, calls: int | None = None, usd: float | None = None, tenant: str = ACME, day: date = DAY) -> bool:
    return await spending.reserve(tenant, day, MOST, calls_per_day=calls, usd_per_day=usd)


@pytest.mark.parametrize(("calls", "usd", "bearable"), [(7, None, 7), (None, 0.05, 5), (7, 0.05, 5), (0, None, 0), (None, 0.0, 0)])
async def test_of_many_workers_at_once_exactly_as_many_may_call_as_the_budget_bears(
    database_url: str, calls: int | None, usd: float | None, bearable: int
) -> None:
    workers = [Database(database_url, pool=3) for _ in range(4)]
    asked = await asyncio.gather(*(reserve(Spending(workers[n % 4]), calls=calls, usd=usd) for n in range(24)))
    days = await Spending(workers[0]).by_day(ACME)
    for worker in workers:
        await worker.close()
    assert (sum(asked), sum(day.calls for day in days)) == (bearable, bearable)
    assert sum(day.usd for day in days) == pytest.approx(bearable * MOST)


async def test_what_a_call_did_cost_makes_room_for_others(spending: Spending) -> None:
    assert await reserve(spending, usd=0.015)
    assert not await reserve(spending, usd=0.015)
    await spending.settle(ACME, DAY, reserved=MOST, cost=COST)
    assert await spending.by_day(ACME) == (Spent(day=DAY, calls=1, prompt_tokens=412, completion_tokens=38, usd=0.0003),)
    assert await reserve(spending, usd=0.015)


async def test_a_reservation_that_nobody_settled_counts_until_the_day_ends(spending: Spending) -> None:
    assert await reserve(spending, calls=1)
    assert not await reserve(spending, calls=1)
    assert await reserve(spending, calls=1, day=NEXT)


async def test_without_limits_everything_is_counted_and_nothing_refused(spending: Spending) -> None:
    assert all([await reserve(spending) for _ in range(5)])
    assert [day.calls for day in await spending.by_day(ACME)] == [5]


async def test_one_companys_budget_is_not_anothers(spending: Spending) -> None:
    assert await reserve(spending, calls=1)
    assert await reserve(spending, calls=1, tenant="other")
    assert await reserve(spending, calls=1, tenant="other", day=NEXT)
    assert [day.day for day in await spending.by_day("other")] == [NEXT, DAY]
    assert [day.day for day in await spending.by_day("other", limit=1)] == [NEXT]


async def test_a_budget_that_was_lowered_during_the_day_holds_at_once(spending: Spending) -> None:
    assert all([await reserve(spending, calls=10) for _ in range(4)])
    assert not await reserve(spending, calls=3)
