"""Effects as files: one a key, so that the same effect twice is one file and anybody can look what arrived."""

import asyncio
import os
import re
from pathlib import Path

from core.types import Effect


class FileDeliverer:
    """``core.ports.Deliverer`` into ``folder/TENANT/KIND/KEY.txt``: To and Subject lines, a blank line, the text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, effect: Effect, tenant: str) -> None:
        await asyncio.to_thread(self._write, effect, tenant)

    async def seen(self, key: str, tenant: str) -> bool | None:
        name = _name(key)
        return any(self._folder.joinpath(tenant).glob(f"*/{name}"))

    def _write(self, effect: Effect, tenant: str) -> None:
        path = self._folder / tenant / effect.kind / _name(effect.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        staged.write_text(f"To: {effect.to}\nSubject: {effect.subject}\n\n{effect.text}\n", "utf-8")
        staged.replace(path)


def _name(key: str) -> str:
    return re.sub(r"[^\w.-]", "-", key) + ".txt"
