"""Two receivers. Each delivery is one appended, fsynced line of a file: nothing that arrived is ever forgotten, whoever is killed."""

import asyncio
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from core.types import Effect

# Of a hundred calls: so many fail before anything arrives, so many after it has arrived; until there is a file ``calm``.
BEFORE, AFTER = 2, 1
NETWORK_S = (0.002, 0.03)


class Line(BaseModel):
    """One delivery as the receiver saw it. ``at`` is in seconds since 1970."""

    key: str
    at: float
    pid: int
    tenant: str
    effect: Effect


class Keyed:
    """Takes keys: what has a key that is known already is refused and has no effect. Says which keys it knows.

    Of the lines of one key the first took effect: the file's own order decides, so that no worker, frozen or killed, holds a lock.
    """

    name = "keyed"

    def __init__(self, folder: Path) -> None:
        self.file = folder / f"{self.name}.jsonl"
        self._calm, self._known, self._read = folder / "calm", set[str](), 0

    async def deliver(self, effect: Effect, tenant: str) -> None:
        luck = 100 if self._calm.exists() else random.randrange(100)
        await asyncio.sleep(random.uniform(*NETWORK_S))
        if luck < BEFORE:
            raise ConnectionRefusedError("the receiver is busy")
        line = Line(key=effect.key, at=time.time(), pid=os.getpid(), tenant=tenant, effect=effect)
        await asyncio.to_thread(_append, self.file, line.model_dump_json())
        await asyncio.sleep(random.uniform(*NETWORK_S))
        if BEFORE <= luck < BEFORE + AFTER:
            raise ConnectionResetError("the answer was lost")

    async def seen(self, key: str, tenant: str) -> bool | None:  # noqa: ARG002 - the port's signature
        return await asyncio.to_thread(self._knows, key)

    def _knows(self, key: str) -> bool:
        """Reads what was appended since the last time, by whoever it was."""
        if self.file.exists():
            with self.file.open("rb") as file:
                file.seek(self._read)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._read += len(line)
                    self._known.add(json.loads(line)["key"])
        return key in self._known


class Blind(Keyed):
    """Takes no keys and cannot be asked: a second delivery is a second effect."""

    name = "blind"

    async def seen(self, key: str, tenant: str) -> bool | None:  # noqa: ARG002 - the port's signature
        return None


def lines(file: Path) -> Iterator[Line]:
    """Every delivery of a receiver's file, in the order of arrival."""
    if file.exists():
        with file.open(encoding="utf-8") as read:
            yield from (Line.model_validate_json(line) for line in read)


def _append(file: Path, line: str) -> None:
    """One write to a file that is open for appending: lines of several processes never mix."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, f"{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
