"""One PostgreSQL for the whole test session, whatever the number of pytest processes; every test gets a clone of one migrated database."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from store.cluster import Cluster
from store.database import Database
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("usher", deadline=None)
settings.load_profile("usher")

PLACE = "USHER_TEST_POSTGRES"
TEMPLATE = "usher_template"
LOCK = 7_236_180_099
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "max_connections": "200",
}


def pytest_configure(config: pytest.Config) -> None:
    """The first process names the server's folder; pytest-xdist's workers inherit the name."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="usher-tests-"))
        folder.chmod(0o755)
        os.environ[PLACE] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process is the last: it stops what a crashed one may have left, and removes the folder."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(PLACE, None)):
        Cluster(Path(folder) / "postgres", {}).stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of the session's server, started by the first test that asks for it."""
    server = EmbeddedPostgres(Path(os.environ[PLACE]), options=FAST)
    url = asyncio.run(server.url("postgres"))
    _make_template(url)
    yield url
    server.stop()


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """The address of a migrated, empty database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as server:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log")
        yield postgres_url.replace("/postgres?", f"/{name}?")
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def _make_template(url: str) -> None:
    """Migrate once; the processes of one session take turns, and only a whole template gets the name."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        if server.execute("SELECT FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone() is None:
            server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}_new")
            server.execute(f"CREATE DATABASE {TEMPLATE}_new")
            asyncio.run(upgrade(url.replace("/postgres?", f"/{TEMPLATE}_new?")))
            server.execute(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
