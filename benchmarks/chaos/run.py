"""One run: start everything, let load and faults loose, calm down, wait until all is settled."""

import asyncio
import contextlib
import random
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.chaos.checks import unsettled
from benchmarks.chaos.faults import Faults
from benchmarks.chaos.load import CALL_S, Customers
from benchmarks.chaos.people import People
from benchmarks.chaos.processes import Postgres, Process, until
from benchmarks.chaos.services import Chaotic
from benchmarks.chaos.takeover import TakeOver
from benchmarks.crew import TENANT
from store.migrate import upgrade

SETTLE_S = 150.0
PROGRESS_S = 10.0


@dataclass
class Run:
    """Everything of a run. ``folder`` is its own and is removed when all is well."""

    folder: Path
    url: str
    seconds: float
    customers: Customers
    people: People
    faults: Faults
    takeover: TakeOver
    processes: list[Process]
    settled: bool = False
    left: int = 0

    async def go(self, per_second: float, say: Callable[[str], None]) -> None:
        """The chaos, and the calm after it."""
        always = [self.people.decide(), self.takeover.run(), *(process.supervise() for process in self.processes)]
        async with beside(*always, self.faults.postgres.supervise(), self._progress(say)):
            async with beside(self.customers.write(per_second), self.faults.run()):
                await asyncio.sleep(self.seconds)
            say("faults end; what is on its way arrives")
            (self.folder / "calm").touch()
            await self.faults.calm()
            with contextlib.suppress(TimeoutError):
                await until(self._quiet, within_s=SETTLE_S, what="settling")
                self.settled = True

    async def _quiet(self) -> bool:
        if self.customers.waiting:
            return False
        try:
            self.left = await asyncio.to_thread(unsettled, self.url)
        except psycopg.OperationalError:
            return False
        return self.left == 0

    async def _progress(self, say: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            done = f"{len(self.customers.accepted)} of {self.customers.offered} accepted, {sum(self.faults.done.values())} faults"
            say(done + (f", {self.left} on their way" if self.left else ""))


@asynccontextmanager
async def started(seed: int, seconds: float) -> AsyncIterator[Run]:
    """A run whose processes answer. Whatever happens, they are ended."""
    folder = _folder()
    postgres = Postgres(folder / "data")
    processes: list[Process] = []
    try:
        url = await postgres.start()
        await upgrade(url)
        tokens = await _tokens(url, folder)
        port = _free_port()
        place = ["--url", url, "--folder", str(folder)]
        web = Process("web", ["web", *place, "--port", str(port)], folder)
        workers = [Process(f"worker-{n}", ["worker", *place], folder) for n in (1, 2)]
        processes += [web, *workers]
        for process in processes:
            process.start()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=CALL_S) as client:
            await until(lambda: _answers(client), within_s=60, what="the web process")
            customers = Customers(client, tokens["service"], random.Random(seed))
            people = People(client, tokens, random.Random(seed + 1), customers)
            takeover = TakeOver(url, folder / "workers.txt")
            faults = Faults(workers, web, postgres, takeover, random.Random(seed + 2))
            yield Run(folder, url, seconds, customers, people, faults, takeover, processes)
    except asyncio.CancelledError:
        _end(processes, postgres)
        remove(folder)
        raise
    finally:
        _end(processes, postgres)


def _end(processes: list[Process], postgres: Postgres) -> None:
    for process in processes:
        process.end()
    postgres.end()


def _folder() -> Path:
    """Open to every user: root's PostgreSQL runs as another one."""
    folder = Path(tempfile.mkdtemp(prefix="usher-chaos-"))
    folder.chmod(0o755)
    return folder


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do all this beside the block; what ends early says why at once."""
    tasks = [asyncio.create_task(each) for each in work]
    inside = asyncio.current_task()
    for task in tasks:
        task.add_done_callback(lambda done: inside.cancel() if inside and not done.cancelled() else None)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for problem in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(problem, Exception):
                raise problem


async def _tokens(url: str, folder: Path) -> dict[str, str]:
    """A secret of everybody in the roster, and one of a service that hands messages in."""
    services = Chaotic(url, folder)
    await services.open()
    try:
        issue = services.tokens.issue
        secrets = {
            person.id: (await issue(TENANT, person=person.id, role=person.role))[0] for person in services.companies[TENANT].roster.people
        }
        return secrets | {"service": (await issue(TENANT, person="sender", role="service"))[0]}
    finally:
        await services.close()


async def _answers(client: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return (await client.get("/health")).status_code == 200
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
