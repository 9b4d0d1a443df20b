"""Effects as files, one a key: the same effect twice is one file, and anybody can look what arrived. Or as lines on a console."""

import asyncio
import glob
import hashlib
import os
import re
import secrets
import sys
from pathlib import Path

from core.types import Effect


class FileDeliverer:
    """``core.ports.Deliverer`` into ``folder/TENANT/KIND/KEY.txt``: To and Subject lines, a blank line, the text.

    The first to arrive under a key stays; a file is whole and on the disk before it has its name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, effect: Effect, tenant: str) -> None:
        await asyncio.to_thread(self._write, effect, tenant)

    async def seen(self, key: str, tenant: str) -> bool | None:
        return bool(self._arrived(key, tenant))

    async def read(self, key: str, tenant: str) -> str | None:
        """The text that arrived under this key, None when there is none."""
        found = self._arrived(key, tenant)
        return found[0].read_text("utf-8") if found else None

    async def forget(self, key: str, tenant: str) -> bool:
        """Delete what arrived under this key, and what a killed process left of it; whether there was anything."""
        found = self._arrived(key, tenant)
        stem = glob.escape(Path(file_name(key)).stem)
        for path in (*found, *self._folder.joinpath(tenant).glob(f"*/.{stem}.*.tmp")):
            path.unlink(missing_ok=True)
        return bool(found)

    def _arrived(self, key: str, tenant: str) -> list[Path]:
        kinds = self._folder.joinpath(tenant).glob("*")
        return [path for kind in kinds if (path := kind / file_name(key)).exists()]

    def _write(self, effect: Effect, tenant: str) -> None:
        path = self._folder / tenant / effect.kind / file_name(effect.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp")
        try:
            _write_through(staged, f"To: {effect.to}\nSubject: {effect.subject}\n\n{effect.text}\n")
            os.link(staged, path)
        except FileExistsError:
            return
        finally:
            staged.unlink(missing_ok=True)
        _sync(path.parent)


class ConsoleDeliverer:
    """``core.ports.Deliverer`` onto stderr, one line an effect. Nobody can ask a console what it has shown."""

    async def deliver(self, effect: Effect, tenant: str) -> None:
        line = f"{tenant} {effect.kind} to {effect.to}: {effect.subject} | {effect.text}"
        sys.stderr.write("".join(each if each.isprintable() else " " for each in line) + "\n")
        sys.stderr.flush()

    async def seen(self, key: str, tenant: str) -> bool | None:  # noqa: ARG002 - the port's signature
        return None


def file_name(key: str) -> str:
    """A name for the key that no other key has: with a digest where the plain one would not do."""
    plain = re.sub(r"[^\w.-]", "-", key)
    if re.fullmatch(r"[A-Za-z0-9_.:]{1,120}", key):
        return f"{plain}.txt"
    return f"{plain[:120]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.txt"


def _write_through(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Let the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
