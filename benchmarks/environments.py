"""Peers in virtual environments of their own, built from pinned requirements when they are first needed."""

import subprocess
import venv
from pathlib import Path

LIMIT_S = 1_800


class NotThereError(Exception):
    """It could not be installed or run; the text says why."""


def environment(pins: Path, folder: Path) -> Path:
    """The Python of an environment in ``folder`` with what ``pins`` names, installed once. Raises NotThereError."""
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists() and done.read_text() == pins.read_text():
        return python
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
        run([str(python), "-m", "pip", "install", "--quiet", "-r", str(pins)])
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotThereError(f"no environment for {folder.name}: {error}") from None
    done.write_text(pins.read_text())
    return python


def run(command: list[str]) -> None:
    """Until it ends. Raises NotThereError with its last line."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise NotThereError(f"{Path(command[0]).name} {Path(command[1]).name} ended with {done.returncode}: {last}")
