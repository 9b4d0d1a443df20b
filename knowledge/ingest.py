"""Bring the handbook into the index: only what changed, page by page, switched over in one step.

A reader looks only at chunks that the stored snapshot lists. New vectors are added first, then the snapshot is replaced, then vectors that
no snapshot lists are removed: an interrupted run leaves the version before readable, and the next run finishes the work.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidFile, Unavailable
from core.ports import Encoder, Indexes
from core.types import Audience
from core.value import Value
from knowledge.chroma import Vectors
from knowledge.chunks import Chunk, Page, read_page, split
from knowledge.files import require_folder
from knowledge.snapshot import AUDIENCES, Snapshot, content_version, index_name, vectors_name

LOG = logging.getLogger("usher.knowledge.ingest")
STEP = 32

Progress = Callable[[int, int], None]


class IngestReport(Value):
    """What one run did: ``pages`` in the index now, of which so many added or changed, and pages removed; ``embedded`` counts chunks.

    ``skipped`` are the messages of pages that cannot be used and are therefore found by nobody, not even in an older form: what their
    audience is now cannot be known.
    """

    pages: int
    added: int
    changed: int
    removed: int
    chunks: int
    embedded: int
    skipped: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class _Change:
    """One audience whose index has to move. ``present`` are the vector ids that Chroma holds."""

    audience: Audience
    old: Snapshot | None
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

    def __init__(self, handbook: Path, tenant: str, *, encoder: Encoder, vectors: Vectors, indexes: Indexes) -> None:
        self._handbook, self._tenant = handbook, tenant
        self._encoder, self._vectors, self._indexes = encoder, vectors, indexes

    async def run(self, progress: Progress | None = None) -> IngestReport:
        """Index what changed. ``progress`` hears (chunks embedded, chunks to embed); a handbook without changes embeds nothing.

        Raises:
            InvalidFile: the handbook folder is missing.
            Unavailable: encoder or Chroma server.
        """
        pages, skipped = await asyncio.to_thread(_read, self._handbook)
        compared = [await self._compare(audience, [page for page in pages if page.front.audience == audience]) for audience in AUDIENCES]
        await self._apply([change for _, change in compared if change], progress)
        return self._report(pages, skipped, compared)

    async def _compare(self, audience: Audience, pages: Sequence[Page]) -> tuple[Snapshot, _Change | None]:
        old = await self._stored(audience)
        collection = vectors_name(self._tenant, audience)
        version = content_version(self._encoder.version, _digests(pages))
        if old and old.version == version and await self._vectors.count(collection) == len(old.chunks):
            return old, None
        new = await asyncio.to_thread(self._build, old, pages)
        return new, _Change(audience, old, new, frozenset(await self._vectors.ids(collection)))

    async def _stored(self, audience: Audience) -> Snapshot | None:
        stored = await self._indexes.read(self._tenant, index_name(audience))
        try:
            return Snapshot.from_bytes(stored[1]) if stored else None
        except Unavailable:
            return None

    def _build(self, old: Snapshot | None, pages: Sequence[Page]) -> Snapshot:
        chunks = [chunk for page in pages for chunk in _unchanged(old, page) or split(page)]
        return Snapshot.of(self._encoder.version, _digests(pages), chunks)

    def _report(self, pages: Sequence[Page], skipped: tuple[str, ...], compared: Sequence[tuple[Snapshot, _Change | None]]) -> IngestReport:
        before: dict[str, str] = {}
        for snapshot, change in compared:
            old = change.old if change else snapshot
            before |= old.digests if old else {}
        after = _digests(pages)
        return IngestReport(
            pages=len(after),
            added=len(after.keys() - before.keys()),
            changed=sum(before[document] != digest for document, digest in after.items() if document in before),
            removed=len(before.keys() - after.keys()),
            chunks=sum(len(snapshot.chunks) for snapshot, _ in compared),
            embedded=sum(len(change.wanted) for _, change in compared if change),
            skipped=skipped,
            version=content_version(self._encoder.version, after),
        )

    async def _apply(self, changes: list[_Change], progress: Progress | None) -> None:
        total = sum(len(change.wanted) for change in changes)
        done = 0
        for change in changes:
            collection = vectors_name(self._tenant, change.audience)
            for batch in _batches(change.wanted):
                vectors = await asyncio.to_thread(self._encoder.encode, [chunk.searchable for chunk in batch])
                await self._vectors.add(collection, [change.snapshot.vector_id(chunk) for chunk in batch], vectors)
                done += len(batch)
                if progress:
                    progress(done, total)
        for change in changes:
            snapshot = change.snapshot
            await self._indexes.write(self._tenant, index_name(change.audience), snapshot.version, snapshot.to_bytes())
        for change in changes:
            await self._vectors.delete(vectors_name(self._tenant, change.audience), change.spare)


async def forget(tenant: str, *, vectors: Vectors) -> None:
    """Drop every vector of a tenant; its snapshots are rows that ``store`` erases."""
    for audience in AUDIENCES:
        await vectors.drop(vectors_name(tenant, audience))


def _read(handbook: Path) -> tuple[list[Page], tuple[str, ...]]:
    """Every usable page in order of its path, and what is wrong with each of the others."""
    require_folder(handbook)
    pages: list[Page] = []
    skipped: list[str] = []
    for path in sorted(handbook.rglob("*.md")):
        if any(part.startswith(".") for part in path.relative_to(handbook).parts):
            continue
        try:
            pages.append(read_page(path, handbook))
        except InvalidFile as error:
            LOG.warning("page skipped: %s", error)
            skipped.append(str(error))
    return pages, tuple(skipped)


def _digests(pages: Iterable[Page]) -> dict[str, str]:
    return {page.document: page.digest for page in pages}


def _unchanged(old: Snapshot | None, page: Page) -> list[Chunk]:
    if old is None or old.digests.get(page.document) != page.digest:
        return []
    return [chunk for chunk in old.chunks if chunk.document == page.document]


def _batches(chunks: list[Chunk]) -> Iterable[list[Chunk]]:
    return (chunks[start : start + STEP] for start in range(0, len(chunks), STEP))
