import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidSetting, Unavailable
from knowledge import chroma
from knowledge.chroma import Vectors
from knowledge.chroma_embedded import EmbeddedChroma
from tests.integration.knowledge.conftest import WordEncoder

ROOT = Path(__file__).resolve().parents[3]
UNIT = np.eye(3, 384, dtype=np.float32)
USER = "import sys; from pathlib import Path; from knowledge.chroma_embedded import EmbeddedChroma; {}"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a test may start, kill and freeze a server of its own."""
    yield tmp_path / "chroma"
    if (pid := server_pid(tmp_path / "chroma")) and alive(pid):
        os.kill(pid, signal.SIGKILL)


def server_pid(folder: Path) -> int:
    path = folder / "server.json"
    return int(json.loads(path.read_text())["pid"]) if path.exists() else 0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def eventually(claim: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.05)
    return claim()


def other_process(folder: Path, code: str) -> "subprocess.Popen[str]":
    program = USER.format(code.format(folder=str(folder)))
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


HOLD = "print(EmbeddedChroma(Path('{folder}'), 0).attach(), flush=True); sys.stdin.read()"


async def test_vectors_come_back_by_cosine_nearest_first(vectors: Vectors) -> None:
    await vectors.add("usher.v1.public", ["a", "b", "c"], UNIT)
    found = await vectors.query("usher.v1.public", (UNIT[0] * 0.8 + UNIT[1] * 0.6).astype(np.float32), 2)
    assert list(found) == ["a", "b"]
    assert found["a"] == pytest.approx(0.8, abs=1e-5)


async def test_added_again_means_replaced_and_deleted_means_gone(vectors: Vectors) -> None:
    await vectors.add("usher.v2.public", ["a", "b"], UNIT[:2])
    await vectors.add("usher.v2.public", ["a"], UNIT[2:])
    assert (await vectors.query("usher.v2.public", UNIT[2], 1))["a"] == pytest.approx(1, abs=1e-5)
    await vectors.delete("usher.v2.public", ["a"])
    assert await vectors.ids("usher.v2.public") == {"b"}


async def test_an_empty_collection_has_no_neighbours(vectors: Vectors) -> None:
    assert await vectors.query("usher.v3.public", UNIT[0], 5) == {}


async def test_many_questions_at_once_share_one_client(vectors: Vectors) -> None:
    await vectors.add("usher.v4.public", ["a", "b", "c"], UNIT)
    found = await asyncio.gather(*(vectors.query("usher.v4.public", UNIT[n % 3], 1) for n in range(30)))
    assert [next(iter(one)) for one in found] == ["a", "b", "c"] * 10


async def test_more_vectors_than_one_request_takes_are_added(vectors: Vectors) -> None:
    many = WordEncoder().encode([f"text {n}" for n in range(600)])
    await vectors.add("usher.v5.public", [str(n) for n in range(600)], many)
    assert await vectors.count("usher.v5.public") == 600


def test_one_object_serves_one_event_loop_after_the_other(chroma_data: Path) -> None:
    vectors = Vectors(data=chroma_data)
    assert [asyncio.run(vectors.count("usher.v6.public")) for _ in range(3)] == [0, 0, 0]
    asyncio.run(vectors.close())


async def test_a_url_uses_that_server(chroma_data: Path, tmp_path: Path) -> None:
    port = json.loads((chroma_data / "chroma" / "server.json").read_text())["port"]
    vectors = Vectors(data=tmp_path, url=f"http://127.0.0.1:{port}")
    assert await vectors.count("usher.v7.public") == 0
    await vectors.close()
    assert not (tmp_path / "chroma").exists()


async def test_an_unreachable_url_is_unavailable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        vectors = Vectors(data=tmp_path, url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable, match=r"Chroma server \(127\.0\.0\.1:\d+\)"):
            await vectors.count("usher.v8.public")


@pytest.mark.parametrize(
    "url", ["chroma:8000", "http://", "ftp://host", "http://host:99999", "http://host/base", "http://me:secret@host:8000"]
)
def test_a_url_that_is_none_names_the_setting(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidSetting, match="USHER_CHROMA_URL"):
        Vectors(data=tmp_path, url=url)


async def test_a_proxy_is_not_asked_for_loopback(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intern.example")
    monkeypatch.delenv("no_proxy", raising=False)
    vectors = Vectors(data=folder.parent, linger_s=0)
    assert await vectors.count("usher.v9.public") == 0
    await vectors.close()


async def test_a_killed_server_is_started_again_with_all_it_held(folder: Path) -> None:
    vectors = Vectors(data=folder.parent, linger_s=0)
    await vectors.add("usher.x.public", ["a", "b", "c"], UNIT)
    os.kill(server_pid(folder), signal.SIGKILL)
    assert await vectors.count("usher.x.public") == 3
    await vectors.close()


async def test_a_frozen_server_is_unavailable_and_works_again_when_it_thaws(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = Vectors(data=folder.parent, linger_s=0)
    await vectors.count("usher.x.public")
    monkeypatch.setattr(chroma, "TIMEOUT_S", 0.5)
    os.kill(server_pid(folder), signal.SIGSTOP)
    with pytest.raises(Unavailable, match="no answer within"):
        await vectors.count("usher.x.public")
    os.kill(server_pid(folder), signal.SIGCONT)
    assert await vectors.count("usher.x.public") == 0
    await vectors.close()


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    users = [other_process(folder, HOLD) for _ in range(3)]
    ports = {user.stdout.readline() for user in users if user.stdout}
    pid = server_pid(folder)
    assert len(ports) == 1
    for user in users:
        user.communicate("")
    assert eventually(lambda: not alive(pid))


def test_the_server_outlives_whoever_started_it_while_others_use_it(folder: Path) -> None:
    starter = other_process(folder, HOLD)
    assert starter.stdout
    port = int(starter.stdout.readline())
    mine = EmbeddedChroma(folder, 0)
    assert mine.attach() == port
    starter.kill()
    starter.communicate()
    time.sleep(1)
    assert mine.attach() == port
    mine.detach()


def test_the_server_ends_when_its_only_user_was_killed(folder: Path) -> None:
    user = other_process(folder, HOLD)
    assert user.stdout
    user.stdout.readline()
    pid = server_pid(folder)
    user.kill()
    user.communicate()
    assert eventually(lambda: not alive(pid))


def test_a_stale_address_is_not_believed(folder: Path) -> None:
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        (folder / "server.json").write_text(json.dumps({"pid": os.getpid(), "port": port}))
        server = EmbeddedChroma(folder, 0)
        assert server.attach() != port
        server.detach()


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    folder.mkdir()
    (folder / "data").write_text("a file where the folder should be")
    server = EmbeddedChroma(folder, 0)
    with pytest.raises(Unavailable, match=r"Chroma server .*chroma: does not start: \S+"):
        server.attach()
    server.detach()
