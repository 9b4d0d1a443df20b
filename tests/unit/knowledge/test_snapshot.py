import io
from datetime import UTC, date, datetime

import numpy as np
import pytest

from core.errors import Unavailable
from knowledge.chunks import Chunk
from knowledge.snapshot import Snapshot, content_version, vectors_name

CHUNK = Chunk("1", "refunds", "Refunds > Annual", "Annual plans: 30 days. Zürich €", date(2026, 1, 5), None, ("emea",), "en")
AT = datetime(2026, 3, 10, 14, tzinfo=UTC)


def snapshot(encoder: str = "e1") -> Snapshot:
    return Snapshot.of(encoder, {"refunds": "abc"}, [CHUNK], {"refunds": AT})


def test_a_snapshot_comes_back_as_it_was() -> None:
    before = snapshot()
    after = Snapshot.from_bytes(before.to_bytes())
    assert (after.version, after.chunks, after.digests, after.since) == (before.version, before.chunks, before.digests, before.since)
    assert np.array_equal(after.lexicon.coverage("annual plans"), before.lexicon.coverage("annual plans"))


def test_a_text_that_no_encoding_has_comes_back_too() -> None:
    broken = CHUNK._replace(text="half a \ud83d sign")
    assert Snapshot.from_bytes(Snapshot.of("e1", {}, [broken]).to_bytes()).chunks == (broken,)


@pytest.mark.parametrize(
    "chunks",
    [(CHUNK, CHUNK._replace(id="2", document="other"), CHUNK._replace(id="3")), (CHUNK, CHUNK._replace(id="2", regions=()))],
)
def test_chunks_of_one_document_that_are_of_two_pages_are_refused(chunks: tuple[Chunk, ...]) -> None:
    with pytest.raises(ValueError, match="do not stand together"):
        Snapshot.of("e1", {}, chunks)


def test_an_empty_snapshot_comes_back_too() -> None:
    assert Snapshot.from_bytes(Snapshot.of("e1", {}, []).to_bytes()).chunks == ()


@pytest.mark.parametrize("blob", [b"", b"garbage", snapshot().to_bytes()[:-40]])
def test_a_damaged_blob_asks_for_another_ingest(blob: bytes) -> None:
    with pytest.raises(Unavailable, match="knowledge ingest"):
        Snapshot.from_bytes(blob)


def test_a_blob_never_runs_code() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array([object()], dtype=object))
    with pytest.raises(Unavailable, match="cannot be read"):
        Snapshot.from_bytes(buffer.getvalue())


def test_another_encoder_or_another_page_is_another_version() -> None:
    versions = {
        content_version("e1", {"a": "1"}),
        content_version("e2", {"a": "1"}),
        content_version("e1", {"a": "2"}),
        content_version("e1", {}),
    }
    assert len(versions) == 4
    assert snapshot("e1").by_vector.keys().isdisjoint(snapshot("e2").by_vector)


def test_no_two_tenants_share_a_collection() -> None:
    names = [vectors_name(tenant, audience) for tenant in ("a", "a-public", "public") for audience in ("public", "internal")]
    assert len(set(names)) == len(names)
