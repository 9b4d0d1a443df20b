"""What is done to the processes: a shuffled deck, so that every kind comes, in an order that only the seed knows."""

import asyncio
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.chaos.processes import Postgres, Process
from benchmarks.chaos.takeover import TakeOver

DECK = (
    *("kill worker",) * 4,
    *("kill web",) * 2,
    *("stop worker",) * 2,
    *("kill PostgreSQL", "kill a backend", "restart worker", "restart web", "restart PostgreSQL"),
)
GAP_S = (1.5, 6.0)
STALE_S = 6.0


@dataclass
class Faults:
    """At most one worker is frozen at a time, for three times the stall limit; what has not come up since its last fault is spared."""

    workers: list[Process]
    web: Process
    postgres: Postgres
    takeover: TakeOver
    rng: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _frozen: "asyncio.Task[None] | None" = None

    async def run(self) -> None:
        """Go on for ever."""
        while True:
            for kind in self.rng.sample(DECK, len(DECK)):
                await asyncio.sleep(self.rng.uniform(*GAP_S))
                if self._do(kind):
                    self.done[kind] += 1

    async def calm(self) -> None:
        """Thaw what is frozen."""
        if self._frozen is not None and not self._frozen.done():
            await self._frozen

    def _do(self, kind: str) -> bool:
        """Whether there was something to do it to."""
        match kind:
            case "kill worker":
                return self._worker(kind, signal.SIGKILL)
            case "restart worker":
                return self._worker(kind, signal.SIGTERM)
            case "stop worker":
                return self._freeze(kind)
            case "kill a backend":
                return self._backend()
            case "kill web" | "restart web":
                if not self.web.ready:
                    return False
                self.web.signal(signal.SIGKILL if kind == "kill web" else signal.SIGTERM)
            case _:
                self.postgres.signal(signal.SIGKILL if kind == "kill PostgreSQL" else signal.SIGINT)
        return True

    def _worker(self, kind: str, number: signal.Signals) -> bool:
        worker = self._pick()
        if worker is None:
            return False
        worker.signal(number)
        if number != signal.SIGTERM:
            self.takeover.interrupted(kind, worker.pid)
        return True

    def _freeze(self, kind: str) -> bool:
        worker = self._pick()
        if worker is None or (self._frozen is not None and not self._frozen.done()):
            return False
        worker.signal(signal.SIGSTOP)
        self.takeover.interrupted(kind, worker.pid)
        self._frozen = asyncio.create_task(_thaw(worker))
        return True

    def _backend(self) -> bool:
        """PostgreSQL ends all the others then, and recovers."""
        found = self.postgres.backends()
        try:
            os.kill(self.rng.choice(found), signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            return False
        return True

    def _pick(self) -> Process | None:
        running = [worker for worker in self.workers if worker.ready]
        return self.rng.choice(running) if running else None


async def _thaw(worker: Process) -> None:
    try:
        await asyncio.sleep(3 * STALE_S)
    finally:
        worker.signal(signal.SIGCONT)
