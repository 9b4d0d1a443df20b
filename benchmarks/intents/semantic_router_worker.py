"""Runs in semantic-router's own environment: reads job.json and vectors.npy of a folder, writes found.json there.

A fifth of what may be learned from is held out for its ``fit``, as its documentation asks; the routes then get everything.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
from semantic_router import IndexedRouter, Route
from semantic_router.encoders.base import DenseEncoder

HELD = 0.2


class Given(DenseEncoder):  # type: ignore[misc,unused-ignore] # not installed where types are checked
    """Vectors that were computed before."""

    vectors: dict[str, Any]

    def __call__(self, docs: list[Any]) -> list[list[float]]:
        return [self.vectors[doc] for doc in docs]

    async def acall(self, docs: list[Any]) -> list[list[float]]:
        return self(docs)


def router(rows: list[tuple[str, str]], encoder: Given) -> IndexedRouter:
    by_label: dict[str, list[str]] = {}
    for text, label in rows:
        by_label.setdefault(label, []).append(text)
    return IndexedRouter(encoder=encoder, routes=[Route(name=label, utterances=texts) for label, texts in by_label.items()])


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    encoder = Given(name="given", vectors=dict(zip(job["texts"], vectors.tolist(), strict=True)))
    rows = [(text, label) for text, label in job["train"]]
    random.Random(0).shuffle(rows)
    held, learned = rows[: int(HELD * len(rows))], rows[int(HELD * len(rows)) :]
    trial = router(learned, encoder)
    queries = [*held, *((text, None) for text in job["outside"])]
    trial.fit([text for text, _ in queries], [label for _, label in queries])
    final = router(rows, encoder)
    final.calibrator = trial.calibrator
    choices = [final(text) for text in job["held"]]
    (folder / "found.json").write_text(json.dumps([[choice.name, choice.confidence] for choice in choices]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
