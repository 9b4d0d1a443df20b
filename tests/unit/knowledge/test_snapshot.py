import io

import numpy as np
import pytest

from core.errors import Unavailable
from knowledge.chunks import Chunk
from knowledge.snapshot import Snapshot, content_version, vectors_name

CHUNK = Chunk(id="1", document="refunds", heading="Refunds > Annual", text="Annual plans: 30 days. Zürich €")


def snapshot(encoder: str = "e1") -> Snapshot:
    return Snapshot.of(encoder, {"refunds": "abc"}, [CHUNK])


def test_a_snapshot_comes_back_as_it_was() -> None:
    before = snapshot()
    after = Snapshot.from_bytes(before.to_bytes())
    assert (after.version, after.chunks, after.digests) == (before.version, before.chunks, before.digests)
    assert np.array_equal(after.lexicon.coverage("annual plans"), before.lexicon.coverage("annual plans"))


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
