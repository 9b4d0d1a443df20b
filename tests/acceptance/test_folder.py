"""Data folders that cannot be used: one clear line, exit 2, nothing half-written."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Cli


@pytest.fixture
def mounted(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small memory file system with the options of the test's parameter, where PostgreSQL's own user may go."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"mode=755,{request.param}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system needs root, and a machine that allows it")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


@pytest.mark.parametrize(
    ("mounted", "problem"), [("size=6m", "no space left on device"), ("size=6m,ro", "read-only file system")], indirect=["mounted"]
)
def test_a_full_and_a_read_only_disk_are_said_in_one_line(mounted: Path, problem: str) -> None:
    done = Cli(mounted / "data")("audit", "verify")
    assert done.code == 2
    assert done.out == ""
    assert len(done.problems) == 1
    assert problem in done.err


def test_a_data_folder_that_nobody_can_make_is_one_clear_error() -> None:
    done = Cli(Path("/proc/usher"))("audit", "verify")
    assert done.code == 2
    assert len(done.problems) == 1


def test_a_data_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    done = Cli(tmp_path / "data")("audit", "verify")
    assert done.code == 2
    assert len(done.problems) == 1


def test_a_database_that_cannot_be_reached_is_one_clear_error(tmp_path: Path) -> None:
    env = {"USHER_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "USHER_SECRET_KEY": "x"}
    done = Cli(tmp_path)("db", "upgrade", **env)
    assert done.code == 2
    assert len(done.problems) == 1
    assert "database" in done.err
    without_key = Cli(tmp_path)("db", "upgrade", USHER_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert "USHER_SECRET_KEY" in without_key.err
