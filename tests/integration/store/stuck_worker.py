"""A worker that begins a turn and never ends it, for a test to kill."""

import asyncio
import sys

from core.clock import SystemClock
from store.database import Database
from store.turns import Turns
from store.worker import Worker


async def main(url: str) -> None:
    database = Database(url)
    turns = Turns(database, clock=SystemClock())

    async def hang(turn_id: str) -> None:
        await turns.load(turn_id)
        print("begun", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.sleep(60)

    await Worker(database, clock=SystemClock(), handle=hang, resume=hang, fail=turns.fail).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
