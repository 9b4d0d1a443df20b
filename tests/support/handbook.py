"""The example handbook's public pages, searched in memory by meaning and words; no server, no database."""

import math
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.types import Passage
from knowledge.chunks import Chunk
from knowledge.encoder import OnnxEncoder
from knowledge.lexicon import Lexicon, build
from knowledge.reading import read_all

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
DENSE_WEIGHT = 0.6
HANDBOOK = ROOT / "knowledge" / "example" / "handbook"


@cache
def encoder() -> OnnxEncoder:
    return OnnxEncoder(ROOT / "build" / "encoder")


@cache
def _index() -> tuple[list[Chunk], Lexicon, "NDArray[np.float32]"]:
    pages = read_all([("", HANDBOOK)], {}, datetime.now(UTC)).pages
    chunks = [chunk for page in pages if page.audience == "public" for chunk in page.chunks]
    searchable = [chunk.searchable for chunk in chunks]
    return chunks, build(searchable), encoder().encode(searchable)


def chunks() -> list[Chunk]:
    """Of the public pages, in order."""
    return _index()[0]


@cache
def passages(question: str, limit: int = 5) -> tuple[Passage, ...]:
    """The best public passages for ``question``, best first."""
    chunks, lexicon, vectors = _index()
    cosines = vectors @ encoder().encode([question])[0]
    coverage = lexicon.coverage(question)
    scored = [
        (DENSE_WEIGHT * max(0.0, float(cosine)) + (1 - DENSE_WEIGHT) * math.sqrt(float(share)), chunk)
        for chunk, cosine, share in zip(chunks, cosines, coverage, strict=True)
    ]
    best = sorted(scored, key=lambda pair: -pair[0])[:limit]
    return tuple(
        Passage(document=chunk.document, heading=chunk.heading, text=chunk.text, score=round(min(1.0, score), 4)) for score, chunk in best
    )
