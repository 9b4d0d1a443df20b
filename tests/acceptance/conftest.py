"""The product as its users meet it: ``python app.py …`` as a process, on embedded servers in a folder of the test session."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def problems(self) -> list[str]:
        """The error lines, without progress."""
        return [line for line in self.err.splitlines() if line.startswith("usher: ")]


@dataclass
class Cli:
    data: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: object, stdin: str = "", **env: str) -> Done:
        command = [sys.executable, "app.py", *map(str, args)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(**env), input=stdin, capture_output=True, text=True, timeout=170, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def environment(self, **env: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
        return {**clean, "USHER_DATA": str(self.data), **self.env, **env}


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usher")
    for place in (folder, *folder.parents):
        if place.is_relative_to(Path(os.environ.get("TMPDIR", "/tmp"))) and place.stat().st_uid == os.geteuid():
            place.chmod(place.stat().st_mode | 0o055)  # PostgreSQL runs as another user when the tests run as root
    models = tmp_path_factory.getbasetemp().parent / "usher-models"
    models.mkdir(exist_ok=True)
    (folder / "models").symlink_to(models)  # parallel test processes train the same model once
    return folder


@pytest.fixture(scope="session")
def shared(data: Path) -> Iterator[Cli]:
    """The session's command line, with the embedded PostgreSQL held up so that no command has to start it again."""
    from fasteners import InterProcessLock

    from store.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(data)
    server.start()
    with InterProcessLock(data.resolve() / "models" / "train.lock"):
        assert Cli(data)("intents", "train").code == 0
    yield Cli(data)
    server.stop()


@pytest.fixture
def usher(shared: Cli) -> Cli:
    """The command line on a database of its own."""
    return Cli(shared.data, {"USHER_DATABASE": f"t{uuid.uuid4().hex[:12]}"})
