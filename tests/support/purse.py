"""What stands behind a chat model, in memory: what it cost, and what it chose."""

from collections.abc import Sequence
from datetime import date

from agents.purse import Purse
from agents.recalibration import Recalibrations
from core.errors import Unavailable
from core.ports import ChatModel, Choice, Judged
from core.types import Cost


class Till:
    """``core.ports.Spending``; ``out`` makes it fail as a database does that cannot be reached: ``reserve``, ``settle``."""

    def __init__(self, out: str = "") -> None:
        self.calls: dict[date, int] = {}
        self.usd: dict[date, float] = {}
        self._out = out

    async def reserve(self, tenant: str, day: date, usd: float, *, calls_per_day: int | None, usd_per_day: float | None) -> bool:
        self._check("reserve")
        calls, spent = self.calls.get(day, 0) + 1, self.usd.get(day, 0.0) + usd
        if (calls_per_day is not None and calls > calls_per_day) or (usd_per_day is not None and spent > usd_per_day):
            return False
        self.calls[day], self.usd[day] = calls, spent
        return True

    async def settle(self, tenant: str, day: date, *, reserved: float, cost: Cost) -> None:
        self._check("settle")
        self.usd[day] = round(self.usd[day] + cost.usd - reserved, 6)

    def _check(self, what: str) -> None:
        if what == self._out:
            raise Unavailable(what="database", problem="not reachable")


class Kept:
    """``core.ports.Choices``; the outcomes are given."""

    def __init__(self, *judged: Judged, out: bool = False) -> None:
        self.choices: list[Choice] = []
        self._judged, self._out = judged, out

    async def enter(self, tenant: str, model: str, choice: Choice) -> None:
        if self._out:
            raise Unavailable(what="database", problem="not reachable")
        self.choices.append(choice)

    async def judged(self, tenant: str, model: str, limit: int) -> Sequence[Judged]:
        return self._judged[:limit]


def purse(model: ChatModel, till: Till | None = None, zone: str = "UTC") -> Purse:
    return Purse(model, till or Till(), zone)


def unlearned(choices: Kept | None = None) -> Recalibrations:
    return Recalibrations(choices or Kept(), "scripted assess-2")
