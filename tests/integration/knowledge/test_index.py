import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from core.clock import ShiftedClock
from core.errors import Unavailable
from core.types import Audience, Found
from knowledge.chroma import Vectors
from knowledge.encoder import OnnxEncoder
from knowledge.index import FEW, HandbookRetriever
from knowledge.ingest import Ingestion, forget
from knowledge.ranking import Ranking
from knowledge.snapshot import index_name
from tests.integration.knowledge.conftest import AT, Library, MemoryIndexes, WordEncoder
from tests.integration.knowledge.questions import ANSWERABLE, UNANSWERABLE

ROOT = Path(__file__).resolve().parents[3]


async def test_passages_come_best_first_with_scores_between_0_and_1(library: Library) -> None:
    await library.ingestion.run()
    passages = (await library.retriever.search("are annual plans refunded", audiences=["public", "internal"], limit=5)).passages
    assert passages[0].document == "refunds"
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert passages[0].heading == "Refunds"
    assert "title:" not in passages[0].text


async def test_an_audience_that_was_not_asked_for_is_not_even_read(library: Library) -> None:
    await library.ingestion.run()
    library.indexes.reads.clear()
    assert "discounts" not in await library.documents("discount above twenty percent")
    assert library.indexes.reads == [(library.tenant, index_name("public"))]
    assert (await library.documents("discount above twenty percent", "public", "internal"))[0] == "discounts"


