"""The private PostgreSQL of an installation without a database URL: several processes share it, the last one out stops it."""

import asyncio
import atexit
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Unavailable
from store.cluster import Cluster

if TYPE_CHECKING:
    from fasteners import InterProcessLock

ROOT_HOME = Path("/var/lib/usher")


class EmbeddedPostgres:
    """PostgreSQL below ``data_dir``, started by whoever needs it first and found dead.

    A process that is killed leaves it running; the next one attaches. ``stop`` runs at exit, but not on SIGTERM: the
    composition root owns that signal.
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.expanduser().absolute()
        self._options = dict(options or {})
        self._token = secrets.token_hex(8)
        self._cluster: Cluster | None = None
        self._sole: InterProcessLock | None = None

    async def url(self, database: str) -> str:
        """The address of ``database``, made when it is missing, on a running server.

        Raises:
            Unavailable: the folder or the server in it cannot be used; one line says why.
        """
        cluster = await asyncio.to_thread(self.start)
        await asyncio.to_thread(_create, cluster.url("postgres"), database)
        return cluster.url(database)

    async def fresh(self, database: str) -> str:
        """The address of ``database``, empty: an earlier one of that name is dropped with everything in it.

        It is dropped under whoever uses it, so there is one such command at a time; the lock goes with the process.

        Raises:
            Unavailable: another command has it.
        """
        from fasteners import InterProcessLock

        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._sole = InterProcessLock(self.data_dir / f"{database}.lock")
        if not self._sole.acquire(blocking=False):
            raise Unavailable(what=f"database {database}", problem="another demo is running here; wait for it to end")
        await self.drop(database)
        return await self.url(database)

    async def drop(self, database: str) -> None:
        """Drop ``database`` and disconnect whoever uses it; nothing happens when there is none."""
        cluster = await asyncio.to_thread(self.start)
        await asyncio.to_thread(_statement, cluster.url("postgres"), "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def start(self) -> Cluster:
        """Attach this process, starting the server when nobody has."""
        try:
            self._make_folder()
            with self._lock():
                cluster = self._cluster or Cluster(self._folder(), self._options)
                cluster.start()
                self._write_users([*self._others(), self._user()])
        except OSError as error:
            problem = f"cannot be used: {(error.strerror or str(error)).lower()}"
            raise Unavailable(what=f"data folder {self.data_dir}", problem=problem) from None
        if self._cluster is None:
            self._cluster = cluster
            atexit.register(self.stop)
        return cluster

    def stop(self) -> None:
        """Detach this process; the server ends when no living process is attached. Harmless when not attached."""
        cluster, self._cluster = self._cluster, None
        atexit.unregister(self.stop)
        if cluster is None or not self.data_dir.exists():
            return
        with self._lock():
            others = self._others()
            self._write_users(others)
            if not others:
                cluster.stop()

    def _make_folder(self) -> None:
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise Unavailable(what=f"data folder {self.data_dir}", problem="is not a folder") from None

    def _lock(self) -> "InterProcessLock":
        from fasteners import InterProcessLock

        return InterProcessLock(self.data_dir / "postgres.lock")

    def _folder(self) -> Path:
        """Where the cluster lies. Root's server is another OS user's: where that user cannot go, it lies in ``/var/lib/usher``.

        Once made it stays where it is: another, empty one in its place would look as if everything were lost.
        """
        pointer, here = self.data_dir / "postgres.path", self.data_dir / "postgres"
        what = f"data folder {self.data_dir}"
        if pointer.exists():
            found = Path(pointer.read_text(encoding="utf-8").strip())
            if not found.exists():
                raise Unavailable(what=what, problem=f"its database should lie in {found} and is not there (postgres.path says so)")
            return found
        if not hasattr(os, "geteuid") or os.geteuid() != 0 or _everybody_passes(self.data_dir):
            return here
        if (here / "PG_VERSION").exists():
            raise Unavailable(what=what, problem="holds a database that PostgreSQL's user can no longer reach: let others pass (chmod o+x)")
        ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder = ROOT_HOME / secrets.token_hex(6)
        pointer.write_text(str(folder), encoding="utf-8")
        return folder

    def _user(self) -> list[object]:
        import psutil

        return [os.getpid(), psutil.Process().create_time(), self._token]

    def _others(self) -> list[list[object]]:
        """The living attachments other than this one."""
        return [user for user in self._read_users() if user[2] != self._token and _lives(user)]

    def _read_users(self) -> list[list[object]]:
        try:
            return list(json.loads((self.data_dir / "postgres.users").read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return []

    def _write_users(self, users: list[list[object]]) -> None:
        (self.data_dir / "postgres.users").write_text(json.dumps(users), encoding="utf-8")


def _everybody_passes(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def _lives(user: list[object]) -> bool:
    import psutil

    try:
        process = psutil.Process(int(str(user[0])))
        return bool(process.create_time() == user[1] and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _create(server: str, database: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            return
    try:
        _statement(server, "CREATE DATABASE {}", database)
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return


def _statement(server: str, template: str, database: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(template).format(sql.Identifier(database)))
