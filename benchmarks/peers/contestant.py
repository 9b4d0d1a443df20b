"""Whoever is timed: a process that is told a message and says what became of it, one after the other."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from benchmarks.environments import NotThereError, environment

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PREPARING_S, ANSWERING_S = 600.0, 60.0
BARE, OURS = "one bare model call", "Usher"
PEERS = ("agent-squad", "openai-agents", "langgraph-supervisor")


class Contestant:
    """A running process. ``version`` is what it says of itself."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, trouble: IO[str]) -> None:
        self.name, self.version = name, ""
        self._process, self._trouble = process, trouble

    @classmethod
    async def start(cls, name: str, command: Sequence[str], job: dict[str, Any]) -> Self:
        """It is ready when this returns. Raises NotThereError."""
        pipe = asyncio.subprocess.PIPE
        trouble = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed with the contestant
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=trouble, limit=1 << 24)
        made = cls(name, process, trouble)
        try:
            made.version = (await made._exchange(job, PREPARING_S))["ready"]
        except NotThereError:
            await made.end()
            raise
        return made

    async def answer(self, text: str) -> dict[str, Any]:
        """What came of a message, with the ``seconds`` it took. Raises NotThereError."""
        return await self._exchange({"text": text}, ANSWERING_S)

    async def end(self) -> None:
        """Let it finish; kill it when it does not."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 30)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._trouble.close()

    async def _exchange(self, line: dict[str, Any], limit_s: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            said = await asyncio.wait_for(self._process.stdout.readline(), limit_s)
            found: dict[str, Any] = json.loads(said)
        except (OSError, TimeoutError, ValueError) as error:
            raise NotThereError(f"{self.name}: {self._last_words() or type(error).__name__}") from None
        return found

    def _last_words(self) -> str:
        self._trouble.seek(0)
        return next((line.strip() for line in reversed(self._trouble.readlines()) if line.strip()), "")


def command(name: str, data: Path) -> list[str]:
    """What starts a contestant; another's environment than ours is made first. Raises NotThereError."""
    if name == OURS:
        return [sys.executable, "-m", "benchmarks.peers.ours", str(data)]
    name = "bare" if name == BARE else name
    python = environment(HERE / f"{name.replace('-', '_')}.txt", ROOT / "build" / "peers" / name)
    return [str(python), "-I", "-W", "ignore", str(HERE / "worker.py"), name]
