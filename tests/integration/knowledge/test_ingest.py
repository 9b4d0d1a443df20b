from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.chroma import Vectors
from knowledge.ingest import Ingestion, forget
from knowledge.snapshot import AUDIENCES, index_name, vectors_name
from tests.integration.knowledge.conftest import Library, MemoryIndexes, WordEncoder


async def test_the_first_run_indexes_every_page(library: Library) -> None:
    report = await library.ingestion.run()
    assert (report.pages, report.added, report.chunks, report.embedded, report.skipped) == (3, 3, 3, 3, ())
    assert (await library.documents("annual plans"))[0] == "refunds"


async def test_an_unchanged_handbook_costs_no_encoding_and_no_writing(library: Library) -> None:
    first = await library.ingestion.run()
    library.encoder.encoded.clear()
    rows = dict(library.indexes.rows)
    report = await library.ingestion.run()
    assert (report.added, report.changed, report.removed, report.embedded, report.version) == (0, 0, 0, 0, first.version)
    assert library.encoder.encoded == []
    assert library.indexes.rows == rows


async def test_only_the_page_that_changed_is_encoded_again(library: Library) -> None:
    await library.ingestion.run()
    library.encoder.encoded.clear()
    library.write("hours", "Support is open around the clock.")
    report = await library.ingestion.run()
    assert (report.changed, report.embedded) == (1, 1)
    assert library.encoder.encoded == ["Hours\nSupport is open around the clock."]


async def test_a_deleted_page_is_gone_with_its_vectors(library: Library) -> None:
    await library.ingestion.run()
    (library.folder / "refunds.md").unlink()
    report = await library.ingestion.run()
    assert (report.removed, report.pages) == (1, 2)
    assert await library.documents("annual plans refunded") == ["hours"]
    assert await library.vectors.count(vectors_name(library.tenant, "public")) == 1


async def test_a_page_made_internal_is_no_longer_public(library: Library) -> None:
    await library.ingestion.run()
    library.write("refunds", "Annual plans are refunded within thirty days.", audience="internal")
    report = await library.ingestion.run()
    assert (report.changed, report.added, report.removed) == (1, 0, 0)
    assert await library.documents("annual plans refunded") == ["hours"]


@pytest.mark.parametrize("content", [b"# no front matter", b"---\ntitle: x\naudience: public\n---\n\xff\xfe", b"---\ntitle: x\n---\ntext"])
async def test_a_broken_page_is_named_and_the_rest_goes_on(library: Library, content: bytes) -> None:
    (library.folder / "broken.md").write_bytes(content)
    (library.folder / "folder.md").mkdir()
    report = await library.ingestion.run()
    assert report.pages == 3
    assert [problem.partition(":")[0] for problem in report.skipped] == [
        str(library.folder / f"{name}.md") for name in ("broken", "folder")
    ]


async def test_a_page_that_breaks_is_not_answered_from_any_more(library: Library) -> None:
    await library.ingestion.run()
    (library.folder / "refunds.md").write_text("---\naudience: publ", "utf-8")
    assert len((await library.ingestion.run()).skipped) == 1
    assert await library.documents("annual plans refunded") == ["hours"]


async def test_an_interrupted_run_leaves_the_version_before_and_the_next_one_finishes(library: Library) -> None:
    await library.ingestion.run()
    library.write("refunds", "Annual plans are never refunded.")
    library.write("hours", "Support is closed.")
    library.encoder.encoded.clear()
    library.encoder.fail_after = 0
    with pytest.raises(RuntimeError, match="power cut"):
        await library.ingestion.run()
    library.encoder.fail_after = None
    (passage,) = await library.retriever.search("annual plans refunded", audiences=["public"], limit=1)
    assert passage.text == "Annual plans are refunded within thirty days."
    await library.ingestion.run()
    (passage,) = await library.retriever.search("annual plans refunded", audiences=["public"], limit=1)
    assert passage.text == "Annual plans are never refunded."


async def test_lost_vectors_are_put_back(library: Library) -> None:
    await library.ingestion.run()
    await forget(library.tenant, vectors=library.vectors)
    assert (await library.ingestion.run()).embedded == 3
    assert (await library.documents("annual plans"))[0] == "refunds"


async def test_a_damaged_index_is_built_anew(library: Library) -> None:
    await library.ingestion.run()
    key = (library.tenant, index_name("public"))
    library.indexes.rows[key] = (library.indexes.rows[key][0], b"damaged")
    await library.ingestion.run()
    assert (await library.documents("annual plans"))[0] == "refunds"


async def test_another_encoder_encodes_everything_anew(library: Library) -> None:
    await library.ingestion.run()
    library.encoder = WordEncoder("words-2")
    assert (await library.ingestion.run()).embedded == 3
    assert [await library.vectors.count(vectors_name(library.tenant, audience)) for audience in AUDIENCES] == [2, 1, 0]


async def test_progress_counts_up_to_the_total(library: Library) -> None:
    heard: list[tuple[int, int]] = []
    await library.ingestion.run(lambda done, total: heard.append((done, total)))
    assert heard == [(2, 3), (3, 3)]


async def test_drafts_and_hidden_files_are_no_pages(library: Library) -> None:
    for name in (".refunds.md.swp.md", "notes.txt"):
        (library.folder / name).write_text("draft")
    assert (await library.ingestion.run()).skipped == ()


async def test_a_missing_handbook_is_named(tmp_path: Path, vectors: Vectors) -> None:
    ingestion = Ingestion(tmp_path / "no", "t1", encoder=WordEncoder(), vectors=vectors, indexes=MemoryIndexes())
    with pytest.raises(InvalidFile, match="no such folder"):
        await ingestion.run()
