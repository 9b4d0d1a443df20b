"""A call that may go over the day's budget is not made, and what is made is counted whatever becomes of it."""

import asyncio
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from agents.outputs import Reply
from agents.purse import SPENT, Asked, kept_back
from core.errors import ModelFailed, Unavailable
from core.ports import RenderedPrompt
from core.types import Answer, Cost
from policy.schema import ModelBudget
from tests.support.company import turn
from tests.support.purse import Till, purse

PROMPT = RenderedPrompt(name="reply", version="1", system="s", user="u")
SAID, COST, MOST = Reply(reply="Yes."), Cost(calls=1, prompt_tokens=100, completion_tokens=10, usd=0.001), 0.01
DAY = date(2026, 3, 10)


class Model:
    version = "priced"
    rests = ""

    def __init__(self, failure: ModelFailed | None = None) -> None:
        self.asked, self._failure = 0, failure

    def resting(self) -> str:
        return self.rests

    def at_most(self, prompt: RenderedPrompt) -> float:
        return MOST

    async def ask(self, prompt: RenderedPrompt, output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        self.asked += 1
        if self._failure:
            raise self._failure
        return SAID, COST


async def ask(model: Model, till: Till, zone: str = "UTC", at: datetime | None = None, **budget: Any) -> Asked:
    moment = turn(now=at) if at else turn()
    return await purse(model, till, zone).ask(moment, PROMPT, Reply, ModelBudget(**budget))


async def test_what_a_call_did_cost_takes_the_place_of_what_was_reserved() -> None:
    till = Till()
    assert await ask(Model(), till, usd_per_day=MOST) == Asked(SAID, COST, [])
    assert (till.calls[DAY], till.usd[DAY]) == (1, COST.usd)


@pytest.mark.parametrize("budget", [{"calls_per_day": 0}, {"usd_per_day": MOST / 2}, {"calls_per_day": 5, "usd_per_day": 0.0}])
async def test_over_a_limit_nothing_is_asked(budget: dict[str, Any]) -> None:
    model = Model()
    assert await ask(model, Till(), **budget) == Asked(None, Cost(), [SPENT])
    assert model.asked == 0


@pytest.mark.parametrize(
    ("failure", "counted"),
    [
        (ModelFailed(kind="timeout", problem="x"), MOST),
        (ModelFailed(kind="malformed", problem="x"), MOST),
        (ModelFailed(kind="malformed", problem="x", cost=COST), COST.usd),
        (ModelFailed(kind="rate_limited", problem="x", cost=Cost(calls=1)), 0.0),
        (ModelFailed(kind="unavailable", problem="the connection broke"), MOST),
    ],
)
async def test_a_failed_call_counts_what_it_cost_or_the_most_that_it_can_have_cost(failure: ModelFailed, counted: float) -> None:
    till = Till()
    said, cost, trouble, _ = await ask(Model(failure), till)
    assert (said, cost.calls, cost.usd, trouble) == (None, 1, counted, [f"model: {failure}"])
    assert (till.calls[DAY], till.usd[DAY]) == (1, counted)


async def test_under_a_limit_a_call_that_nobody_could_count_is_not_made() -> None:
    model = Model()
    said, cost, trouble, _ = await ask(model, Till(out="reserve"), calls_per_day=10)
    assert (said, cost, model.asked) == (None, Cost(), 0)
    assert trouble == ["model: not asked: database: not reachable"]


async def test_without_a_limit_the_call_does_not_wait_to_be_counted_and_is_said_to_be_uncounted() -> None:
    said, cost, trouble, _ = await ask(Model(), Till(out="reserve"))
    assert (said, cost) == (SAID, COST)
    assert trouble == ["model: what it cost is not counted: it could not be reserved"]


async def test_what_is_read_in_an_answer_is_read_while_its_cost_is_settled() -> None:
    settling = threading.Event()

    class Slow(Till):
        async def settle(self, tenant: str, day: date, *, reserved: float, cost: Cost) -> None:
            settling.set()
            await asyncio.sleep(0)
            await super().settle(tenant, day, reserved=reserved, cost=cost)

    def read(said: BaseModel) -> Answer | None:
        assert settling.wait(5)
        return Answer(answer="read", abstained=False)

    asked = await purse(Model(), Slow()).ask(turn(), PROMPT, Reply, ModelBudget(), read)
    assert asked.draft == Answer(answer="read", abstained=False)


async def test_an_answer_is_used_though_its_cost_could_not_be_entered() -> None:
    till = Till(out="settle")
    said, cost, trouble, _ = await ask(Model(), till)
    assert (said, cost) == (SAID, COST)
    assert trouble == ["model: what it cost is counted as 0.01 USD: database: not reachable"]
    assert till.usd[DAY] == MOST


async def test_the_day_is_the_companys() -> None:
    late, till = datetime(2026, 3, 10, 23, 30, tzinfo=UTC), Till()
    await ask(Model(), till, "Europe/Berlin", late)
    await ask(Model(), till, "America/New_York", late)
    assert till.calls == {date(2026, 3, 11): 1, DAY: 1}


async def test_while_the_endpoint_rests_nothing_is_asked_and_nothing_is_counted() -> None:
    model, till = Model(), Till()
    model.rests = "the endpoint asked for a pause; 30 s are left"
    said, cost, trouble, _ = await ask(model, till)
    assert (said, cost, model.asked, till.calls) == (None, Cost(), 0, {})
    assert trouble == ["model: not asked: the endpoint asked for a pause; 30 s are left"]
    assert kept_back(trouble)


@pytest.mark.parametrize(
    ("line", "kept"), [(SPENT, True), ("model: model timeout: no answer within 20 s", False), ("crm: not read", False)]
)
def test_what_was_kept_back_is_told_from_what_failed(line: str, kept: bool) -> None:
    assert kept_back(["crm: not read", line]) is kept


@pytest.mark.parametrize(
    ("error", "said"), [(Unavailable(what="encoder", problem="not built"), "encoder: not built"), (ValueError("x"), "ValueError")]
)
async def test_a_check_that_fails_is_no_draft_and_the_paid_call_is_not_made_again(error: Exception, said: str) -> None:
    def read(answer: BaseModel) -> Answer | None:
        raise error

    till = Till()
    asked = await purse(Model(), till).ask(turn(), PROMPT, Reply, ModelBudget(), read)
    assert asked == Asked(SAID, COST, [f"model: what it wrote could not be checked: {said}"])
    assert till.usd[DAY] == COST.usd
