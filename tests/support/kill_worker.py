"""A nursery of workers that kill themselves: every line on stdin names a database, a scenario, a folder and a point; a fork of this process
works on it, SIGKILLs itself when it reaches the point, and the answer on stdout is how it ended.

One process that has everything imported, since a worker of its own for every point would take a second each to begin.
"""

import asyncio
import dataclasses
import functools
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.crew import Crew
from channels.filebox import FileDeliverer
from core.clock import SystemClock
from core.types import Answer, Effect, Passage
from graph.language import language_of
from graph.nodes import Nodes
from graph.router import Router, always
from store.database import Database
from store.outbox import Outbox
from store.turns import Turns
from store.worker import Worker
from tests.support.company import FirstSentence, crew, reading

TENANT = "fernhill"
NODES = ("intake", "intent", "signals", "passages", "assess", "plan", "reply", "guardian", "ask", "wait", "act", "refuse")
CHURN: dict[str, object] = {
    "known": True,
    "tier": "enterprise",
    "deal_value": 480000.0,
    "arr": 900000.0,
    "strategic": True,
    "region": "emea",
}


class Uncited(FirstSentence):
    """Answers without saying where from: the guardian refuses that."""

    def answer(self, question: str, passages: Sequence[Passage], language: str, **more: object) -> Answer:
        return Answer(answer="It is so.", abstained=False)


@functools.cache
def crew_of(scenario: str) -> Crew:
    """``answered``: automation answers. ``approved``: an executive is reached after an approval. ``refused``: the guardian denies."""
    if scenario == "approved":
        return crew(reading("churn_risk"), CHURN)
    answering = crew(reading("how_to_question"))
    return answering if scenario == "answered" else dataclasses.replace(answering, advisor=Uncited())


def worker_on(database: Database, scenario: str, folder: Path, point: str = "") -> Worker:
    """The real graph, turns and outbox, with a short stall limit; ``point``: where it dies."""
    clock = SystemClock()
    turns = Cut(database, clock=clock)
    turns.point = point
    outbox = Outbox(database, clock=clock, default=Receiver(folder, point))
    router = Router(always({TENANT: crew_of(scenario)}), turns)
    return Worker(
        database,
        clock=clock,
        handle=router.handle,
        resume=router.resume,
        fail=turns.fail,
        deliver=outbox.deliver,
        heartbeat_s=0.15,
        stale_s=0.8,
    )


class Cut(Turns):
    """Dies before or after a turn is committed or finished."""

    point = ""

    async def commit(self, *given: Any) -> None:
        _die_at(self.point, "committing")
        await super().commit(*given)
        _die_at(self.point, "committed")

    async def finish(self, *given: Any) -> None:
        _die_at(self.point, "finishing")
        await super().finish(*given)
        _die_at(self.point, "finished")


class Receiver(FileDeliverer):
    """Files, and a line for every call that came through; dies before a call (the row says ``sending``) or after it."""

    def __init__(self, folder: Path, point: str) -> None:
        super().__init__(folder)
        self._calls, self._point = folder / "calls.txt", point

    async def deliver(self, effect: Effect, tenant: str) -> None:
        _die_at(self._point, "sending")
        await super().deliver(effect, tenant)
        with self._calls.open("a") as calls:
            calls.write(effect.key + "\n")
        _die_at(self._point, "called")


def _die_at(point: str, here: str) -> None:
    if point == here:
        os.kill(os.getpid(), signal.SIGKILL)


def _wrap_nodes(point: str) -> None:
    for name in NODES:
        setattr(Nodes, name, _deadly(getattr(Nodes, name), name, point))


def _deadly(node: Any, name: str, point: str) -> Any:
    @functools.wraps(node)
    async def wrapped(self: Nodes, state: Any) -> Any:
        _die_at(point, f"enter {name}")
        changed = await node(self, state)
        _die_at(point, f"leave {name}")
        return changed

    return wrapped


def _live(url: str, scenario: str, folder: str, point: str) -> None:
    _wrap_nodes(point)
    asyncio.run(worker_on(Database(url), scenario, Path(folder), point).drain())


def main() -> None:
    language_of("a few words in a language", ("en",), "en")
    for scenario in ("answered", "approved", "refused"):
        crew_of(scenario)
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _live(**json.loads(line))
            finally:
                os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
