"""Answers from the handbook's own sentences, or an abstention: extractive, so that nothing is said that the company did not write."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from agents.advisor.focus import Ask, asks, names_record, wants_steps
from agents.advisor.sentences import Unit, units
from agents.advisor.words import content_words, spelled_out
from core.ports import Encoder
from core.types import Answer, Citation, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEANING, WORDS, PASSAGE, STEPS = 0.8, 0.2, 0.3, 0.1
THRESHOLD = 0.58
NEAR = 0.85
MAX_SENTENCES, MAX_PASSAGES = 4, 2
REMEMBERED = 20_000


class Scored(NamedTuple):
    """A unit of the passage at ``rank`` and how well it answers, 0 to about 1.3."""

    score: float
    rank: int
    unit: Unit


class Advisor:
    """Ranks the sentences of public passages and answers with the best, verbatim.

    A sentence's score is ``0.8 · meaning + 0.2 · words + 0.3 · the passage's own score``, and 0.1 more for steps where the question is how
    to do something. Meaning is the cosine between the question and the sentence below its heading; words is the share of the question's
    content words, weighted by how rare they are among the candidates, that sentence and heading have. Below ``threshold`` it abstains.
    """

    def __init__(self, encoder: Encoder, *, languages: Sequence[str] = ("en",), threshold: float = THRESHOLD) -> None:
        """``languages`` are those the handbook is written in."""
        self._encoder, self._languages, self._threshold = encoder, frozenset(languages), threshold
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def version(self) -> str:
        return f"extractive-1/{self._encoder.version}"

    def answer(self, question: str, passages: tuple[Passage, ...], language: str) -> Answer:
        """One to four sentences of at most two passages in document order, each cited; or an abstention.

        Reasons to abstain: ``empty``, ``no passage``, ``language`` (the handbook is not written in it), ``own records`` (the question is
        about one ticket or invoice), ``unanswerable``, ``answered in part`` (a second question stays open).
        """
        public = [passage for passage in passages if passage.audience == "public" and passage.text.strip()]
        if reason := self._reason(question, public, language):
            return Answer(abstained=True, reason=reason)
        wanted = asks(question)
        scores = [self._scored(ask, public) for ask in wanted]
        best = [max((found.score for found in ranked), default=0.0) for ranked in scores]
        if not best or max(best) < self._threshold:
            return Answer(abstained=True, reason="unanswerable")
        if min(best) < self._threshold * NEAR:
            return Answer(abstained=True, reason="answered in part")
        return _answer(_chosen(scores, self._threshold), public)

    def excerpts(self, question: str, passages: tuple[Passage, ...], *, chars: int) -> tuple[Passage, ...]:
        """The public passages cut to their sentences nearest to the question, at most ``chars`` characters in all, for a prompt's budget.

        Sentences stand verbatim, one a line, in the order of their passage; a passage of which none fits is left out.
        """
        public = [passage for passage in passages if passage.audience == "public" and passage.text.strip()]
        ranked = sorted((found for ask in asks(question) for found in self._scored(ask, public)), key=lambda found: -found.score)
        taken: dict[tuple[int, int], Scored] = {}
        for found in ranked:
            chars -= 0 if (found.rank, found.unit.at) in taken else len(found.unit.quote) + 1
            if chars < 0:
                break
            taken.setdefault((found.rank, found.unit.at), found)
        texts = {rank: "\n".join(taken[key].unit.quote for key in sorted(taken) if key[0] == rank) for rank, _ in taken}
        return tuple(public[rank].model_copy(update={"text": texts[rank]}) for rank in sorted(texts))

    def _reason(self, question: str, public: Sequence[Passage], language: str) -> str:
        if not content_words(question):
            return "empty"
        if language not in self._languages:
            return "language"
        if names_record(question):
            return "own records"
        return "" if public else "no passage"

    def _scored(self, ask: Ask, passages: Sequence[Passage]) -> list[Scored]:
        """Every unit of ``passages`` for one ask, best first."""
        found = [(rank, unit, part) for rank, passage in enumerate(passages) for unit in units(passage.text) for part in unit.parts]
        if not found:
            return []
        vectors = self._encoded([spelled_out(f"{passages[rank].heading.rpartition(' > ')[2]}: {part}") for rank, _, part in found])
        texts = [spelled_out(f"{passages[rank].heading} {part}") for rank, _, part in found]
        best: dict[tuple[int, int], Scored] = {}
        for query in map(spelled_out, ask.queries):
            meaning, words = vectors @ self._encoded([query])[0], _coverage(query, texts)
            for (rank, unit, _), cosine, share in zip(found, meaning, words, strict=True):
                score = (
                    MEANING * float(cosine) + WORDS * share + PASSAGE * passages[rank].score + STEPS * (unit.steps and wants_steps(query))
                )
                best[rank, unit.at] = max(best.get((rank, unit.at), Scored(score, rank, unit)), Scored(score, rank, unit))
        return sorted(best.values(), key=lambda scored: -scored.score)

    def _encoded(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors; a handbook's sentences come again and again and are remembered."""
        import numpy as np

        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._encoder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


def _coverage(ask: str, texts: Sequence[str]) -> list[float]:
    """For each text the share, weighted by rarity, of the ask's content words that it has."""
    held = [set(content_words(text)) for text in texts]
    weights = {
        word: math.log(1 + (len(held) + 1) / (sum(word in words for words in held) + 0.5)) for word in dict.fromkeys(content_words(ask))
    }
    total = sum(weights.values()) or 1.0
    return [sum(weight for word, weight in weights.items() if word in words) / total for words in held]


def _chosen(scores: list[list[Scored]], threshold: float) -> list[Scored]:
    """The best unit of each ask, then those nearly as good, as long as passages and sentences last."""
    first = sorted((ranked[0] for ranked in scores if ranked), key=lambda found: -found.score)
    floor = max(threshold, first[0].score * NEAR)
    rest = sorted((found for ranked in scores for found in ranked[1:] if found.score >= floor), key=lambda found: -found.score)
    taken: list[Scored] = []
    for found in dict.fromkeys((*first, *rest)):
        ranks = {other.rank for other in taken}
        room = len(taken) < MAX_SENTENCES and (found.rank in ranks or len(ranks) < MAX_PASSAGES)
        if room and not any(_repeats(found, other) for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: (found.rank, found.unit.at))


def _repeats(one: Scored, other: Scored) -> bool:
    """The same text again, or another row of a table of which one row was the answer."""
    rows = one.rank == other.rank and one.unit.quote.startswith("|") and other.unit.quote.startswith("|")
    return rows or one.unit.quote in other.unit.quote or other.unit.quote in one.unit.quote


def _answer(chosen: Sequence[Scored], passages: Sequence[Passage]) -> Answer:
    citations = tuple(
        Citation(
            document=passages[found.rank].document,
            heading=passages[found.rank].heading,
            quote=found.unit.quote,
            score=round(min(1.0, max(0.0, found.score)), 4),
        )
        for found in chosen
    )
    return Answer(answer="\n".join(found.unit.text for found in chosen), abstained=False, citations=citations)
