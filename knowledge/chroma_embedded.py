"""The Chroma server that nobody had to set up: whoever needs it first starts it, everybody else attaches."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from core.errors import Unavailable
from knowledge.chroma_server import ADDRESS, LOG, SERVER_LOCK, START_LOCK, USERS_LOCK
from knowledge.locks import FileLock

START_TIMEOUT_S = 30.0
HEARTBEAT_TIMEOUT_S = 5.0
ATTEMPTS = 3


class EmbeddedChroma:
    """One process's use of the server over ``folder``. The server ends ``linger_s`` after its last user, however that one ended."""

    def __init__(self, folder: Path, linger_s: float) -> None:
        self._folder, self._linger_s = folder, linger_s
        self._guard = threading.Lock()
        self._use: FileLock | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def attach(self) -> int:
        """The port of the live server, started now if there is none. Call again when it no longer answers.

        Raises:
            Unavailable: it does not start, or a live one does not answer.
        """
        with self._guard:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _never_proxy_loopback()
            if self._use is None:
                use = FileLock(self._folder / USERS_LOCK)
                use.acquire(shared=True)
                self._use = use
            with FileLock(self._folder / START_LOCK):
                return self._attach()

    def detach(self) -> None:
        """No longer a user."""
        with self._guard:
            if self._use:
                self._use.release()
                self._use = None
            if self._child and self._child.poll() is None:
                self._child.returncode = 0  # it outlives this process on purpose: no warning about a child still running
            self._child = None

    def _attach(self) -> int:
        deadline = time.monotonic() + HEARTBEAT_TIMEOUT_S
        while self._served():
            port = self._address().get("port")
            if port and _alive(port):
                return port
            if time.monotonic() > deadline:
                raise self._unavailable(f"process {self._address().get('pid')} does not answer")
            time.sleep(0.05)
        for _ in range(ATTEMPTS):
            if port := self._start():
                return port
        raise self._unavailable(f"does not start: {self._last_words()}")

    def _served(self) -> bool:
        """Whether a live process holds the server's lock; asked only under the start lock, since asking takes it for an instant."""
        probe = FileLock(self._folder / SERVER_LOCK)
        free = probe.acquire(wait=False)
        probe.release()
        return not free

    def _start(self) -> int | None:
        """The port once it answers, None when the process ended (the port was taken in between, or worse)."""
        if self._child:
            self._child.poll()
        with (self._folder / LOG).open("wb") as log:
            self._child = subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
                [sys.executable, "-m", "knowledge.chroma_server", str(self._folder.resolve()), str(self._linger_s)],
                cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._child.poll() is None:
            address = self._address()
            if address.get("pid") == self._child.pid and _alive(address["port"]):
                return address["port"]
            if time.monotonic() > deadline:
                self._child.kill()
                raise self._unavailable(f"did not answer within {START_TIMEOUT_S:.0f} s: {self._last_words()}")
            time.sleep(0.02)
        return None

    def _address(self) -> dict[str, int]:
        try:
            stored = json.loads((self._folder / ADDRESS).read_text("utf-8"))
            return {"pid": int(stored["pid"]), "port": int(stored["port"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _last_words(self) -> str:
        try:
            lines = (self._folder / LOG).read_text("utf-8", "replace").split("\n")
        except OSError:
            return "no log"
        return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")

    def _unavailable(self, problem: str) -> Unavailable:
        return Unavailable(what=f"Chroma server {self._folder}", problem=problem)


def _alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _never_proxy_loopback() -> None:
    """Chroma's client obeys ``HTTP_PROXY`` for 127.0.0.1 too and has no switch of its own, so the exception is put where it looks."""
    if urllib.request.getproxies() and not urllib.request.proxy_bypass("127.0.0.1"):
        present = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, (present, "127.0.0.1")))
