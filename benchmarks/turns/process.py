"""One worker process of the benchmark: it warms up, says so, and works from ``go`` on standard input until that closes."""

import argparse
import asyncio
import sys
from functools import cached_property
from pathlib import Path

from benchmarks.crew import Fixed
from core.types import Effect
from store.outbox import Outbox


class Nowhere:
    """A receiver that costs nothing."""

    async def deliver(self, effect: Effect, tenant: str) -> None:
        """It has arrived."""

    async def seen(self, key: str, tenant: str) -> bool | None:  # noqa: ARG002 - the port's signature
        return False


class Timed(Fixed):
    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.database, clock=self.clock, default=Nowhere())


async def main(url: str, concurrency: int) -> None:
    from core.logs import log_to_stderr

    log_to_stderr("WARNING")
    services = Timed(url, Path(), workers=concurrency, patient=True)
    await services.open()
    try:
        await services.worker.drain()
        await services.database.close()  # what it has done is counted now, and not in the run
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        working = asyncio.create_task(services.worker.run())
        await asyncio.to_thread(sys.stdin.read)
        services.worker.stop()
        await working
    finally:
        await services.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.url, chosen.concurrency))
