"""Search in one tenant's handbook: meaning and words together."""

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.errors import Unavailable
from core.ports import Clock, Encoder, Indexes
from core.types import Audience, Passage
from knowledge.chroma import Vectors
from knowledge.snapshot import AUDIENCES, Snapshot, content_version, index_name, vectors_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORING = "hybrid-1"
DENSE_WEIGHT = 0.6
DEPTH = 32
REFRESH_S = 1.0


class HandbookRetriever:
    """``core.ports.Retriever`` over one tenant's snapshots and vectors; audiences not asked for are never read.

    The score of a passage is ``0.6 · max(0, cosine) + 0.4 · √coverage``: how near its meaning is, and how much of the weight of the
    question's words it has (see ``Lexicon.coverage``; the root brings it to the scale of cosines). Both terms are absolute, not relative
    to the other candidates, so the best passage's score says whether the handbook speaks of the matter at all.

    ``version`` names the scoring, the encoder and the content of whatever was searched so far.
    """

    def __init__(
        self, tenant: str, *, encoder: Encoder, vectors: Vectors, indexes: Indexes, clock: Clock, refresh_s: float = REFRESH_S
    ) -> None:
        """``refresh_s`` is how old the knowledge of an index's version may be, in seconds."""
        self._tenant, self._encoder, self._vectors, self._indexes, self._clock = tenant, encoder, vectors, indexes, clock
        self._refresh_s = refresh_s
        self.version = SCORING
        self._loaded: dict[Audience, tuple[float, str, Snapshot]] = {}

    async def search(self, query: str, *, audiences: Sequence[Audience], limit: int) -> tuple[Passage, ...]:
        """The best passages in force today (UTC), best first.

        Raises:
            Unavailable: the handbook was never ingested, its vectors are gone, or encoder or Chroma server cannot be used.
        """
        asked = [audience for audience in AUDIENCES if audience in audiences]
        if limit < 1 or not asked or not query.strip():
            return ()
        vectors, *snapshots = await asyncio.gather(asyncio.to_thread(self._encoder.encode, [query]), *map(self._snapshot, asked))
        found = await asyncio.gather(
            *(
                self._search(audience, snapshot, query, vectors[0], max(DEPTH, 4 * limit))
                for audience, snapshot in zip(asked, snapshots, strict=True)
            )
        )
        passages = sorted((passage for part in found for passage in part), key=lambda passage: -passage.score)
        return tuple(passages[:limit])

    async def _snapshot(self, audience: Audience) -> Snapshot:
        now = time.monotonic()
        loaded = self._loaded.get(audience)
        if loaded and now - loaded[0] < self._refresh_s:
            return loaded[2]
        version = await self._indexes.version(self._tenant, index_name(audience))
        if loaded and loaded[1] == version:
            self._loaded[audience] = (now, loaded[1], loaded[2])
            return loaded[2]
        stored = await self._indexes.read(self._tenant, index_name(audience))
        if stored is None:
            raise Unavailable(what=f"handbook of {self._tenant}", problem="not ingested yet; run `app.py knowledge ingest`")
        snapshot = await asyncio.to_thread(Snapshot.from_bytes, stored[1])
        self._loaded[audience] = (now, stored[0], snapshot)
        versions: dict[str, str] = {name: version for name, (_, version, _) in self._loaded.items()}
        self.version = f"{SCORING}/{content_version(self._encoder.version, versions)}"
        return snapshot

    async def _search(self, audience: Audience, snapshot: Snapshot, query: str, vector: "NDArray[np.float32]", depth: int) -> list[Passage]:
        if not snapshot.chunks:
            return []
        near = await self._vectors.query(vectors_name(self._tenant, audience), vector, min(depth, 2 * len(snapshot.chunks)))
        cosines = {snapshot.by_vector[id]: cosine for id, cosine in near.items() if id in snapshot.by_vector}
        if not cosines:
            raise Unavailable(what=f"handbook of {self._tenant}", problem="its vectors are gone; run `app.py knowledge ingest`")
        scores = snapshot.lexicon.coverage(query)
        return list(self._passages(audience, snapshot, cosines, scores, depth))

    def _passages(
        self, audience: Audience, snapshot: Snapshot, cosines: dict[int, float], coverage: "NDArray[np.float32]", depth: int
    ) -> Iterator[Passage]:
        """Candidates of either kind. One that only its words brought is at most as near as the farthest neighbour fetched."""
        import numpy as np

        today = self._clock.now().date()
        farthest = min(cosines.values()) if len(cosines) < len(snapshot.chunks) else 0.0
        worded = [int(position) for position in np.argsort(-coverage, kind="stable")[:depth] if coverage[position] > 0]
        for position in dict.fromkeys((*cosines, *worded)):
            chunk = snapshot.chunks[position]
            if chunk.in_force(today):
                yield Passage(
                    document=chunk.document,
                    heading=chunk.heading,
                    text=chunk.text,
                    score=_score(cosines.get(position, farthest), float(coverage[position])),
                    audience=audience,
                )


def _score(cosine: float, coverage: float) -> float:
    score = DENSE_WEIGHT * max(0.0, cosine) + (1 - DENSE_WEIGHT) * math.sqrt(coverage)
    return round(min(1.0, score), 4)
