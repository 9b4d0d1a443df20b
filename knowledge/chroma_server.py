"""``python -m knowledge.chroma_server FOLDER LINGER_S``: the package's own Chroma server on loopback, for as long as somebody uses it.

Three locks in ``FOLDER`` say what is true: ``server.lock`` is held by the one live server, ``users.lock`` is shared by every process that
uses it, ``start.lock`` by whoever is starting it. The kernel drops them with their process, so nothing has to be tidied up after a crash.
When nobody has shared ``users.lock`` for ``LINGER_S`` seconds, or the folder is gone, the server ends.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from knowledge.locks import FileLock

SERVER_LOCK, USERS_LOCK, START_LOCK, ADDRESS, LOG = "server.lock", "users.lock", "start.lock", "server.json", "server.log"
TICK_S = 0.25


def serve(folder: Path, linger_s: float) -> None:
    """Run until nobody uses the server; return at once when another process serves this folder."""
    os.environ.setdefault("RUST_LOG", "warn")  # a line for every request would fill the disk
    from chromadb_rust_bindings import cli  # type: ignore[import-untyped]

    lock = FileLock(folder / SERVER_LOCK)
    if not lock.acquire(wait=False):
        return
    port = _free_port()
    staged = folder / f"{ADDRESS}.{os.getpid()}"
    staged.write_text(json.dumps({"pid": os.getpid(), "port": port}), "utf-8")
    staged.replace(folder / ADDRESS)
    threading.Thread(target=_end_when_unused, args=(folder, linger_s), daemon=True).start()
    cli(["chroma", "run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)])


def _end_when_unused(folder: Path, linger_s: float) -> None:
    """Whoever attaches while the lock is held here waits until the process is gone, and then starts anew."""
    unused_since: float | None = None
    while True:
        time.sleep(TICK_S)
        users = FileLock(folder / USERS_LOCK)
        if folder.exists() and not users.acquire(wait=False):
            unused_since = None
            continue
        unused_since = unused_since or time.monotonic()
        if not folder.exists() or time.monotonic() - unused_since >= linger_s:
            os.kill(os.getpid(), signal.SIGKILL if not folder.exists() else signal.SIGTERM)
            time.sleep(2)
            os._exit(0)
        users.release()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    serve(Path(sys.argv[1]), float(sys.argv[2]))
