"""The public sets, through the product's own ingestion, search and decision to answer."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, get_args

from agents.advisor.answers import Advisor
from benchmarks.knowledge import baseline
from benchmarks.knowledge.measure import Abstention, folded, hit, rank
from benchmarks.knowledge.report import Line, Part
from benchmarks.knowledge.sets import Set, markdown
from knowledge.library import PASSAGES
from knowledge.ranking import DEFAULT, Ranking

if TYPE_CHECKING:
    from benchmarks.knowledge.shelf import Shelf

RANKINGS: tuple[Ranking, ...] = get_args(Ranking)
DEEP = 20
TECHQA_HIT_AT_3, TECHQA_ABSTAINED, TECHQA_REFUSED = 0.92, 0.60, 0.10
Say = Callable[[str], None]
Ranks = dict[Ranking, list[int | None]]


class Searched(NamedTuple):
    """For each ranking the rank of a gold document, None where it is not among the first."""

    ranks: Ranks
    pages: int
    chunks: int


async def techqa(shelf: "Shelf", each: Set, say: Say) -> Part:
    """Documents ranked by their best passage, as published; and whether an answer is tried at all."""
    found = await _searched(shelf, [each], say)
    say("techqa: whether there is an answer")
    sure, abstains = await _decided(shelf, each)
    answerable = [bool(asked.gold) for asked in each.asked]
    plain = baseline.TfIdf(each.pages)
    ranked = [plain.ranked(asked.question) for asked in each.asked]
    lines = [
        *_hits(found.ranks, (1, 3, 5), {DEFAULT: TECHQA_HIT_AT_3}),
        *_abstention("", folded(sure, answerable), bars=True),
        *_as_it_is("the advisor as it is: ", abstains, answerable),
        *_published(each, ranked),
        *_abstention("TF-IDF, same folds: ", folded([best[0][0] for best in ranked], answerable), bars=False),
    ]
    about = f"{len(each.asked)} questions, {answerable.count(False)} of them impossible; {found.pages} pages, {found.chunks:,} passages"
    return Part("techqa", about, lines)


async def policyqa(shelf: "Shelf", sites: Sequence[Set], say: Say) -> Part:
    """Each site's questions to its own policy. Nothing is wanted; the best ranking is the default."""
    found = await _searched(shelf, sites, say)
    about = f"{sum(len(site.asked) for site in sites):,} questions to {len(sites)} sites; {found.pages:,} pages, {found.chunks:,} passages"
    return Part("policyqa", about, [*_hits(found.ranks, (1, 5), {})])


async def _searched(shelf: "Shelf", sets: Sequence[Set], say: Say) -> Searched:
    ranks: Ranks = {ranking: [] for ranking in RANKINGS}
    pages = chunks = 0
    for each in sets:
        say(f"{each.tenant}: {len(each.pages)} pages, {len(each.asked)} questions")
        shelf.write(each.tenant, ((f"n{at}", markdown(page)) for at, page in enumerate(each.pages)))
        report = await shelf.ingest(each.tenant)
        pages, chunks = pages + report.pages, chunks + report.chunks
        names = {f"n{at}": page.document for at, page in enumerate(each.pages)}
        for ranking in RANKINGS:
            retriever = shelf.retriever(each.tenant, ranking)
            for asked in each.asked:
                if asked.gold:
                    found = await retriever.search(asked.question, audiences=("public",), limit=DEEP)
                    ranks[ranking].append(rank([names[passage.document] for passage in found.passages], asked.gold))
    return Searched(ranks, pages, chunks)


async def _decided(shelf: "Shelf", each: Set) -> tuple[list[float], list[bool]]:
    """For each question how sure it is that there is an answer, and whether the product as it is abstains."""
    retriever, advisor = shelf.retriever(each.tenant), Advisor(shelf.encoder)
    sure, abstains = list[float](), list[bool]()
    for asked in each.asked:
        found = await retriever.search(asked.question, audiences=("public",), limit=PASSAGES)
        sure.append(found.passages[0].score if found.passages else 0.0)
        abstains.append(advisor.answer(asked.question, found.passages, "en").abstained)
    return sure, abstains


def _hits(ranks: Ranks, at: Sequence[int], bars: dict[Ranking, float]) -> Iterator[Line]:
    for ranking, found in ranks.items():
        name = f"{ranking} (default)" if ranking == DEFAULT else ranking
        yield from (Line(f"{name}: hit@{k}", hit(found, k), bar=bars.get(ranking) if k == 3 else None) for k in at)


def _abstention(who: str, found: Abstention, *, bars: bool) -> Iterator[Line]:
    least, most = (TECHQA_ABSTAINED, TECHQA_REFUSED) if bars else (None, None)
    yield Line(f"{who}impossible, abstained", found.abstained, bar=least, beside=f"threshold {found.threshold:.3f}")
    yield Line(f"{who}wrongly refused", found.refused, bar=most, most=True)


def _published(each: Set, ranked: Sequence[Sequence[tuple[float, str]]]) -> Iterator[Line]:
    """The published figures again, so that ours can be compared."""
    ranks = [rank([name for _, name in found], asked.gold) for found, asked in zip(ranked, each.asked, strict=True) if asked.gold]
    yield Line("TF-IDF, rebuilt: hit@3", hit(ranks, 3), beside=f"published {baseline.HIT_AT_3:.4f}")
    abstains = [found[0][0] < baseline.ABSTAINS_BELOW for found in ranked]
    published = (f"published {value:.4f}" for value in (baseline.ABSTAINED, baseline.REFUSED))
    lines = _as_it_is("TF-IDF, rebuilt: ", abstains, [bool(asked.gold) for asked in each.asked])
    yield from (line._replace(beside=beside) for line, beside in zip(lines, published, strict=True))


def _as_it_is(who: str, abstains: Sequence[bool], answerable: Sequence[bool]) -> Iterator[Line]:
    """With the threshold that it has."""
    pairs = [*zip(abstains, answerable, strict=True)]
    yield Line(f"{who}impossible, abstained", _share([abstained for abstained, known in pairs if not known]))
    yield Line(f"{who}wrongly refused", _share([abstained for abstained, known in pairs if known]))


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
