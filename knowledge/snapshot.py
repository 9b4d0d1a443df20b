"""One audience's part of the handbook at one version: its chunks and their lexicon, as the blob that is kept centrally."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import TypeAdapter

from core.errors import Unavailable
from core.types import Audience
from knowledge.chunks import Chunk
from knowledge.lexicon import Lexicon, build

FORMAT = 1
AUDIENCES: tuple[Audience, ...] = ("public", "internal", "restricted")
_CHUNKS = TypeAdapter(tuple[Chunk, ...])


def index_name(audience: Audience) -> str:
    """The collection in ``core.ports.Indexes``, which keeps tenants apart itself."""
    return f"handbook-{audience}"


def vectors_name(tenant: str, audience: Audience) -> str:
    """The collection in Chroma. Tenant ids have no dots, so two of them never share a name."""
    return f"usher.{tenant}.{audience}"


def content_version(encoder: str, digests: Mapping[str, str]) -> str:
    """What a version is made of: this format, the encoder, and each page's path and bytes."""
    content = json.dumps([FORMAT, encoder, sorted(digests.items())], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Snapshot:
    """``digests`` is document → digest of the page that its chunks come from."""

    encoder: str
    digests: dict[str, str]
    chunks: tuple[Chunk, ...]
    lexicon: Lexicon

    @classmethod
    def of(cls, encoder: str, digests: dict[str, str], chunks: Sequence[Chunk]) -> "Snapshot":
        return cls(encoder, digests, tuple(chunks), build([chunk.searchable for chunk in chunks]))

    @property
    def version(self) -> str:
        return content_version(self.encoder, self.digests)

    @cached_property
    def by_vector(self) -> dict[str, int]:
        """Id in Chroma → position in ``chunks``."""
        return {self.vector_id(chunk): position for position, chunk in enumerate(self.chunks)}

    def vector_id(self, chunk: Chunk) -> str:
        """Another encoder means another vector, so both versions can stand side by side while one is replaced."""
        return f"{chunk.id}.{self.encoder}"

    def to_bytes(self) -> bytes:
        import numpy as np

        chunks = _CHUNKS.dump_python(self.chunks, mode="json")
        head = {"format": FORMAT, "encoder": self.encoder, "digests": self.digests, "chunks": chunks, "vocabulary": self.lexicon.vocabulary}
        packed = zlib.compress(json.dumps(head, ensure_ascii=False).encode())
        buffer = io.BytesIO()
        lexicon = self.lexicon
        np.savez(buffer, head=np.frombuffer(packed, np.uint8), data=lexicon.data, indices=lexicon.indices, indptr=lexicon.indptr)
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
                chunks = _CHUNKS.validate_python(head["chunks"], strict=False)
                lexicon = Lexicon(head["vocabulary"], arrays["data"], arrays["indices"], arrays["indptr"], len(chunks))
        except (ValueError, KeyError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise Unavailable(what="handbook index", problem=f"cannot be read ({error}); run `app.py knowledge ingest`") from None
        return cls(head["encoder"], head["digests"], chunks, lexicon)
