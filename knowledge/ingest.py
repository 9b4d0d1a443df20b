"""Bring the handbook into the index: only what changed, page by page, switched over in one step.

A reader looks only at chunks that the stored snapshot lists. New vectors are added first, then the snapshot is replaced, then vectors that
no snapshot lists are removed: an interrupted run leaves the version before readable, and the next run finishes the work. One run at a time
has a tenant's index to itself.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Unavailable
from core.ports import Clock, Encoder, Indexes
from core.tokens import name
from core.types import Audience
from core.value import Value
from knowledge.chroma import Vectors
from knowledge.chunks import Chunk
from knowledge.files import require_folder
from knowledge.reading import Kept, Progress, Reading, read_all
from knowledge.snapshot import AUDIENCES, Snapshot, content_version, index_name, vectors_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEP = 128


class IngestReport(Value):
    """What one run did: ``pages`` in the index now, of which so many added or changed, and pages removed; ``embedded`` counts chunks.

    ``skipped`` are the messages of pages that cannot be used and are therefore found by nobody, not even in an older form: what their
    audience is now cannot be known. ``tokenizer`` is by what chunks were measured: a vocabulary, or ``estimate``.
    """

    pages: int
    added: int
    changed: int
    removed: int
    chunks: int
    embedded: int
    skipped: tuple[str, ...]
    version: str
    tokenizer: str


@dataclass(frozen=True)
class _Change:
    """One audience whose index has to move. ``present`` are the vector ids that Chroma holds."""

    audience: Audience
    snapshot: Snapshot
    present: frozenset[str]

    @property
    def wanted(self) -> list[Chunk]:
        return [chunk for chunk in self.snapshot.chunks if self.snapshot.vector_id(chunk) not in self.present]

    @property
    def spare(self) -> list[str]:
        return sorted(self.present - self.snapshot.by_vector.keys())


class Ingestion:
    """The handbook of one tenant and the places where its index lives."""

    def __init__(self, handbook: Path, tenant: str, *, encoder: Encoder, vectors: Vectors, indexes: Indexes, clock: Clock) -> None:
        self._handbook, self._tenant = handbook, tenant
        self._encoder, self._vectors, self._indexes, self._clock = encoder, vectors, indexes, clock

    async def run(self, progress: Progress | None = None) -> IngestReport:
        """Index what changed. ``progress`` hears what is being done ("reading" of files, "embedding headings", "embedding" of chunks), how
        many of how many; a handbook without changes reads and embeds nothing.

        Raises:
            InvalidFile: the handbook folder is missing.
            Unavailable: encoder, Chroma server, or the place of the indexes.
        """
        require_folder(self._handbook)
        async with self._indexes.alone(self._tenant, "handbook"):
            old = {audience: await self._stored(audience) for audience in AUDIENCES}
            reading = await asyncio.to_thread(read_all, [("", self._handbook)], old, self._clock.now(), progress)
            compared = [await self._compare(audience, old[audience], reading) for audience in AUDIENCES]
            changes = await self._headed([change for change in compared if change], old, progress)
            embedded = await self._apply(changes, progress)
        return self._report(old, reading, embedded)

    async def _stored(self, audience: Audience) -> Snapshot | None:
        stored = await self._indexes.read(self._tenant, index_name(audience))
        try:
            return await asyncio.to_thread(Snapshot.from_bytes, stored[1]) if stored else None
        except Unavailable:
            return None

    async def _compare(self, audience: Audience, old: Snapshot | None, reading: Reading) -> _Change | None:
        pages = [page for page in reading.pages if page.audience == audience]
        collection = vectors_name(self._tenant, audience)
        version = content_version(self._encoder.version, _digests(pages))
        if old and old.version == version and await self._vectors.count(collection) == len(old.chunks):
            return None
        new = await asyncio.to_thread(self._build, pages)
        return _Change(audience, new, frozenset(await self._vectors.ids(collection)))

    def _build(self, pages: Sequence[Kept]) -> Snapshot:
        chunks = [chunk for page in pages for chunk in page.chunks]
        return Snapshot.of(self._encoder.version, _digests(pages), chunks, {page.document: page.since for page in pages})

    async def _headed(self, changes: list[_Change], old: Mapping[Audience, Snapshot | None], progress: Progress | None) -> list[_Change]:
        """With the vectors of their headings; those of another encoder's are made anew."""
        same = [snapshot for snapshot in old.values() if snapshot and snapshot.encoder == self._encoder.version]
        known = {heading: vector for each in same for heading, vector in zip(each.headings, each.heading_vectors, strict=True)}
        missing = list(dict.fromkeys(heading for each in changes for heading in each.snapshot.headings if heading not in known))
        for start in range(0, len(missing), STEP):
            batch = missing[start : start + STEP]
            vectors = await asyncio.to_thread(self._encoder.encode, batch)
            known |= dict(zip(batch, vectors.astype("float16"), strict=True))
            if progress:
                progress("embedding headings", start + len(batch), len(missing))
        return [replace(change, snapshot=change.snapshot.with_headings(known)) for change in changes]

    async def _apply(self, changes: list[_Change], progress: Progress | None) -> int:
        """How many chunks it encoded."""
        await self._embed(changes, progress)
        for change in changes:
            snapshot = change.snapshot
            blob = await asyncio.to_thread(snapshot.to_bytes)
            await self._indexes.write(self._tenant, index_name(change.audience), snapshot.version, blob)
        for change in changes:
            await self._vectors.delete(vectors_name(self._tenant, change.audience), change.spare)
        return sum(len(change.wanted) for change in changes)

    async def _embed(self, changes: list[_Change], progress: Progress | None) -> None:
        """Encode what is new; while a batch is encoded, the one before it is stored."""
        total, done = sum(len(change.wanted) for change in changes), 0
        held: tuple[_Change, list[Chunk], NDArray[np.float32]] | None = None
        for change, batch in _batches(changes):
            texts = [chunk.searchable for chunk in batch]
            vectors, _ = await asyncio.gather(asyncio.to_thread(self._encoder.encode, texts), self._add(held))
            held = change, batch, vectors
            done += len(batch)
            if progress:
                progress("embedding", done, total)
        await self._add(held)

    async def _add(self, held: "tuple[_Change, list[Chunk], NDArray[np.float32]] | None") -> None:
        if held:
            change, batch, vectors = held
            collection = vectors_name(self._tenant, change.audience)
            await self._vectors.add(collection, [change.snapshot.vector_id(chunk) for chunk in batch], vectors)

    def _report(self, old: dict[Audience, Snapshot | None], reading: Reading, embedded: int) -> IngestReport:
        before = {document: digest for snapshot in old.values() if snapshot for document, digest in snapshot.digests.items()}
        after = _digests(reading.pages)
        return IngestReport(
            pages=len(after),
            added=len(after.keys() - before.keys()),
            changed=sum(before[document] != digest for document, digest in after.items() if document in before),
            removed=len(before.keys() - after.keys()),
            chunks=sum(len(page.chunks) for page in reading.pages),
            embedded=embedded,
            skipped=reading.skipped,
            version=content_version(self._encoder.version, after),
            tokenizer=name(),
        )


async def forget(tenant: str, *, vectors: Vectors) -> None:
    """Drop every vector of a tenant; its snapshots are rows that ``store`` erases."""
    for audience in AUDIENCES:
        await vectors.drop(vectors_name(tenant, audience))


def _digests(pages: Sequence[Kept]) -> dict[str, str]:
    return {page.document: page.digest for page in pages}


def _batches(changes: list[_Change]) -> Iterator[tuple[_Change, list[Chunk]]]:
    for change in changes:
        wanted = change.wanted
        for start in range(0, len(wanted), STEP):
            yield change, wanted[start : start + STEP]
