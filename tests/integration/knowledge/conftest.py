"""One embedded Chroma server for the session, a handbook that a test may change, and small stand-ins for encoder and database."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.clock import ShiftedClock
from core.types import Audience
from core.value import Span
from knowledge.chroma import Vectors
from knowledge.chroma_embedded import EmbeddedChroma
from knowledge.index import HandbookRetriever
from knowledge.ingest import Ingestion
from knowledge.lexicon import terms
from knowledge.snapshot import Snapshot, index_name

AT = datetime(2026, 3, 10, 14, tzinfo=UTC)


class WordEncoder:
    """A bag of words by hashing: texts that share words are near."""

    def __init__(self, version: str = "words-1") -> None:
        self.version = version
        self.encoded: list[str] = []
        self.fail_after: int | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        if self.fail_after is not None and len(self.encoded) > self.fail_after:
            raise RuntimeError("power cut")
        vectors = np.full((len(texts), 384), 1e-6, np.float32)
        for row, text in enumerate(texts):
            for word in terms(text):
                vectors[row, int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest()) % 384] += 1
        unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def states(self, text: str) -> tuple[Sequence[Span], NDArray[np.float32]]:
        """The text as one token."""
        return [Span(start=0, end=len(text))], self.encode([text])


class MemoryIndexes:
    """``core.ports.Indexes`` in a dictionary, counting what is read."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.reads: list[tuple[str, str]] = []
        self.locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def version(self, tenant: str, collection: str) -> str | None:
        row = self.rows.get((tenant, collection))
        return row[0] if row else None

    async def read(self, tenant: str, collection: str) -> tuple[str, bytes] | None:
        self.reads.append((tenant, collection))
        return self.rows.get((tenant, collection))

    async def write(self, tenant: str, collection: str, version: str, blob: bytes) -> None:
        self.rows[tenant, collection] = (version, blob)

    @asynccontextmanager
    async def alone(self, tenant: str, work: str) -> AsyncIterator[None]:
        async with self.locks[tenant, work]:
            yield


class Library:
    """One tenant's handbook with everything around it."""

    def __init__(self, folder: Path, tenant: str, vectors: Vectors) -> None:
        self.folder, self.tenant, self.vectors = folder, tenant, vectors
        self.encoder, self.indexes, self.clock = WordEncoder(), MemoryIndexes(), ShiftedClock(AT)
        self.write("refunds", "Annual plans are refunded within thirty days.")
        self.write("hours", "Support is open from nine to five.")
        self.write("discounts", "A discount above twenty percent needs the cro.", audience="internal")

    def write(self, name: str, text: str, *, audience: str = "public", more: str = "") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        head = f"---\ntitle: {name.title()}\naudience: {audience}\n{more}---\n"
        (self.folder / f"{name}.md").write_text(f"{head}# {name.title()}\n\n{text}\n", "utf-8")

    @property
    def ingestion(self) -> Ingestion:
        return Ingestion(self.folder, self.tenant, encoder=self.encoder, vectors=self.vectors, indexes=self.indexes, clock=self.clock)

    def stored(self, audience: Audience) -> Snapshot:
        return Snapshot.from_bytes(self.indexes.rows[self.tenant, index_name(audience)][1])

    @property
    def retriever(self) -> HandbookRetriever:
        return HandbookRetriever(
            self.tenant, encoder=self.encoder, vectors=self.vectors, indexes=self.indexes, clock=self.clock, refresh_s=0
        )

    async def documents(self, query: str, *audiences: str) -> list[str]:
        found = await self.retriever.search(query, audiences=audiences or ("public",), limit=5)  # type: ignore[arg-type]
        return [passage.document for passage in found.passages]


@pytest.fixture(scope="session")
def chroma_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("chroma")
    server = EmbeddedChroma(data / "chroma", linger_s=0)
    server.attach()
    yield data
    server.detach()


@pytest.fixture
async def vectors(chroma_data: Path) -> AsyncIterator[Vectors]:
    vectors = Vectors(data=chroma_data)
    yield vectors
    await vectors.close()


@pytest.fixture
def library(tmp_path: Path, request: pytest.FixtureRequest, vectors: Vectors) -> Library:
    tenant = "t" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    return Library(tmp_path / "handbook", tenant, vectors)
