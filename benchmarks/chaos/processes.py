"""The processes of the run and whoever starts them again, as systemd would."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psutil

from core.errors import Unavailable
from store.embedded import EmbeddedPostgres

PAUSE_S = 0.5
# Whoever has not ended so long after it was asked to is killed (systemd's TimeoutStopSec).
STOP_S = 10.0
ROOT = Path(__file__).parents[2]


class Process:
    """A child that is started again ``PAUSE_S`` after it ended (systemd's Restart=always). ``ready`` once it has said so."""

    def __init__(self, name: str, arguments: Sequence[str], folder: Path) -> None:
        self.stopped, self._asked = False, 0.0
        self._ready = folder / "ready.txt"
        self._command = [sys.executable, "-m", "benchmarks.chaos.process", *arguments]
        self._log = folder / f"{name}.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def ready(self) -> bool:
        """It lives, runs, and has come to its work: worth a fault."""
        came = self._ready.read_text(encoding="utf-8").split() if self._ready.exists() else []
        return self.alive and not self.stopped and not self._asked and str(self.pid) in came

    def start(self) -> None:
        """A session of its own: Ctrl-C is the driver's alone."""
        self._asked = 0.0
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    async def supervise(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if self._asked and time.monotonic() - self._asked > STOP_S:
                self.signal(signal.SIGKILL)
            if not self.alive:
                await asyncio.sleep(PAUSE_S)
                self.start()

    def signal(self, number: signal.Signals) -> None:
        if self._child is not None and self.alive:
            self._child.send_signal(number)
        self.stopped = number == signal.SIGSTOP
        if number == signal.SIGTERM:
            self._asked = time.monotonic()

    def end(self) -> None:
        """For good, also when it is frozen."""
        if self._child is not None and self.alive:
            self._child.kill()
            self._child.wait()


class Postgres:
    """The run's own server, with the settings that an installation has."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder)
        self._pid_file = Path()

    async def start(self) -> str:
        """The address of the run's database. It stays the same over restarts: the socket lies in the data folder."""
        url = await self._server.url("chaos")
        cluster = await asyncio.to_thread(self._server.start)
        self._pid_file = cluster.folder / "postmaster.pid"
        return url

    @property
    def pid(self) -> int:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(self._pid_file.read_text(encoding="utf-8").splitlines()[0])
        return 0

    @property
    def alive(self) -> bool:
        try:
            return self.pid > 0 and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    async def supervise(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if not self.alive:
                await asyncio.sleep(PAUSE_S)
                with contextlib.suppress(Unavailable):  # one that is still going down is started at the next look
                    await asyncio.to_thread(self._server.start)

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.alive:
                os.kill(self.pid, number)

    def backends(self) -> list[int]:
        """The processes that serve a client now."""
        try:
            children = psutil.Process(self.pid).children()
            return [child.pid for child in children if any("chaos" in part for part in child.cmdline())]
        except psutil.Error:
            return []

    def end(self) -> None:
        self._server.stop()


async def until(reached: Callable[[], Awaitable[bool]], *, within_s: float, what: str) -> None:
    """Wait until ``reached`` says yes. Raises TimeoutError naming ``what``."""
    deadline = time.monotonic() + within_s
    while not await reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        await asyncio.sleep(0.2)
