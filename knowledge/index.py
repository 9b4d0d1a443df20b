"""Search in one tenant's handbook: meaning and words together."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import Unavailable
from core.ports import Clock, Encoder, Indexes
from core.types import Audience, Found, Passage
from knowledge.bounds import Bounds
from knowledge.chroma import Vectors
from knowledge.ranking import DEFAULT, Query, Ranking, scores
from knowledge.snapshot import AUDIENCES, Snapshot, content_version, index_name, vectors_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

SCORING = "hybrid-2"
DEPTH, WIDER = 64, 4
FEW = 1_000
REMEMBERED = 64
REFRESH_S = 1.0


@dataclass
class _Loaded:
    """A snapshot in memory, and for the bounds it was last searched within what may be found."""

    version: str
    snapshot: Snapshot
    read_at: float
    masks: "dict[Bounds, tuple[Mask, Mask]]" = field(default_factory=dict)

    def within(self, bounds: Bounds) -> "tuple[Mask, Mask]":
        if bounds not in self.masks:
            if len(self.masks) >= REMEMBERED:
                self.masks.clear()
            self.masks[bounds] = bounds.masks(self.snapshot)
        return self.masks[bounds]


class HandbookRetriever:
    """``core.ports.Retriever`` over one tenant's snapshots and vectors; audiences not asked for are never read.

    How passages are scored stands in ``knowledge.ranking``. More candidates are fetched than are wanted, each is checked before it leaves,
    and where too few of those near in meaning pass, more are fetched, until enough pass or all were looked at. ``version`` names the
    scoring, the encoder and the content of whatever was searched so far.
    """

    def __init__(
        self,
        tenant: str,
        *,
        encoder: Encoder,
        vectors: Vectors,
        indexes: Indexes,
        clock: Clock,
        language: str = "en",
        ranking: Ranking = DEFAULT,
        refresh_s: float = REFRESH_S,
    ) -> None:
        """``language`` is that of pages that name none; ``refresh_s`` how old the knowledge of an index's version may be, in seconds."""
        self._tenant, self._encoder, self._vectors, self._indexes, self._clock = tenant, encoder, vectors, indexes, clock
        self._language, self._ranking, self._refresh_s = language, ranking, refresh_s
        self.version = SCORING
        self._loaded: dict[Audience, _Loaded] = {}
        self._looking: dict[Audience, asyncio.Future[_Loaded]] = {}

    async def search(
        self,
        query: str,
        *,
        audiences: Sequence[Audience],
        limit: int,
        languages: Sequence[str] = (),
        regions: Sequence[str] | None = (),
        at: datetime | None = None,
    ) -> Found:
        """As the port says. The first line of a query of several is read as its subject.

        Raises:
            Unavailable: the handbook was never ingested, its vectors are gone, or encoder or Chroma server cannot be used.
        """
        asked = [audience for audience in AUDIENCES if audience in audiences]
        if limit < 1 or not asked or not query.strip():
            return Found()
        day = (at or self._clock.now()).date()
        wanted = None if regions is None else frozenset(map(str.lower, regions))
        bounds = Bounds(frozenset(map(str.lower, languages)), wanted, day, self._language)
        held = [self._loaded[audience] for audience in asked if audience in self._loaded]
        looking = asyncio.ensure_future(asyncio.gather(*map(self._current, asked)))
        try:
            read = await asyncio.to_thread(self._read, query)
            found = await self._tried(asked, held, read, bounds, limit)
            current = await looking
        finally:
            looking.cancel()
        same = len(held) == len(current) and all(one is other for one, other in zip(held, current, strict=True))
        return found if found and same else await self._within(asked, current, read, bounds, limit)

    async def _tried(self, asked: Sequence[Audience], held: Sequence[_Loaded], query: Query, bounds: Bounds, limit: int) -> Found | None:
        """Search in what is at hand while somebody looks whether there is something newer; None where that cannot be done."""
        try:
            return await self._within(asked, held, query, bounds, limit) if len(held) == len(asked) else None
        except Unavailable:
            return None

    async def _within(self, asked: Sequence[Audience], loaded: Sequence[_Loaded], query: Query, bounds: Bounds, limit: int) -> Found:
        parts = [self._search(audience, each, query, bounds, limit) for audience, each in zip(asked, loaded, strict=True)]
        return _merged(await asyncio.gather(*parts), limit)

    async def contents(self, most: int, known: str) -> tuple[str, tuple[Passage, ...]]:
        """The version that is searched now and, unless it is the ``known`` one, every passage of all audiences, in force or not; none where
        there are more than ``most``. Raises Unavailable as ``search`` does."""
        found = [(audience, (await self._current(audience)).snapshot) for audience in AUDIENCES]
        if self.version == known or sum(len(snapshot.chunks) for _, snapshot in found) > most:
            return self.version, ()
        return self.version, tuple(_passage(audience, each, at, 0.0) for audience, each in found for at in range(len(each.chunks)))

    def _read(self, query: str) -> Query:
        text, subject = " ".join(query.split()), " ".join(next(line for line in query.splitlines() if line.strip()).split())
        vectors = self._encoder.encode([text] if subject == text else [text, subject])
        return Query(text, subject, vectors[0], vectors[-1])

    async def _current(self, audience: Audience) -> _Loaded:
        loaded = self._loaded.get(audience)
        if loaded and time.monotonic() - loaded.read_at < self._refresh_s:
            return loaded
        looking = self._looking.get(audience)
        if looking is None or looking.done() or looking.get_loop() is not asyncio.get_running_loop():
            looking = self._looking[audience] = asyncio.ensure_future(self._look(audience, loaded))
        return await asyncio.shield(looking)

    async def _look(self, audience: Audience, loaded: _Loaded | None) -> _Loaded:
        """What is stored now; one look serves all who wait for it."""
        version = await self._indexes.version(self._tenant, index_name(audience))
        if loaded and loaded.version == version:
            loaded.read_at = time.monotonic()
            return loaded
        stored = await self._indexes.read(self._tenant, index_name(audience))
        if stored is None:
            raise Unavailable(what=f"handbook of {self._tenant}", problem="not ingested yet; run `app.py knowledge ingest`")
        loaded = _Loaded(stored[0], await asyncio.to_thread(Snapshot.from_bytes, stored[1]), time.monotonic())
        self._loaded[audience] = loaded
        versions: dict[str, str] = {name: each.version for name, each in self._loaded.items()}
        self.version = f"{SCORING}/{content_version(self._encoder.version, versions)}"
        return loaded

    async def _search(self, audience: Audience, loaded: _Loaded, query: Query, bounds: Bounds, limit: int) -> Found:
        """The best of one audience: ``limit`` of those that may be found, as far as there are any, and of those that the day keeps back."""
        snapshot, (open_, held) = loaded.snapshot, loaded.within(bounds)
        spoken = (open_ | held).nonzero()[0]
        if not len(spoken):
            return Found()
        wanted, depth = min(limit, int(open_.sum())), max(DEPTH, 4 * limit)
        few = len(spoken) <= FEW < len(snapshot.chunks)
        among = [snapshot.vector_id(snapshot.chunks[at]) for at in spoken] if few else None
        while True:
            cosines = await self._near(audience, snapshot, query, depth if among is None else len(among), among)
            if among is not None or depth >= len(snapshot.chunks) or sum(bool(open_[at]) for at in cosines) >= wanted:
                break
            depth *= WIDER
        ranked = await asyncio.to_thread(self._ranked, query, snapshot, cosines, (open_, held), depth)
        passages, withheld = (tuple(_passage(audience, snapshot, at, score) for at, score in _best(each, limit)) for each in ranked)
        return Found(passages=passages, withheld=withheld)

    def _ranked(
        self, query: Query, snapshot: Snapshot, cosines: dict[int, float], masks: "tuple[Mask, Mask]", depth: int
    ) -> list[dict[int, float]]:
        return [scores(query, snapshot, cosines, among=mask, depth=depth, ranking=self._ranking) if mask.any() else {} for mask in masks]

    async def _near(
        self, audience: Audience, snapshot: Snapshot, query: Query, depth: int, among: Sequence[str] | None
    ) -> dict[int, float]:
        """Position → cosine of the nearest that the snapshot lists."""
        fetched = min(depth, 2 * len(snapshot.chunks))
        near = await self._vectors.query(vectors_name(self._tenant, audience), query.vector, fetched, among=among)
        cosines = {snapshot.by_vector[id]: cosine for id, cosine in near.items() if id in snapshot.by_vector}
        if not cosines:
            raise Unavailable(what=f"handbook of {self._tenant}", problem="its vectors are gone; run `app.py knowledge ingest`")
        return cosines


def _best(scored: dict[int, float], limit: int) -> list[tuple[int, float]]:
    return sorted(scored.items(), key=lambda each: -each[1])[:limit]


def _passage(audience: Audience, snapshot: Snapshot, at: int, score: float) -> Passage:
    chunk = snapshot.chunks[at]
    return Passage(
        id=chunk.id,
        document=chunk.document,
        heading=chunk.heading,
        text=chunk.text,
        score=score,
        audience=audience,
        language=chunk.language,
        regions=chunk.regions,
        effective=chunk.effective,
        expires=chunk.expires,
        changed_at=snapshot.since.get(chunk.document),
    )


def _merged(parts: Sequence[Found], limit: int) -> Found:
    """The best of all audiences; and those kept back that would stand among them."""
    passages = sorted((passage for part in parts for passage in part.passages), key=lambda passage: -passage.score)[:limit]
    least = passages[-1].score if len(passages) == limit else 0.0
    withheld = sorted((passage for part in parts for passage in part.withheld), key=lambda passage: -passage.score)
    return Found(passages=tuple(passages), withheld=tuple(passage for passage in withheld[:limit] if passage.score >= least))
