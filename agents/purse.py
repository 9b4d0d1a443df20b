"""A chat model within its company's budget for the day: each call is reserved before it is made, and settled after it."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from core.errors import ModelFailed, UsherError
from core.ports import ChatModel, RenderedPrompt, Spending
from core.types import Cost, Turn
from policy.schema import ModelBudget

SPENT = "model budget of the day is spent"
FREE = ("rate_limited", "unavailable")
"""Failures that are not charged for."""


class Asked(NamedTuple):
    """``said`` is None where nothing usable came of it; ``trouble`` says why, as the receipt does."""

    said: BaseModel | None
    cost: Cost
    trouble: list[str]


class Purse:
    """``zone``: the company's time zone, in which the budget's day begins and ends."""

    def __init__(self, model: ChatModel, spending: Spending, zone: str = "UTC") -> None:
        self._model, self._spending, self._zone = model, spending, ZoneInfo(zone)

    @property
    def version(self) -> str:
        return self._model.version

    async def ask(self, turn: Turn, prompt: RenderedPrompt, output: type[BaseModel], budget: ModelBudget) -> Asked:
        """One call, or none where the budget does not bear the most that it can cost. Never raises what can be expected.

        Where a call failed and nobody knows what it cost, that most is what it is taken to have cost. A process that dies between
        reservation and settlement leaves the reservation counted until the day ends.
        """
        day, most = turn.now.astimezone(self._zone).date(), self._model.at_most(prompt)
        calls, usd = budget.calls_per_day, budget.usd_per_day
        try:
            if not await self._spending.reserve(turn.tenant, day, most, calls_per_day=calls, usd_per_day=usd):
                return Asked(None, Cost(), [SPENT])
        except UsherError as error:
            return Asked(None, Cost(), [f"model: not asked: {error}"])
        try:
            said, cost = await self._model.ask(prompt, output)
        except ModelFailed as error:
            cost = error.cost or Cost(calls=1, usd=0.0 if error.kind in FREE else most)
            return Asked(None, cost, [f"model: {error}", *await self._settle(turn, day, most, cost)])
        return Asked(said, cost, await self._settle(turn, day, most, cost))

    async def _settle(self, turn: Turn, day: date, reserved: float, cost: Cost) -> list[str]:
        try:
            await self._spending.settle(turn.tenant, day, reserved=reserved, cost=cost)
        except UsherError as error:
            return [f"model: what it cost is counted as {reserved:g} USD: {error}"]
        return []
