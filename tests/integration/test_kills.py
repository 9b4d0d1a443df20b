"""SIGKILL at every boundary of a turn and of a delivery: a second worker finishes, once."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from core.clock import SystemClock
from core.receipt import Receipt
from core.types import Inbound, Sender
from store.approvals import close_approval
from store.audit import Audit
from store.chain import lock_chain
from store.database import Database
from store.mailroom import Mailroom
from store.receipts import Receipts
from tests.support.kill_worker import TENANT, worker_on

ROOT = Path(__file__).parents[2]
ANSWERING = ("intake", "intent", "signals", "passages", "assess", "plan", "reply", "guardian", "act")
DELIVERY = ("sending", "called")
# What the chain says in the end, whatever was killed meanwhile.
ENTRIES = {
    "answered": {"decided": 1, "delivered": 1},
    "approved": {"decided": 1, "approved": 1, "delivered": 3},
    "refused": {"decided": 1, "delivered": 3},
}


def boundaries(*nodes: str) -> list[str]:
    return [f"{way} {node}" for node in nodes for way in ("enter", "leave")]


class Nursery:
    """Workers that die where they are told to."""

    def __init__(self) -> None:
        program = [sys.executable, "-m", "tests.support.kill_worker"]
        self.process = subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def work(self, url: str, scenario: str, folder: Path, point: str) -> int:
        """How a worker ended that drained the queue, or died at ``point``: -9."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"url": url, "scenario": scenario, "folder": str(folder), "point": point}) + "\n")
        self.process.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.process.kill()
    made.process.wait()


@pytest.mark.parametrize("point", ["nowhere", *boundaries(*ANSWERING), "committing", "committed", *DELIVERY])
async def test_an_answer_is_sent_once_wherever_its_worker_is_killed(
    database: Database, nursery: Nursery, tmp_path: Path, point: str
) -> None:
    await receive(database)
    await killed(database, nursery, tmp_path, "answered", point)
    await finished(database, tmp_path, "answered")


@pytest.mark.parametrize("point", ["enter refuse", "leave refuse"])
async def test_a_refused_answer_reaches_a_person_once(database: Database, nursery: Nursery, tmp_path: Path, point: str) -> None:
    await receive(database)
    await killed(database, nursery, tmp_path, "refused", point)
    await finished(database, tmp_path, "refused")


@pytest.mark.parametrize("point", [*boundaries("ask"), "enter wait", "committing", "committed"])
async def test_an_approval_is_asked_for_once(database: Database, nursery: Nursery, tmp_path: Path, point: str) -> None:
    await receive(database)
    await killed(database, nursery, tmp_path, "approved", point)
    await worker_on(database, "approved", tmp_path).drain()
    assert await approvals(database) == ["pending"]
    await approve(database)
    await finished(database, tmp_path, "approved")


@pytest.mark.parametrize("point", [*boundaries("wait", "act"), "finishing", "finished", *DELIVERY])
async def test_what_was_approved_is_done_once(database: Database, nursery: Nursery, tmp_path: Path, point: str) -> None:
    await receive(database)
    await worker_on(database, "approved", tmp_path).drain()
    await approve(database)
    await killed(database, nursery, tmp_path, "approved", point)
    await finished(database, tmp_path, "approved")


async def receive(database: Database) -> None:
    sender = Sender(name="Ana", email="ana@customer.example", authenticated=True)
    said = "How do I get my money back?"
    message = Inbound(message_id="m1", channel="email", sender=sender, subject="A question", text=said, sent_at=datetime.now(UTC))
    await Mailroom(database, clock=SystemClock(), settle_s={}).receive(TENANT, message)


async def killed(database: Database, nursery: Nursery, folder: Path, scenario: str, point: str) -> None:
    ended = await asyncio.to_thread(nursery.work, database.url, scenario, folder, point)
    assert ended == (0 if point == "nowhere" else -9)


async def approve(database: Database) -> None:
    async with database.transaction(TENANT) as db:
        row = (await db.execute(text("SELECT id, conversation_id FROM approvals WHERE status = 'pending'"))).one()
        chain = await lock_chain(db, row.conversation_id)
        assert await close_approval(chain, row.id, status="approved", at=datetime.now(UTC), by=["rafael.ortiz"])


async def approvals(database: Database) -> list[str]:
    async with database.transaction() as db:
        return list(await db.scalars(text("SELECT status FROM approvals")))


async def finished(database: Database, folder: Path, scenario: str) -> None:
    """A second worker takes over: one receipt, every effect once, one approval, and the chain holds."""
    await worker_on(database, scenario, folder).drain()
    (receipt,) = await Receipts(database).list(TENANT)
    assert receipt.status == "done"
    assert Counter(entry.kind for entry in receipt.entries) == ENTRIES[scenario]
    assert await approvals(database) == (["approved"] if scenario == "approved" else [])
    _sent_once(receipt, folder)
    assert (await Audit(database).verify(TENANT)).broken is None
    async with database.transaction() as db:
        assert await db.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def _sent_once(receipt: Receipt, folder: Path) -> None:
    keys = sorted(effect.key for effect in receipt.effects)
    assert {effect.state for effect in receipt.effects} == {"delivered"}
    assert len(list(folder.glob(f"{TENANT}/*/*.txt"))) == len(keys)
    calls = (folder / "calls.txt").read_text().splitlines()
    assert len(set(calls)) == len(calls), "no effect is called for twice"
    assert set(calls) <= set(keys), "one that arrived beside the kill may be missing: it is noted after it has arrived"
