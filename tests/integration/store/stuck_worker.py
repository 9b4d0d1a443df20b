"""A worker that is held up in the middle of its first piece of work, for a test to kill or to freeze: ``URL [WHERE HOW FOLDER]``.

WHERE: ``turn`` (decided, not committed), ``look`` (an earlier attempt is being looked up) or ``call`` (the receiver is being called).
HOW: ``busy`` holds the whole process up and then goes on at once, ``waiting`` lets the worker's other tasks notice first.
"""

import asyncio
import sys
import time
from pathlib import Path

from channels.filebox import FileDeliverer
from core.clock import SystemClock
from core.types import Effect
from store.database import Database
from store.outbox import Outbox
from store.turns import Turns
from store.worker import Worker
from tests.integration.store.desk import answered

HELD_UP_S = 1.0


class Hold:
    """Holds up once."""

    def __init__(self, where: str, how: str) -> None:
        self._where, self._how = where, how

    async def at(self, where: str) -> None:
        if where == self._where:
            self._where = ""
            print("begun", flush=True)  # noqa: T201 - the test waits for it
            if self._how == "busy":
                time.sleep(HELD_UP_S)  # noqa: ASYNC251 - the event loop is to stand still
            else:
                await asyncio.sleep(HELD_UP_S if self._how == "waiting" else 60)


class Recorder(FileDeliverer):
    """Files, and beside them a line for every call that went through: somebody who does not know the keys would have them all."""

    def __init__(self, folder: Path, hold: Hold) -> None:
        super().__init__(folder / "files")
        self._calls, self._hold = folder / "calls.txt", hold

    async def deliver(self, effect: Effect, tenant: str) -> None:
        await self._hold.at("call")
        await super().deliver(effect, tenant)
        with self._calls.open("a") as calls:
            calls.write(effect.key + "\n")

    async def seen(self, key: str, tenant: str) -> bool | None:
        await self._hold.at("look")
        return await super().seen(key, tenant)


async def main(url: str, where: str = "turn", how: str = "for ever", folder: str = "") -> None:
    database, clock, hold = Database(url), SystemClock(), Hold(where, how)
    turns, outbox = Turns(database, clock=clock), Outbox(database, clock=clock, default=Recorder(Path(folder), hold))

    async def handle(turn_id: str) -> None:
        turn = await turns.load(turn_id)
        await hold.at("turn")
        if turn is not None:
            await turns.commit(turn, answered(turn))

    deliver = outbox.deliver if folder else None
    await Worker(database, clock=clock, handle=handle, resume=handle, fail=turns.fail, deliver=deliver, heartbeat_s=0.2, stale_s=0.8).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
