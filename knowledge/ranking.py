"""How well passages fit a query: meaning and words together, then by their heading too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge.snapshot import Snapshot

    Floats = NDArray[np.float32]
    Places = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Ranking = Literal["dense", "lexical", "fused", "reranked"]
DEFAULT: Ranking = "reranked"
WORDS, HEADING = 1.1, 0.5
"""What words and heading count beside meaning, which counts 1."""


@dataclass(frozen=True)
class Query:
    """``subject`` is the first of several lines, what a mail or a post says it is about, else the whole text; vectors are unit vectors."""

    text: str
    subject: str
    vector: "Floats"
    subject_vector: "Floats"


def scores(
    query: Query, snapshot: "Snapshot", cosines: Mapping[int, float], *, among: "Mask", depth: int, ranking: Ranking
) -> dict[int, float]:
    """Position in ``snapshot.chunks`` → score in [0, 1], of chunks ``among`` these that are near in meaning (``cosines``) or in words.

    * ``dense``: ``max(0, cosine)``. ``lexical``: ``coverage``, see ``Lexicon``.
    * ``fused``: ``(dense + 1.1 · coverage) / 2.1``. Both are absolute, not relative to the other candidates, so that the score of the best
      passage says whether the handbook speaks of the matter at all.
    * ``reranked``: ``(dense + 1.1 · coverage + 0.5 · heading) / 2.6``: also how near the query's subject is to what
      stands above the passage.

    ``depth`` is how many are taken for their words. One that only its words brought counts as near as the farthest neighbour fetched.
    """
    import numpy as np

    covered = snapshot.lexicon.coverage(query.text)
    farthest = min(cosines.values(), default=0.0) if len(cosines) < len(snapshot.chunks) else 0.0
    near = dict.fromkeys(_worded(np.where(among, covered, 0), depth), farthest) if ranking != "dense" else {}
    near |= {at: cosine for at, cosine in cosines.items() if among[at]} if ranking != "lexical" else {}
    places = np.fromiter(near, np.int64, len(near))
    dense = np.maximum(np.fromiter(near.values(), np.float32, len(near)), 0)
    found = _first(dense, covered[places], ranking)
    if ranking == "reranked" and len(places):
        found = _again(query, snapshot, places, dense, covered[places])
    return {int(at): round(min(1.0, float(score)), 4) for at, score in zip(places, found, strict=True)}


def _worded(covered: "Floats", depth: int) -> list[int]:
    """Where the best are, and at all."""
    import numpy as np

    best = np.argpartition(-covered, depth)[:depth] if depth < len(covered) else np.arange(len(covered))
    return [int(at) for at in best if covered[at] > 0]


def _first(dense: "Floats", words: "Floats", ranking: Ranking) -> "Floats":
    import numpy as np

    match ranking:
        case "dense":
            return dense
        case "lexical":
            return words
        case "fused" | "reranked":
            return np.asarray((dense + WORDS * words) / (1 + WORDS), np.float32)


def _again(query: Query, snapshot: "Snapshot", places: "Places", dense: "Floats", words: "Floats") -> "Floats":
    import numpy as np

    near = np.maximum(snapshot.heading_vectors[snapshot.heading_of[places]] @ query.subject_vector, np.float32(0))
    return np.asarray((dense + WORDS * words + HEADING * near) / (1 + WORDS + HEADING), np.float32)
