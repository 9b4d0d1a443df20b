"""A chat model within its company's budget for the day: each call is reserved before it is made, and settled after it."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from core.errors import ModelFailed, UsherError
from core.ports import ChatModel, RenderedPrompt, Spending
from core.types import Answer, Cost, Turn
from policy.schema import ModelBudget

SPENT = "model budget of the day is spent"
KEPT_BACK = "model: not asked:"
UNCHECKED = "model: what it wrote could not be checked:"

Read = Callable[[BaseModel], Answer | None]


class Asked(NamedTuple):
    """``said`` is None where nothing usable came of it; ``trouble`` says why, as the receipt does; ``draft`` is what was read in it."""

    said: BaseModel | None
    cost: Cost
    trouble: list[str]
    draft: Answer | None = None


def kept_back(degraded: Iterable[str]) -> bool:
    """Whether the turn was already told that no call is made now: the budget is spent, or the endpoint rests."""
    return any(line == SPENT or line.startswith(KEPT_BACK) for line in degraded)


class Purse:
    """``zone``: the company's time zone, in which the budget's day begins and ends."""

    def __init__(self, model: ChatModel, spending: Spending, zone: str = "UTC") -> None:
        self._model, self._spending, self._zone = model, spending, ZoneInfo(zone)

    @property
    def version(self) -> str:
        return self._model.version

    async def ask(
        self, turn: Turn, prompt: RenderedPrompt, output: type[BaseModel], budget: ModelBudget, read: Read | None = None
    ) -> Asked:
        """One call, or none where the endpoint rests or the budget does not bear the most that it can cost. Never raises what can be
        expected.

        Where a call failed and nobody knows what it cost, that most is what it is taken to have cost. A process that dies between
        reservation and settlement leaves the reservation counted until the day ends. What need not come first runs beside: the reservation
        where the budget has no limit, and, in a thread, ``read`` while the cost is settled.
        """
        if why := self._model.resting():
            return Asked(None, Cost(), [f"{KEPT_BACK} {why}"])
        day, most = turn.now.astimezone(self._zone).date(), self._model.at_most(prompt)
        reserving = asyncio.create_task(self._reserve(turn, day, most, budget))
        if (budget.calls_per_day is not None or budget.usd_per_day is not None) and (refused := await reserving):
            return Asked(None, Cost(), [refused])
        try:
            said, cost = await self._model.ask(prompt, output)
        except ModelFailed as error:
            cost = error.cost or Cost(calls=1, usd=most)
            return Asked(None, cost, [f"model: {error}", *await self._settle(turn, day, most, cost, reserving)])
        trouble, (draft, unread) = await asyncio.gather(self._settle(turn, day, most, cost, reserving), _drafted(read, said))
        return Asked(said, cost, [*trouble, *unread], draft)

    async def _reserve(self, turn: Turn, day: date, most: float, budget: ModelBudget) -> str:
        """Why no call may be made, or nothing."""
        calls, usd = budget.calls_per_day, budget.usd_per_day
        try:
            return "" if await self._spending.reserve(turn.tenant, day, most, calls_per_day=calls, usd_per_day=usd) else SPENT
        except UsherError as error:
            return f"{KEPT_BACK} {error}"

    async def _settle(self, turn: Turn, day: date, reserved: float, cost: Cost, reserving: "asyncio.Task[str]") -> list[str]:
        if await reserving:
            return ["model: what it cost is not counted: it could not be reserved"]
        try:
            await self._spending.settle(turn.tenant, day, reserved=reserved, cost=cost)
        except UsherError as error:
            return [f"model: what it cost is counted as {reserved:g} USD: {error}"]
        return []


async def _drafted(read: Read | None, said: BaseModel) -> tuple[Answer | None, list[str]]:
    """What ``read`` makes of it, in a thread. The call is paid: whatever fails now must not make the turn pay for another."""
    try:
        return (await asyncio.to_thread(read, said) if read else None), []
    except Exception as error:  # noqa: BLE001 - see above
        return None, [f"{UNCHECKED} {error if isinstance(error, UsherError) else type(error).__name__}"]
