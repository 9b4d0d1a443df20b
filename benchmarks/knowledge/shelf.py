"""Handbooks in a folder of their own: the pages, a Chroma server, the snapshots. All of it the product's own code, without a database."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path

from benchmarks.knowledge.questions import ASKED_ON
from core.clock import ShiftedClock
from core.ports import Encoder
from knowledge.chroma import Vectors
from knowledge.index import HandbookRetriever
from knowledge.ingest import Ingestion, IngestReport
from knowledge.ranking import DEFAULT, Ranking
from knowledge.reading import Progress

NOON = datetime.combine(ASKED_ON, time(12), UTC)


class FolderIndexes:
    """``core.ports.Indexes`` as files; one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def version(self, tenant: str, collection: str) -> str | None:
        file = self._file(tenant, collection)
        return file.with_suffix(".version").read_text("utf-8") if file.exists() else None

    async def read(self, tenant: str, collection: str) -> tuple[str, bytes] | None:
        version = await self.version(tenant, collection)
        return (version, self._file(tenant, collection).read_bytes()) if version else None

    async def write(self, tenant: str, collection: str, version: str, blob: bytes) -> None:
        file = self._file(tenant, collection)
        file.with_suffix(".version").write_text(version, "utf-8")
        file.write_bytes(blob)

    @asynccontextmanager
    async def alone(self, tenant: str, collection: str) -> AsyncIterator[None]:  # noqa: ARG002 - the port's signature
        """Nobody else uses the folder."""
        yield

    def _file(self, tenant: str, collection: str) -> Path:
        return self._folder / f"{tenant}.{collection}.blob"


class Shelf:
    """The handbooks of several tenants below ``folder``."""

    def __init__(self, folder: Path, encoder: Encoder, vectors: Vectors | None = None) -> None:
        self.folder, self.encoder = folder, encoder
        self.vectors = vectors or Vectors(data=folder, linger_s=0)
        self.clock, self.indexes = ShiftedClock(NOON), FolderIndexes(folder / "indexes")

    def write(self, tenant: str, pages: Iterable[tuple[str, str]]) -> None:
        """Pages by their path without ``.md``."""
        for document, text in pages:
            file = self.handbook(tenant) / f"{document}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")

    def handbook(self, tenant: str) -> Path:
        return self.folder / "pages" / tenant

    async def ingest(self, tenant: str, handbook: Path | None = None, progress: Progress | None = None) -> IngestReport:
        where = handbook or self.handbook(tenant)
        run = Ingestion(where, tenant, encoder=self.encoder, vectors=self.vectors, indexes=self.indexes, clock=self.clock)
        report = await run.run(progress)
        assert not report.skipped, report.skipped[0]  # a figure without some of the pages would be of another handbook
        return report

    def retriever(self, tenant: str, ranking: Ranking = DEFAULT) -> HandbookRetriever:
        return HandbookRetriever(
            tenant, encoder=self.encoder, vectors=self.vectors, indexes=self.indexes, clock=self.clock, ranking=ranking
        )

    async def close(self) -> None:
        await self.vectors.close()
