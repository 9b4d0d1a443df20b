"""aurelio's ``semantic-router`` on the same vectors, in a virtual environment of its own."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

from agents.intent.figures import Judged
from benchmarks.intents.sets import Set
from core.ports import Encoder

HERE = Path(__file__).parent
PINS, WORKER = HERE / "semantic_router.txt", HERE / "semantic_router_worker.py"
LIMIT_S = 1_800


class NotThereError(Exception):
    """It could not be installed or run; the text says why."""


def environment(folder: Path) -> Path:
    """Its Python, installed once. Raises NotThereError."""
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists() and done.read_text() == PINS.read_text():
        return python
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
        _run([str(python), "-m", "pip", "install", "--quiet", "-r", str(PINS)])
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotThereError(f"no environment for semantic-router: {error}") from None
    done.write_text(PINS.read_text())
    return python


def judge(each: Set, encoder: Encoder, python: Path) -> Judged:
    """Its predictions. ``inside`` and ``sure`` are its confidence, which its own ``fit`` calibrated. Raises NotThereError."""
    texts = list(dict.fromkeys([*(text for text, _ in each.train), *each.known_outside, *(text for text, _ in each.held)]))
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        work = Path(folder)
        np.save(work / "vectors.npy", encoder.encode(texts))
        job = {"texts": texts, "train": each.train, "outside": each.known_outside, "held": [text for text, _ in each.held]}
        (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
        _run([str(python), str(WORKER), str(work)])
        found = json.loads((work / "found.json").read_text(encoding="utf-8"))
    tops, confidence = [name for name, _ in found], np.array([sure for _, sure in found], float)
    return Judged([label for _, label in each.held], tops, confidence, confidence, confidence, [[top] for top in tops])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise NotThereError(f"{Path(command[0]).name} {Path(command[1]).name} ended with {done.returncode}: {last}")


if __name__ == "__main__":
    print(environment(Path(sys.argv[1])))
