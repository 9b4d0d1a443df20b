"""``python -m benchmarks.peers.ours``: the product as ``app.py serve`` composes it, timed from a message's arrival to its reply's.

The reply is an answer, a question, or the word to the customer that a person has the message.

Everything is real: embedded PostgreSQL and Chroma, queue and worker, encoder, intent model, the example company's handbook and policy, the
chat model's client. Only the receiver of what is sent belongs to the benchmark. Lines in and out are those of ``worker.py``, and more.
"""

import asyncio
import json
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import Usher
from benchmarks.peers.report import SILENT, SURE, UNSURE
from core.clock import ShiftedClock
from core.settings import load_settings
from core.types import Effect, Inbound, Sender
from graph.router import Router
from knowledge.company import load_companies

if TYPE_CHECKING:
    from core.receipt import Receipt
    from store.outbox import Outbox

EXAMPLE = Path(__file__).parents[2] / "knowledge" / "example"
LIMIT_S = 30.0


class Receiver:
    """Where effects arrive. ``at``: when the customer's reply did; ``used``: the CPU seconds of this process by then."""

    def __init__(self) -> None:
        self.arrived, self.at, self.used, self.text = asyncio.Event(), 0.0, 0.0, ""

    async def deliver(self, effect: Effect, tenant: str) -> None:  # noqa: ARG002 - the port's signature
        if effect.kind == "reply":
            self.at, self.used, self.text = time.perf_counter(), time.process_time(), effect.text
            self.arrived.set()

    async def seen(self, key: str, tenant: str) -> bool | None:  # noqa: ARG002 - the port's signature
        return False


class Watched(Router):
    """When the turn was begun by the worker, and when it was committed."""

    began = ended = 0.0

    async def handle(self, turn_id: str) -> None:
        self.began = time.perf_counter()
        await super().handle(turn_id)
        self.ended = time.perf_counter()


class Timed(Usher):
    """The product with the benchmark's receiver."""

    def __init__(self, job: dict[str, Any], data: Path) -> None:
        model = {"llm_base_url": job["base_url"], "llm_model": job["model"], "llm_api_key": "none"}
        settings = load_settings(company=str(EXAMPLE), data=data, database="usher_peers", database_url="", chroma_url=None, **model)
        companies = load_companies((EXAMPLE,))
        day = next(iter(companies.values())).demo
        assert day is not None
        super().__init__(settings, companies, ShiftedClock(day.as_of), deliver=True)
        self.receiver, self._service_s = Receiver(), float(job["service_s"])

    @cached_property
    def outbox(self) -> "Outbox":
        from store.outbox import Outbox

        return Outbox(self.database, clock=self.clock, default=self.receiver)

    @cached_property
    def router(self) -> Watched:
        return Watched(self.crew, self.turns)

    async def answer(self, number: int, text: str) -> dict[str, Any]:
        """One message of somebody new, until the reply is there; then everything about it, when nothing of it is left to do."""
        self.receiver.arrived.clear()
        who = Sender(name="Customer", email=f"customer{number}@elsewhere.example", authenticated=True)
        key = f"bench-{number}"
        message = Inbound(message_id=key, channel="api", sender=who, text=text, sent_at=self.clock.now(), conversation_key=key)
        began, used = time.perf_counter(), time.process_time()
        arrival = await self.mailroom.receive(self.tenant(), message)
        received = time.perf_counter()
        async with asyncio.timeout(LIMIT_S):
            await self.receiver.arrived.wait()
            receipt = await self._delivered(str(arrival.turn_id))
        steps = {step.agent: step.ms for step in receipt.steps}
        return {
            "seconds": self.receiver.at - began,
            "who": receipt.plan.queue or receipt.plan.action,
            "said": self.receiver.text,
            "case": self._case(receipt, steps),
            "trouble": receipt.degraded,
            "parts": {
                "arrival": 1000 * (received - began),
                "queue": 1000 * (self.router.began - received),
                "turn": 1000 * (self.router.ended - self.router.began),
                **steps,
                "delivery": 1000 * (self.receiver.at - self.router.ended),
                "own CPU": 1000 * (self.receiver.used - used),
            },
        }

    async def _delivered(self, turn: str) -> "Receipt":
        while True:
            receipts = await self.receipts.of_turns(self.tenant(), [turn])
            if receipts and all(effect.state == "delivered" for effect in receipts[0].effects):
                return receipts[0]
            await asyncio.sleep(0.02)

    def _case(self, receipt: "Receipt", steps: dict[str, float]) -> str:
        """By where the call was made, if there was one: only it takes so long."""
        if not receipt.cost.calls:
            return SILENT
        return SURE if steps.get("reply", 0.0) > 500 * self._service_s else UNSURE


async def main(data: Path) -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is none of ours
    services = Timed(json.loads(sys.stdin.readline()), data)
    try:
        await services.open_database(fresh=True)
        await services.library.refresh()
        await services.start(lambda _: None)
        working = asyncio.create_task(services.worker.run())
        print(json.dumps({"ready": "this tree"}), file=out, flush=True)
        number = 0
        while line := await asyncio.to_thread(sys.stdin.readline):
            number += 1
            print(json.dumps(await services.answer(number, json.loads(line)["text"])), file=out, flush=True)
        services.worker.stop()
        await working
    finally:
        await services.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
