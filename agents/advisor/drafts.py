"""What a chat model wrote, held against the sender's plan and region and against what other pages say; after ``grounding.check``."""

from collections.abc import Iterator, Sequence

from agents.advisor.cited import holds, true
from agents.advisor.conflicts import conflicts, newer
from agents.advisor.depends import Dimension, fitting, narrowed, of_others
from agents.advisor.focus import Ask
from agents.advisor.ranking import Scored, ranked
from agents.advisor.sentences import units
from agents.advisor.vectors import Vectors
from core.types import Answer, Citation, Passage, Past

Cases = Sequence[tuple[Dimension, frozenset[str]]]
"""What the answer may differ by, and which of its values hold for the sender."""


def fitted(passages: Sequence[Passage], cases: Cases) -> tuple[Passage, ...]:
    """The passages without what is for other cases only; those of which nothing is left are left out."""
    for dimension, values in cases:
        passages = [fitting(passage, dimension, values) for passage in passages]
    return tuple(passage for passage in passages if passage.text.strip())


def reviewed(
    draft: Answer,
    public: Sequence[Passage],
    internal: Sequence[Passage],
    cases: Cases,
    apart: Sequence[Dimension],
    history: Sequence[Past],
    vectors: Vectors,
    floor: float,
) -> Answer:
    """``draft`` without the lines that name other cases only, its citations verbatim in ``public``, with a caveat for what is newer than
    the conversation; abstained when half or more of its lines are gone (``unsupported``) or when pages disagree about it (``conflict``).
    """
    cited = list(zip(draft.answer.splitlines(), draft.citations, strict=False))
    kept = [(line, _verbatim(cite, public)) for line, cite in cited if not any(of_others(line, *case) for case in cases)]
    if 2 * len(kept) <= len(cited):
        return Answer(abstained=True, reason="unsupported")
    chosen = [found for _, cite in kept for found in _carrying(cite, public, cases)]
    everything, quoted = (*public, *internal), dict.fromkeys(found.unit.text for found in chosen)
    near = (each for text in quoted for each in ranked(Ask(text, (text,)), everything, vectors) if each.score >= floor)
    others = sorted(near, key=lambda each: -each.score)
    if against := conflicts(chosen, others, everything, apart, vectors):
        return Answer(abstained=True, reason="conflict", caveats=against)
    text, citations = "\n".join(line for line, _ in kept), tuple(cite for _, cite in kept)
    return draft.model_copy(update={"answer": text, "citations": citations, "caveats": newer(chosen, public, history, vectors)})


def _verbatim(cite: Citation, public: Sequence[Passage]) -> Citation:
    """A row that was shown without some of its columns is cited as the page has it: the row with most of its words."""
    if true(cite, public):
        return cite
    words = set(cite.quote.split())
    section = (passage for passage in public if (passage.document, passage.heading) == (cite.document, cite.heading))
    lines = [line.quote for passage in section for unit in units(passage.text) for line in unit.lines]
    return cite.model_copy(update={"quote": max(lines, key=lambda line: len(words & set(line.split())), default=cite.quote)})


def _carrying(cite: Citation, public: Sequence[Passage], cases: Cases) -> Iterator[Scored]:
    """The lines that a citation quotes, cut to the sender's cases."""
    quote = _plain(cite.quote)
    for rank, passage in enumerate(public):
        for unit in units(passage.text) if holds(passage, cite) else ():
            if lines := tuple(line for line in unit.lines if _plain(line.quote) in quote or quote in _plain(line.quote)):
                own = unit._replace(lines=lines)
                for case in cases:
                    own = narrowed(own, *case)
                yield Scored(cite.score, rank, own)


def _plain(text: str) -> str:
    return " ".join(text.split())
