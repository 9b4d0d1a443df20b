"""One audience's part of the handbook at one version: its chunks and their lexicon, as the blob that is kept centrally."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from core.errors import Unavailable
from core.types import Audience
from knowledge.chunks import Chunk
from knowledge.lexicon import Lexicon, build

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 2
AUDIENCES: tuple[Audience, ...] = ("public", "internal", "restricted")


def index_name(audience: Audience) -> str:
    """The collection in ``core.ports.Indexes``, which keeps tenants apart itself."""
    return f"handbook-{audience}"


def vectors_name(tenant: str, audience: Audience) -> str:
    """The collection in Chroma. Tenant ids have no dots, so two of them never share a name."""
    return f"usher.{tenant}.{audience}"


def content_version(encoder: str, digests: Mapping[str, str]) -> str:
    """What a version is made of: this format, the encoder, and each page's path and bytes."""
    content = json.dumps([FORMAT, encoder, sorted(digests.items())], separators=(",", ":"))
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Snapshot:
    """By document: the digest of what its chunks come from, and since when they are what they are (UTC). A document's chunks stand
    together.

    ``heading_vectors``: a row each of ``headings``, unit vectors in float16 (headings, dimensions).
    """

    encoder: str
    digests: dict[str, str]
    chunks: tuple[Chunk, ...]
    lexicon: Lexicon
    since: dict[str, datetime]
    heading_vectors: "NDArray[np.float16]"

    @classmethod
    def of(
        cls, encoder: str, digests: Mapping[str, str], chunks: Sequence[Chunk], since: Mapping[str, datetime] | None = None
    ) -> "Snapshot":
        """Without its headings' vectors, which ``with_headings`` gives.

        Raises:
            ValueError: a document's chunks do not stand together, or differ in what holds of the page.
        """
        import numpy as np

        pages = [page for page, _ in groupby((chunk.document, _row(chunk)) for chunk in chunks)]
        if len(pages) != len({document for document, _ in pages}):
            raise ValueError("chunks of one document do not stand together, or are of two pages")

        lexicon = build([chunk.searchable for chunk in chunks])
        return cls(encoder, dict(digests), tuple(chunks), lexicon, dict(since or {}), np.zeros((0, 0), np.float16))

    def with_headings(self, vectors: "Mapping[str, NDArray[np.float16]]") -> "Snapshot":
        """The same with a vector for each of its headings."""
        import numpy as np

        rows = [vectors[heading] for heading in self.headings]
        return replace(self, heading_vectors=np.stack(rows) if rows else np.zeros((0, 0), np.float16))

    @property
    def version(self) -> str:
        return content_version(self.encoder, self.digests)

    @cached_property
    def by_vector(self) -> dict[str, int]:
        """Id in Chroma → position in ``chunks``."""
        return {self.vector_id(chunk): position for position, chunk in enumerate(self.chunks)}

    @cached_property
    def by_document(self) -> dict[str, list[Chunk]]:
        """Document → its chunks, in order."""
        found: dict[str, list[Chunk]] = {}
        for chunk in self.chunks:
            found.setdefault(chunk.document, []).append(chunk)
        return found

    @cached_property
    def span_of(self) -> dict[str, tuple[int, int]]:
        """Document → where its chunks begin and end in ``chunks``."""
        spans: dict[str, tuple[int, int]] = {}
        for at, chunk in enumerate(self.chunks):
            spans[chunk.document] = spans.get(chunk.document, (at, at))[0], at + 1
        return spans

    @cached_property
    def headings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chunk.heading for chunk in self.chunks))

    @cached_property
    def heading_of(self) -> "NDArray[np.int32]":
        """For each chunk the row of its heading."""
        import numpy as np

        rows = {heading: row for row, heading in enumerate(self.headings)}
        return np.array([rows[chunk.heading] for chunk in self.chunks], np.int32)

    def vector_id(self, chunk: Chunk) -> str:
        """Another encoder means another vector, so both versions can stand side by side while one is replaced."""
        return f"{chunk.id}.{self.encoder}"

    def to_bytes(self) -> bytes:
        import numpy as np

        documents = {document: _row(chunks[0]) for document, chunks in self.by_document.items()}
        chunks = [(chunk.id, chunk.document, chunk.heading, chunk.text) for chunk in self.chunks]
        head = {
            "format": FORMAT,
            "encoder": self.encoder,
            "digests": self.digests,
            "since": {document: at.isoformat() for document, at in self.since.items()},
            "documents": documents,
            "chunks": chunks,
            "vocabulary": self.lexicon.vocabulary,
        }
        packed = zlib.compress(json.dumps(head).encode(), level=1)  # in ASCII: lone surrogates of a broken file come back as they were
        buffer = io.BytesIO()
        lexicon = self.lexicon
        np.savez(
            buffer,
            head=np.frombuffer(packed, np.uint8),
            data=lexicon.data,
            indices=lexicon.indices,
            indptr=lexicon.indptr,
            headings=self.heading_vectors,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Snapshot":
        """Raises:
        Unavailable: the blob is damaged or was written by another version of the product.
        """
        import numpy as np

        try:
            with np.load(io.BytesIO(blob), allow_pickle=False) as arrays:
                head = json.loads(zlib.decompress(arrays["head"].tobytes()))
                if head["format"] != FORMAT:
                    raise ValueError(f"format {head['format']}")
                facts = {document: _facts(row) for document, row in head["documents"].items()}
                chunks = tuple(Chunk(id, at, heading, text, *facts[at]) for id, at, heading, text in head["chunks"])
                lexicon = Lexicon(head["vocabulary"], arrays["data"], arrays["indices"], arrays["indptr"], len(chunks))
                since = {document: datetime.fromisoformat(at) for document, at in head["since"].items()}
                headings = arrays["headings"]
        except (ValueError, TypeError, KeyError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise Unavailable(what="handbook index", problem=f"cannot be read ({error}); run `app.py knowledge ingest`") from None
        return cls(head["encoder"], head["digests"], chunks, lexicon, since, headings)


def _row(chunk: Chunk) -> tuple[str | None, str | None, tuple[str, ...], str | None]:
    """What all chunks of a document have in common."""
    effective = chunk.effective.isoformat() if chunk.effective else None
    expires = chunk.expires.isoformat() if chunk.expires else None
    return effective, expires, chunk.regions, chunk.language


def _facts(row: Any) -> tuple[date | None, date | None, tuple[str, ...], str | None]:
    effective, expires, regions, language = row
    return effective and date.fromisoformat(effective), expires and date.fromisoformat(expires), tuple(regions), language
