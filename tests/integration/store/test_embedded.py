"""The embedded PostgreSQL comes up whatever an earlier crash left behind, and says in one line when it cannot."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from core.errors import Unavailable
from store.cluster import Cluster
from store.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[3]
FAST = {"fsync": "off"}
ATTACH = "import asyncio, sys, time; from pathlib import Path; from store.embedded import EmbeddedPostgres; \
print(asyncio.run(EmbeddedPostgres(Path(sys.argv[1]), options={'fsync': 'off'}).url('usher')), flush=True); time.sleep(60)"


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """A data folder that was used once; each test takes a copy."""
    with tempfile.TemporaryDirectory(prefix="usher-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "first", options=FAST)
        asyncio.run(server.url("usher"))
        server.stop()
        yield folder


@pytest.fixture
def folder(initialised: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    copied = initialised / f"copy {abs(hash(request.node.name)) % 10_000}"
    shutil.copytree(initialised / "first", copied)
    for path in (copied / "postgres", *(copied / "postgres").rglob("*")):
        owner = (initialised / "first" / "postgres").stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    yield copied
    Cluster(copied / "postgres", {}).stop()
    shutil.rmtree(copied)


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def running(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


async def test_a_folder_with_spaces_works_and_the_last_one_out_stops_it(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, options=FAST), EmbeddedPostgres(folder, options=FAST)
    urls = [await first.url("usher"), await second.url("usher")]
    assert urls[0] == urls[1]
    assert answers(urls[0])
    first.stop()
    assert running(folder)
    second.stop()
    assert not running(folder)


async def test_a_database_is_made_when_missing_and_emptied_when_asked(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=FAST)
    with psycopg.connect(await server.url("demo")) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
    with psycopg.connect(await server.fresh("demo")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    server.stop()


async def test_a_stale_or_truncated_pid_file_is_no_obstacle(folder: Path) -> None:
    for left in (f"{os.getpid()}\n/elsewhere\n1\n5432\n/tmp\n\n 1 1\nready\n", "4", "", "999999\n/x\n1\n5432\n/tmp\n"):
        (folder / "postgres" / "postmaster.pid").write_text(left)
        server = EmbeddedPostgres(folder, options=FAST)
        assert answers(await server.url("usher"))
        server.stop()


async def test_a_killed_server_is_started_again_by_whoever_finds_it_dead(folder: Path) -> None:
    server = EmbeddedPostgres(folder, options=FAST)
    await server.url("usher")
    pid = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert answers(await server.url("usher"))
    server.stop()


def test_a_killed_client_leaves_a_server_that_the_next_one_stops(folder: Path) -> None:
    client = subprocess.Popen([sys.executable, "-c", ATTACH, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    url = client.stdout.readline().strip()
    client.kill()
    client.wait()
    assert answers(url)
    server = EmbeddedPostgres(folder, options=FAST)
    assert asyncio.run(server.url("usher")) == url
    server.stop()
    assert not running(folder)


def test_two_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", ATTACH, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    urls = [process.stdout.readline() for process in started if process.stdout]
    for process in started:
        process.kill()
        process.wait()
    assert urls[0] == urls[1] != ""


@pytest.mark.parametrize(
    ("version", "problem"), [("16", "belongs to PostgreSQL 16; this product runs PostgreSQL 18"), ("\0\0", "damaged"), ("", "damaged")]
)
def test_a_folder_of_another_version_or_a_damaged_one_is_refused(tmp_path: Path, version: str, problem: str) -> None:
    (tmp_path / "postgres").mkdir()
    tmp_path.chmod(0o755)
    (tmp_path / "postgres" / "PG_VERSION").write_text(version)
    cluster = Cluster(tmp_path / "postgres", FAST)
    with pytest.raises(Unavailable, match=problem):
        cluster.start()


async def test_damaged_files_are_reported_in_one_line(folder: Path) -> None:
    (folder / "postgres" / "global" / "pg_control").write_bytes(b"x" * 8192)
    with pytest.raises(Unavailable, match=r"PostgreSQL in .*: pg_ctl failed: .*") as raised:
        await EmbeddedPostgres(folder, options=FAST).url("usher")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/usher"])
async def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"^data folder .*: (is not a folder|cannot be used: .*)$"):
        await EmbeddedPostgres(tmp_path / place, options=FAST).url("usher")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root's server is another user's")
def test_a_database_that_cannot_be_reached_any_more_is_said_and_never_replaced_by_an_empty_one(folder: Path) -> None:
    folder.chmod(0o700)
    with pytest.raises(Unavailable, match="holds a database that PostgreSQL's user can no longer reach"):
        asyncio.run(EmbeddedPostgres(folder, options=FAST).url("usher"))
    assert not (folder / "postgres.path").exists()
    folder.chmod(0o755)
    (folder / "postgres.path").write_text("/var/lib/usher/gone")
    with pytest.raises(Unavailable, match="should lie in /var/lib/usher/gone and is not there"):
        asyncio.run(EmbeddedPostgres(folder, options=FAST).url("usher"))
