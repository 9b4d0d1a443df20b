"""aurelio's ``semantic-router`` on the same vectors, in a virtual environment of its own."""

import json
import tempfile
from pathlib import Path

import numpy as np

from agents.intent.figures import Judged
from benchmarks.environments import environment, run
from benchmarks.intents.sets import Set
from core.ports import Encoder

HERE = Path(__file__).parent
PINS, WORKER = HERE / "semantic_router.txt", HERE / "semantic_router_worker.py"


def judge(each: Set, encoder: Encoder, folder: Path) -> Judged:
    """Its predictions. ``inside`` and ``sure`` are its confidence, which its own ``fit`` calibrated. Raises NotThereError."""
    python = environment(PINS, folder)
    texts = list(dict.fromkeys([*(text for text, _ in each.train), *each.known_outside, *(text for text, _ in each.held)]))
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as place:
        work = Path(place)
        np.save(work / "vectors.npy", encoder.encode(texts))
        job = {"texts": texts, "train": each.train, "outside": each.known_outside, "held": [text for text, _ in each.held]}
        (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
        run([str(python), str(WORKER), str(work)])
        found = json.loads((work / "found.json").read_text(encoding="utf-8"))
    tops, confidence = [name for name, _ in found], np.array([sure for _, sure in found], float)
    return Judged([label for _, label in each.held], tops, confidence, confidence, confidence, [[top] for top in tops])
