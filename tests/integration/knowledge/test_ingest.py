import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import ShiftedClock
from core.errors import InvalidFile
from knowledge.chroma import Vectors
from knowledge.ingest import Ingestion, forget
from knowledge.snapshot import AUDIENCES, index_name, vectors_name
from tests.integration.knowledge.conftest import AT, Library, MemoryIndexes, WordEncoder
from tests.support.documents import confluence, lines, pdf, word, zipped


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


async def test_what_did_not_change_is_not_even_opened(library: Library) -> None:
    page, prices = library.folder / "prices.docx", word(("Normal", "Ten a seat."))
    (library.folder / "_pages.yaml").write_text("defaults: {audience: public}\n")
    page.write_bytes(prices)
    await library.ingestion.run()
    loaders_seen = sys.modules.pop("mammoth")
    assert (await library.ingestion.run()).skipped == ()
    assert "mammoth" not in sys.modules
    sys.modules["mammoth"] = loaders_seen


async def test_what_a_folder_file_says_anew_of_a_page_is_taken_over(library: Library) -> None:
    (library.folder / "site").mkdir()
    (library.folder / "site" / "a.html").write_text("<h1>Trials</h1><p>A trial lasts two weeks.</p>")
    said = library.folder / "site" / "_pages.yaml"
    said.write_text("defaults: {audience: public, regions: [emea]}\n")
    await library.ingestion.run()
    assert library.stored("public").by_document["site/a.html"][0].regions == ("emea",)
    said.write_text("defaults: {audience: internal, language: en}\n")
    report = await library.ingestion.run()
    assert (report.changed, report.added, report.removed, report.embedded) == (1, 0, 0, 1)
    assert "site/a.html" not in library.stored("public").digests
    assert library.stored("internal").by_document["site/a.html"][0].language == "en"


async def test_a_page_knows_since_when_its_content_is_what_it_is(library: Library) -> None:
    await library.ingestion.run()
    before = library.stored("public").since
    library.clock.advance(timedelta(days=1))
    library.write("hours", "Support is open around the clock.")
    library.write("refunds", "Annual plans are refunded within thirty days.", more="owner: cfo\n")
    await library.ingestion.run()
    after = library.stored("public").since
    assert after["refunds"] == before["refunds"]
    assert timedelta(days=1) <= after["hours"] - before["hours"] < timedelta(days=1, minutes=1)


async def test_every_format_is_found_by_what_it_says(library: Library) -> None:
    content: dict[str, bytes | str] = {
        "prices.pdf": pdf(lines("A seat costs eleven euros a month.")),
        "expenses.docx": word(("Title", "Expenses"), ("Normal", "Taxis are reimbursed after midnight.")),
        "notes.txt": "Parcels arrive at the warehouse gate.",
        "site.zip": zipped({"www/vpn.html": "<nav>Home</nav><h1>Network</h1><p>Tunnels need a certificate.</p>"}),
        "wiki.zip": zipped({"HR/Leave_17.html": confluence("Leave", "<p>Holidays are requested from managers.</p>", "HR", "Home")}),
        "_pages.yaml": "defaults: {audience: public}\n",
    }
    for name, data in content.items():
        (library.folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    report = await library.ingestion.run()
    assert (report.pages, report.skipped) == (8, ())
    for query, document in (
        ("what does a seat cost", "prices.pdf"),
        ("taxis after midnight", "expenses.docx"),
        ("parcels at the gate", "notes.txt"),
        ("certificate for tunnels", "site.zip/www/vpn.html"),
        ("requested holidays of managers", "wiki.zip/HR/Leave_17.html"),
    ):
        assert (await library.documents(query))[0] == document


async def test_two_runs_at_once_leave_what_one_would(library: Library) -> None:
    await library.ingestion.run()
    for number in range(20):
        library.write(f"page{number}", f"Rule number {number} holds.")
    (library.folder / "refunds.md").unlink()
    first, second = await asyncio.gather(library.ingestion.run(), library.ingestion.run())
    assert sorted((first.embedded, second.embedded)) == [0, 20]
    for audience in AUDIENCES:
        assert await library.vectors.ids(vectors_name(library.tenant, audience)) == library.stored(audience).by_vector.keys()


async def test_a_page_made_internal_is_no_longer_public(library: Library) -> None:
    await library.ingestion.run()
    library.write("refunds", "Annual plans are refunded within thirty days.", audience="internal")
    report = await library.ingestion.run()
    assert (report.changed, report.added, report.removed) == (1, 0, 0)
    assert await library.documents("annual plans refunded") == ["hours"]


@pytest.mark.parametrize("content", [b"# no front matter", b"---\ntitle: x\naudience: public\n---\n\xff\xfe", b"---\ntitle: x\n---\ntext"])
async def test_a_broken_page_is_named_and_the_rest_goes_on(library: Library, content: bytes) -> None:
    (library.folder / "broken.md").write_bytes(content)
    report = await library.ingestion.run()
    assert report.pages == 3
    assert [problem.partition(":")[0] for problem in report.skipped] == [str(library.folder / "broken.md")]


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
    (passage,) = (await library.retriever.search("annual plans refunded", audiences=["public"], limit=1)).passages
    assert passage.text == "Annual plans are refunded within thirty days."
    await library.ingestion.run()
    (passage,) = (await library.retriever.search("annual plans refunded", audiences=["public"], limit=1)).passages
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
    heard: list[tuple[str, int, int]] = []
    await library.ingestion.run(lambda *step: heard.append(step))
    for step in ("reading", "embedding"):
        counts = [(done, total) for name, done, total in heard if name == step]
        assert counts[-1] == (3, 3)
        assert counts == sorted(counts)


async def test_drafts_and_hidden_files_are_no_pages(library: Library) -> None:
    for name in (".refunds.md.swp.md", "~$refunds.docx", "refunds.png"):
        (library.folder / name).write_text("draft")
    assert (await library.ingestion.run()).skipped == ()


async def test_a_missing_handbook_is_named(tmp_path: Path, vectors: Vectors) -> None:
    ingestion = Ingestion(tmp_path / "no", "t1", encoder=WordEncoder(), vectors=vectors, indexes=MemoryIndexes(), clock=ShiftedClock(AT))
    with pytest.raises(InvalidFile, match="no such folder"):
        await ingestion.run()