async def test_another_tenants_handbook_is_never_found(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other", f"{library.tenant}-public", library.vectors)
    other.indexes = library.indexes
    other.write("secret", "The merger is called albatross.")
    await library.ingestion.run()
    await other.ingestion.run()
    assert (await other.documents("merger albatross"))[0] == "secret"
    assert "secret" not in await library.documents("merger albatross", "public", "internal", "restricted")


@pytest.mark.parametrize(("day", "found"), [(9, False), (10, True), (20, True), (21, False)])
async def test_only_pages_in_force_are_found(library: Library, day: int, found: bool) -> None:
    library.write("easter", "The office is closed at easter.", more="effective: 2026-03-10\nexpires: 2026-03-20\n")
    await library.ingestion.run()
    library.clock = ShiftedClock(datetime(2026, 3, day, 23, 59, tzinfo=UTC))
    assert ("easter" in await library.documents("office closed at easter")) is found


async def test_a_page_out_of_force_is_withheld_where_it_would_have_been_among_the_best(library: Library) -> None:
    library.write("easter", "The office is closed at easter.", more="expires: 2026-03-09\n")
    library.write("christmas", "The office is closed at christmas.", more="effective: 2026-12-01\n")
    await library.ingestion.run()
    found = await library.retriever.search("is the office closed at easter", audiences=["public"], limit=1)
    assert [passage.document for passage in found.withheld] == ["easter"]
    assert "easter" not in [passage.document for passage in found.passages]
    earlier = await library.retriever.search("office closed at easter", audiences=["public"], limit=1, at=datetime(2026, 3, 1, tzinfo=UTC))
    assert [passage.document for passage in earlier.passages] == ["easter"]


@pytest.mark.parametrize(
    ("regions", "found"), [((), []), (("emea",), ["emea"]), (("EMEA",), ["emea"]), (("apac", "emea"), ["emea"]), (None, ["emea", "us"])]
)
async def test_a_page_that_names_regions_is_for_their_people_only(
    library: Library, regions: tuple[str, ...] | None, found: list[str]
) -> None:
    library.write("emea", "Parcels leave from Rotterdam.", more="regions: [emea]\n")
    library.write("us", "Parcels leave from Newark.", more="regions: [us]\n")
    await library.ingestion.run()
    passages = (await library.retriever.search("from where do parcels leave", audiences=["public"], limit=5, regions=regions)).passages
    assert sorted({passage.document for passage in passages} & {"emea", "us"}) == found


async def test_only_pages_in_the_languages_asked_for_are_found_and_one_that_names_none_is_in_the_companys(library: Library) -> None:
    library.write("paket", "Pakete verlassen Rotterdam am Montag.", more="language: de\n")
    library.write("parcel", "Parcels leave Rotterdam on Monday.")
    await library.ingestion.run()
    for languages, wanted in ((("de",), {"paket"}), (("en",), {"parcel"}), ((), {"paket", "parcel"}), (("fr",), set[str]())):
        found = await library.retriever.search("Rotterdam Monday Montag", audiences=["public"], limit=9, languages=languages)
        assert {passage.document for passage in found.passages} & {"paket", "parcel"} == wanted


async def test_more_is_fetched_until_enough_passages_pass(library: Library) -> None:
    for number in range(150):
        library.write(f"us{number}", f"Parcels leave from Newark, gate {number}.", more="regions: [us]\n")
    for number in range(4):
        library.write(f"emea{number}", f"Goods of kind {number} are sent by ship and by nobody else.", more="regions: [emea]\n")
    await library.ingestion.run()
    found = await library.retriever.search("from which gate do parcels leave Newark", audiences=["public"], limit=5, regions=("emea",))
    assert len(found.passages) == 5
    assert not any(passage.regions == ("us",) for passage in found.passages)


async def test_of_a_large_handbook_the_few_pages_that_may_be_found_are_all_looked_at(library: Library) -> None:
    for number in range(FEW):
        library.write(f"us{number}", f"Parcels leave from Newark, gate {number}.", more="regions: [us]\n")
    library.write("emea", "Quiet hours begin at ten.", more="regions: [emea]\n")
    await library.ingestion.run()
    found = await library.retriever.search("parcels leave Newark gate", audiences=["public"], limit=9, regions=("emea",))
    assert {passage.document for passage in found.passages} == {"emea", "hours", "refunds"}


async def test_as_many_are_found_as_are_wanted(library: Library) -> None:
    for number in range(80):
        library.write(f"page{number}", f"Quarterly planning notes number {number}.")
    await library.ingestion.run()
    assert len((await library.retriever.search("quarterly planning notes", audiences=["public"], limit=70)).passages) == 70


async def test_those_who_wait_for_a_new_index_read_it_once(library: Library) -> None:
    await library.ingestion.run()
    library.indexes.reads.clear()
    retriever = library.retriever
    await asyncio.gather(*(retriever.search("annual plans", audiences=["public"], limit=1) for _ in range(8)))
    assert library.indexes.reads == [(library.tenant, index_name("public"))]


async def test_a_passage_tells_where_when_and_for_whom_it_holds(library: Library) -> None:
    library.write("emea", "Parcels leave from Rotterdam.", more="regions: [emea]\nlanguage: en\neffective: 2026-01-05\n")
    await library.ingestion.run()
    passage = (await library.retriever.search("parcels Rotterdam", audiences=["public"], limit=1, regions=None)).passages[0]
    assert (passage.regions, passage.language, passage.effective) == (("emea",), "en", date(2026, 1, 5))
    assert passage.changed_at is not None
    assert abs(passage.changed_at - AT) < timedelta(minutes=1)
    assert passage.id


@pytest.mark.parametrize("ranking", get_args(Ranking))
async def test_every_ranking_keeps_the_same_bounds(library: Library, ranking: Ranking) -> None:
    library.write("us", "Annual plans are refunded in Newark.", more="regions: [us]\n")
    await library.ingestion.run()
    retriever = HandbookRetriever(
        library.tenant, encoder=library.encoder, vectors=library.vectors, indexes=library.indexes, clock=library.clock, ranking=ranking
    )
    found = await retriever.search("annual plans refunded", audiences=["public"], limit=5)
    assert found.passages[0].document == "refunds"
    assert "us" not in {passage.document for passage in found.passages}


async def test_its_contents_are_given_once_a_version_and_only_where_they_are_few(library: Library) -> None:
    library.write("us", "Parcels leave from Newark.", more="regions: [us]\n")
    await library.ingestion.run()
    retriever = library.retriever
    version, passages = await retriever.contents(100, "")
    assert {passage.document: passage.audience for passage in passages} == {
        "hours": "public", "refunds": "public", "us": "public", "discounts": "internal"
    }  # fmt: skip
    assert version == retriever.version
    assert await retriever.contents(100, version) == (version, ())
    assert await retriever.contents(len(passages) - 1, "") == (version, ())


async def test_a_new_version_is_noticed_by_a_retriever_in_use(library: Library) -> None:
    await library.ingestion.run()
    retriever = library.retriever
    await retriever.search("annual plans", audiences=["public"], limit=1)
    before = retriever.version
    library.write("refunds", "Annual plans are refunded within sixty days.")
    await library.ingestion.run()
    (passage,) = (await retriever.search("annual plans", audiences=["public"], limit=1)).passages
    assert "sixty" in passage.text
    assert retriever.version != before


@pytest.mark.parametrize(("query", "audiences", "limit"), [("", ["public"], 5), (" \n", ["public"], 5), ("a", [], 5), ("a", ["public"], 0)])
async def test_nothing_asked_finds_nothing(library: Library, query: str, audiences: list[Audience], limit: int) -> None:
    assert await library.retriever.search(query, audiences=audiences, limit=limit) == Found()


async def test_an_audience_without_pages_finds_nothing(library: Library) -> None:
    await library.ingestion.run()
    assert await library.documents("plans", "restricted") == []


async def test_a_handbook_that_was_never_ingested_says_so(library: Library) -> None:
    with pytest.raises(Unavailable, match="not ingested yet"):
        await library.documents("plans")


async def test_lost_vectors_are_an_error_and_not_a_worse_answer(library: Library) -> None:
    await library.ingestion.run()
    await forget(library.tenant, vectors=library.vectors)
    with pytest.raises(Unavailable, match="vectors are gone"):
        await library.documents("plans")


async def test_a_question_of_any_length_and_content_is_searched(library: Library) -> None:
    await library.ingestion.run()
    for query in ("plans " * 5000, "\x00\ud800", "'; DROP TABLE --", "🙂"):
        await library.documents(query)


async def test_a_word_that_only_the_text_has_is_found_however_many_pages_are_nearer(library: Library) -> None:
    for number in range(100):
        library.write(f"page{number}", f"Quarterly planning notes number {number}.")
    library.write("codes", "Error zx81 means that the certificate has expired, see the list of every other known failure below.")
    await library.ingestion.run()
    assert "codes" in await library.documents("quarterly planning notes zx81")


@pytest.fixture
async def shipped(encoder: OnnxEncoder, vectors: Vectors) -> HandbookRetriever:
    indexes, clock = MemoryIndexes(), ShiftedClock(AT)
    handbook = ROOT / "knowledge" / "example" / "handbook"
    report = await Ingestion(handbook, "shipped", encoder=encoder, vectors=vectors, indexes=indexes, clock=clock).run()
    assert report.skipped == ()
    return HandbookRetriever("shipped", encoder=encoder, vectors=vectors, indexes=indexes, clock=clock)


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    if not (ROOT / "build" / "encoder" / "version.json").is_file():
        pytest.skip("build/encoder is missing; run `make setup`")
    return OnnxEncoder(ROOT / "build" / "encoder")


async def test_the_shipped_handbook_answers_where_it_should_and_its_score_tells_where_it_cannot(shipped: HandbookRetriever) -> None:
    ranks, told = [], []
    for question, document, heading in ANSWERABLE:
        passages = (await shipped.search(question, audiences=["public"], limit=5)).passages
        told.append(passages[0].score)
        places = [rank for rank, passage in enumerate(passages, 1) if passage.document == document and heading in passage.heading]
        ranks.append(places[0] if places else 99)
    untold = [(await shipped.search(question, audiences=["public"], limit=1)).passages[0].score for question in UNANSWERABLE]
    assert sum(rank == 1 for rank in ranks) >= 0.75 * len(ranks)
    assert sum(rank <= 3 for rank in ranks) >= 0.9 * len(ranks)
    assert sum(a > b for a in told for b in untold) >= 0.97 * len(told) * len(untold)


def test_the_stand_in_encoder_is_one_too() -> None:
    assert WordEncoder().encode(["a plan", ""]).shape == (2, 384)
