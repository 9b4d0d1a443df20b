"""One process of the chaos run: ``web`` or ``worker``. It ends when its parent does."""

import argparse
import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from benchmarks.chaos.services import Chaotic


def came(folder: Path) -> None:
    """This process has come to its work."""
    with (folder / "ready.txt").open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")


async def web(services: Chaotic, folder: Path, port: int) -> None:
    """The product's own web app under uvicorn."""
    import uvicorn

    from channels.api import make_api

    api = make_api(services)
    config = uvicorn.Config(api, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.wait([serving], timeout=0.1)
    came(folder)
    await serving


class Registrations(logging.Handler):
    """Writes down under which number this process works the queue, from the queue's own log: the driver cannot know it otherwise."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        found = re.fullmatch(r"Registered worker (\d+) in the database", record.getMessage())
        if found:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{os.getpid()} {found[1]}\n")
            came(self._file.parent)

    def listen(self) -> None:
        logger = logging.getLogger("procrastinate.worker")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self)
        logger.propagate = False
        logging.getLogger("procrastinate.worker.worker").setLevel(logging.CRITICAL)


async def worker(services: Chaotic, folder: Path) -> None:
    """The product's own worker; SIGTERM lets it finish what it has in hand."""
    Registrations(folder / "workers.txt").listen()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, services.worker.stop)
    await services.worker.run()


async def watched(work: Coroutine[Any, Any, None]) -> None:
    """Do the work; without a parent there is nobody to do it for."""
    parent, working = os.getppid(), asyncio.create_task(work)
    while not working.done():
        await asyncio.wait([working], timeout=1)
        if os.getppid() != parent:
            os._exit(1)
    await working


async def main(arguments: argparse.Namespace) -> None:
    from core.logs import log_to_stderr

    log_to_stderr("WARNING")
    services = Chaotic(arguments.url, arguments.folder)
    await services.open()
    try:
        await watched(web(services, arguments.folder, arguments.port) if arguments.role == "web" else worker(services, arguments.folder))
    finally:
        await services.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=("web", "worker"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    sys.exit(asyncio.run(main(parser.parse_args())))
