"""``python -m benchmarks.knowledge.searching FOLDER``: one process that searches a handbook of ``speed``; its figures as JSON.

It keeps to two cores, and so does the Chroma server that it starts.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from benchmarks.knowledge.answering import AUDIENCES
from benchmarks.knowledge.example import FILE
from benchmarks.knowledge.questions import read
from benchmarks.knowledge.shelf import Shelf
from core.types import Audience
from knowledge.encoder import OnnxEncoder
from knowledge.index import HandbookRetriever
from knowledge.library import PASSAGES
from knowledge.snapshot import vectors_name

ROOT = Path(__file__).resolve().parents[2]
CORES, WARM, ROUNDS = 2, 30, 2
TENANT = "bench"


async def main(folder: Path) -> dict[str, float]:
    shelf = Shelf(folder, OnnxEncoder(ROOT / "build" / "encoder"))
    questions = [each.question for each in read(ROOT / "knowledge" / "example" / FILE)]
    retriever = shelf.retriever(TENANT)
    try:
        first = await _timed(retriever, questions[0], AUDIENCES)
        for question in questions[:WARM]:
            await _timed(retriever, question, AUDIENCES)
        chroma = psutil.Process(json.loads((folder / "chroma" / "server.json").read_text("utf-8"))["pid"])
        began = time.process_time() + _used(chroma)
        public = [await _timed(retriever, question, ("public",)) for question in questions * ROUNDS]
        cpu = (time.process_time() + _used(chroma) - began) / len(public)
        everything = [await _timed(retriever, question, AUDIENCES) for question in questions]
        return {
            "passages": await shelf.vectors.count(vectors_name(TENANT, "public")),
            "first_s": first / 1000,
            "p50_ms": float(np.quantile(public, 0.5)),
            "p95_ms": float(np.quantile(public, 0.95)),
            "cpu_ms": cpu * 1000,
            "all_p95_ms": float(np.quantile(everything, 0.95)),
            "own": psutil.Process().memory_info().rss,
            "chroma": chroma.memory_info().rss,
        }
    finally:
        await shelf.close()


def _used(process: psutil.Process) -> float:
    """Seconds of processor time."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def _timed(retriever: HandbookRetriever, question: str, audiences: Sequence[Audience]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    found = await retriever.search(question, audiences=audiences, limit=PASSAGES)
    took = (time.perf_counter() - began) * 1000
    assert found.passages, question
    return took


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
