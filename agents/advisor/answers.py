"""Answers from the handbook's own sentences, or an abstention: extractive, so that nothing is said that the company did not write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from agents.advisor.conflicts import conflicts, newer, out_of_force
from agents.advisor.depends import Dimension, asks_for, dimensions, elsewhere, narrowed, of_cases, open_cases, settled
from agents.advisor.drafts import Cases, fitted, reviewed
from agents.advisor.exceptions import wants_exception
from agents.advisor.focus import Ask, asks, names_record
from agents.advisor.grounding import check
from agents.advisor.names import names
from agents.advisor.questions import question_for
from agents.advisor.ranking import Scored, ranked, study
from agents.advisor.sentences import Unit
from agents.advisor.vectors import Vectors
from agents.advisor.words import content_words, spelled_out
from core.ports import Encoder
from core.types import Answer, Caveat, Citation, Passage, Past

THRESHOLD = 0.53
NEAR, ASKING, STRANGE, ROWS = 0.85, 0.75, 0.05, 0.85
MAX_UNITS, MAX_PASSAGES = 4, 2
NOTHING: Mapping[str, str] = {}


class Advisor:
    """Ranks the sentences of public passages (see ``ranking``) and answers with the best, verbatim; below ``threshold`` it abstains.

    To ask back, or to say that a rule stands against an exception, three quarters of it are enough: neither says anything to the customer
    that could be wrong.
    """

    def __init__(self, encoder: Encoder, *, language: str = "en", plans: Sequence[str] = (), threshold: float = THRESHOLD) -> None:
        """``language`` is that of pages which do not say theirs; ``plans`` are what a customer has one of, as the records name them."""
        self._language, self._plans, self._threshold = language, tuple(plans), threshold
        self._vectors = Vectors(encoder)

    @cached_property
    def version(self) -> str:
        return f"extractive-2/{self._vectors.version}"

    def answer(
        self,
        question: str,
        passages: Sequence[Passage],
        language: str,
        *,
        withheld: Sequence[Passage] = (),
        internal: Sequence[Passage] = (),
        known: Mapping[str, str] = NOTHING,
        history: Sequence[Past] = (),
        on: date | None = None,
        own: str = "",
    ) -> Answer:
        """Lines of at most two passages in document order, each with its own citation; or an abstention.

        ``own`` are the sender's new words where ``question`` has some of the conversation's beside (default: the question): what they say
        of a ticket, or of an exception, is told from these alone.
        ``withheld`` are passages not in force ``on`` that day, ``internal`` what the company's people know beside, ``known`` verified facts
        of the sender (``tier``, ``region``), ``history`` the conversation. Of internal pages an answer has document and heading only.

        Reasons to abstain: ``empty``, ``no passage``, ``language`` (no page is written in it), ``own records`` (it is about one ticket or
        invoice), ``unanswerable`` (the handbook does not speak of it), ``out of policy`` (it asks for what the rules refuse or leave to
        people; the citations name the rule), ``underspecified`` (the answer depends on what nobody has said; ``question`` asks for it, once
        a conversation), ``conflict`` (pages disagree about it), ``answered in part`` (a second question stays open).
        """
        public = [passage for passage in passages if passage.audience == "public" and self._readable(passage, language)]
        if reason := self._reason(question, own or question, public, language):
            return Answer(abstained=True, reason=reason)
        look = _Look(question, public, dimensions(public, self._plans), self._vectors, self._threshold)
        caveats = self._expired(look, [passage for passage in withheld if self._readable(passage, language)], on)
        if rule := self._rule(look, internal, wants_exception(own or question)):
            return Answer(abstained=True, reason="out of policy", citations=rule, caveats=caveats)
        told = [question, *(past.text for past in reversed(history) if past.role == "customer")]
        asked = look.settle(told, known, any(past.action == "clarify" for past in history))
        if asked and look.best >= self._threshold * ASKING:
            return Answer(abstained=True, reason="underspecified", question=question_for(asked, language), caveats=caveats)
        if look.best < self._threshold:
            return Answer(abstained=True, reason="unanswerable", caveats=caveats)
        if look.worst < self._threshold * NEAR:
            return Answer(abstained=True, reason="answered in part", caveats=caveats)
        return self._said(look, [passage for passage in internal if self._readable(passage, language)], history, caveats)

    def check(self, draft: str, passages: Sequence[Passage], conversation: str) -> Answer:
        """What a chat model wrote, without what its passages do not support (see ``grounding.check``)."""
        return check(draft, passages, conversation, self._vectors, self._plans)

    def fitting(self, passages: Sequence[Passage], told: Sequence[str], known: Mapping[str, str]) -> tuple[Passage, ...]:
        """The public passages without what they say for other plans and regions only, where the sender's is ``told`` (newest first) or
        ``known``; those of which nothing is left are left out."""
        public = [passage for passage in passages if passage.audience == "public"]
        return fitted(public, self._cases(public, told, known))

    def reviewed(
        self,
        draft: Answer,
        passages: Sequence[Passage],
        *,
        internal: Sequence[Passage] = (),
        told: Sequence[str] = (),
        known: Mapping[str, str] = NOTHING,
        history: Sequence[Past] = (),
    ) -> Answer:
        """A checked draft as this sender may have it (see ``drafts.reviewed``)."""
        public = [passage for passage in passages if passage.audience == "public"]
        cases, floor = self._cases(public, told, known), self._threshold * NEAR
        return reviewed(draft, public, internal, cases, dimensions(public, self._plans), history, self._vectors, floor)

    def _cases(self, public: Sequence[Passage], told: Sequence[str], known: Mapping[str, str]) -> Cases:
        return [(each, values) for each in dimensions(public, self._plans) if (values := settled(each, told, known))]

    def excerpts(
        self, question: str, passages: tuple[Passage, ...], *, chars: int, size: Callable[[str], int] = len
    ) -> tuple[Passage, ...]:
        """The public passages cut to their sentences nearest to the question, for a prompt's budget: at most ``chars`` in all, each
        sentence costing its ``size`` and one.

        Sentences stand verbatim, one a line, in the order of their passage; a passage of which none fits is left out.
        """
        public = [passage for passage in passages if passage.audience == "public" and passage.text.strip()]
        best = sorted((found for ask in asks(question) for found in ranked(ask, public, self._vectors)), key=lambda found: -found.score)
        taken: dict[tuple[int, int], Scored] = {}
        for found in best:
            chars -= 0 if (found.rank, found.unit.at) in taken else size(f"{found.unit.above}\n{found.unit.quote}") + 1
            if chars < 0:
                break
            taken.setdefault((found.rank, found.unit.at), found)
        texts = {rank: _excerpt([taken[key].unit for key in sorted(taken) if key[0] == rank]) for rank, _ in taken}
        return tuple(public[rank].model_copy(update={"text": texts[rank]}) for rank in sorted(texts))

    def study(self, passage: Passage) -> None:
        """Encode its sentences ahead: whoever asks then waits for their own words alone."""
        study(passage, self._vectors)

    def _said(self, look: "_Look", internal: Sequence[Passage], history: Sequence[Past], caveats: tuple[Caveat, ...]) -> Answer:
        """The answer, unless something else is said of what it says."""
        chosen = look.chosen()
        if against := look.disagreements(chosen, internal):
            return Answer(abstained=True, reason="conflict", caveats=(*against, *caveats))
        return _answer(chosen, look.passages, (*caveats, *newer(chosen, look.passages, history, self._vectors)))

    def _readable(self, passage: Passage, language: str) -> bool:
        return bool(passage.text.strip()) and (passage.language or self._language) == language

    def _reason(self, question: str, own: str, public: Sequence[Passage], language: str) -> str:
        if not content_words(question):
            return "empty"
        if not public and language != self._language:
            return "language"
        if names_record(own):
            return "own records"
        return "" if public else "no passage"

    def _expired(self, look: "_Look", withheld: Sequence[Passage], on: date | None) -> tuple[Caveat, ...]:
        """Pages out of force that would have answered, as well as what is in force."""
        if on is None or not withheld:
            return ()
        best = ((found, withheld[found.rank]) for ask in look.asks for found in ranked(ask, withheld, self._vectors)[:1])
        floor = max(self._threshold, look.best * NEAR)
        return out_of_force(((found, passage) for found, passage in best if found.score >= floor), on)

    def _rule(self, look: "_Look", internal: Sequence[Passage], wanted: bool) -> tuple[Citation, ...]:
        """The rule that the sender wants bent (``wanted``), or that only the company's people may apply."""
        floor = self._threshold
        if wanted and look.best >= floor * ASKING:
            return _cite(look.ranked[look.first][0], look.passages)
        if look.best >= floor or not internal:
            return ()
        found = max(
            (best for ask in look.asks for best in ranked(ask, internal, self._vectors)[:1]), key=lambda each: each.score, default=None
        )
        if found is None or found.score < floor * (ASKING if wanted else 1.0):
            return ()
        passage = internal[found.rank]
        return (Citation(document=passage.document, heading=passage.heading, quote="", score=_bounded(found.score)),)


class _Look:
    """One question's asks and what the passages have for each, best first."""

    def __init__(self, question: str, passages: Sequence[Passage], apart: Sequence[Dimension], vectors: Vectors, threshold: float) -> None:
        self.question, self.passages, self.dimensions, self._vectors, self._threshold = question, passages, apart, vectors, threshold
        self.asks: list[Ask] = asks(question)
        text = " ".join(f"{passage.heading} {passage.text}" for passage in passages).lower()
        self.ranked = [_doubted(ranked(ask, passages, vectors), ask, text) for ask in self.asks]
        scores = [found[0].score if found else 0.0 for found in self.ranked]
        self.best, self.worst = max(scores, default=0.0), min(scores, default=0.0)
        self.first = scores.index(self.best) if scores else 0

    def settle(self, told: Sequence[str], known: Mapping[str, str], asked_before: bool) -> tuple[str, ...]:
        """Keep to the cases that hold for the sender. What is open and decides the answer: the cases to ask for, unless that was done."""
        for dimension in self.dimensions:
            if values := settled(dimension, told, known):
                self.ranked = [_kept(found, dimension, values, self._threshold) for found in self.ranked]
                continue
            for ask, found in zip(self.asks, self.ranked, strict=True):
                if found and not asked_before and not asks_for(dimension, ask.text):
                    floor = max(self._threshold, found[0].score) * NEAR
                    if cases := open_cases(dimension, found[0], _above(found, floor), floor):
                        return (dimension.kind, *cases)
        return ()

    def chosen(self) -> list[Scored]:
        """The best unit of each ask, then those nearly as good, as long as passages and units last."""
        first = sorted((found[0] for found in self.ranked if found), key=lambda each: -each.score)
        floor = max(self._threshold, first[0].score * NEAR)
        rest = sorted((each for found in self.ranked for each in found[1:] if each.score >= floor), key=lambda each: -each.score)
        taken: list[Scored] = []
        for each in dict.fromkeys((*first, *rest)):
            ranks = {other.rank for other in taken}
            room = len(taken) < MAX_UNITS and (each.rank in ranks or len(ranks) < MAX_PASSAGES)
            if room and not any(_repeats(each, other) for other in taken):
                taken.append(each)
        return [self._focused(each) for each in sorted(taken, key=lambda each: (each.rank, each.unit.at))]

    def _focused(self, found: Scored) -> Scored:
        """A table whose rows are no cases of the sender's with those rows alone that are about as near to what is asked as the nearest."""
        rows, queries = [line for line in found.unit.lines if line.cells], [query for ask in self.asks for query in ask.queries]
        if len(rows) < 2 or not queries or any(of_cases(dimension, found.unit) for dimension in self.dimensions):
            return found
        above = self.passages[found.rank].heading.rpartition(" > ")[2]
        near = self._vectors.of([spelled_out(f"{above}: {row.text}") for row in rows]) @ self._vectors.of([*map(spelled_out, queries)]).T
        kept = (near >= ROWS * near.max(axis=0)).any(axis=1)
        lines = tuple(row for row, own in zip(rows, kept, strict=True) if own)
        return found._replace(unit=found.unit._replace(lines=lines))

    def disagreements(self, chosen: Sequence[Scored], internal: Sequence[Passage]) -> tuple[Caveat, ...]:
        """Other passages of the search, and internal ones, that say something else of what was chosen."""
        everything, floor = (*self.passages, *internal), self._threshold * NEAR
        again = (ranked(ask, everything, self._vectors) for ask in self.asks) if internal else self.ranked
        others = sorted((each for found in again for each in _above(found, floor)), key=lambda each: -each.score)
        return conflicts(chosen, others, everything, self.dimensions, self._vectors)


def _doubted(found: list[Scored], ask: Ask, text: str) -> list[Scored]:
    """Less sure where the question names what no passage has ever heard of."""
    strange = sum(name.lower() not in text for name in names(ask.text))
    return [each._replace(score=each.score - STRANGE * min(2, strange)) for each in found] if strange else found


def _kept(found: list[Scored], dimension: Dimension, values: frozenset[str], threshold: float) -> list[Scored]:
    """Without what speaks of other cases only, as long as an answer is left; tables cut to these cases."""
    own = [each._replace(unit=narrowed(each.unit, dimension, values)) for each in found if not elsewhere(each.unit, dimension, values)]
    return own if own and own[0].score >= threshold else found


def _above(found: Iterable[Scored], floor: float) -> list[Scored]:
    return [each for each in found if each.score >= floor]


def _repeats(one: Scored, other: Scored) -> bool:
    """The same text again, or another row of a table of which one row was the answer."""
    rows = one.rank == other.rank and one.unit.rows and other.unit.rows
    return rows or one.unit.text in other.unit.text or other.unit.text in one.unit.text


def _excerpt(kept: Sequence[Unit]) -> str:
    """The units, a table's rows below their header."""
    lines: list[str] = []
    for unit in kept:
        lines += [unit.above] if unit.above and unit.above not in lines else []
        lines.append(unit.quote)
    return "\n".join(lines)


def _answer(chosen: Sequence[Scored], passages: Sequence[Passage], caveats: tuple[Caveat, ...]) -> Answer:
    text = "\n".join(found.unit.text for found in chosen)
    return Answer(
        answer=text, abstained=False, citations=tuple(cite for found in chosen for cite in _cite(found, passages)), caveats=caveats
    )


def _cite(found: Scored, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """A citation for each line of the unit."""
    passage, score = passages[found.rank], _bounded(found.score)
    lines = found.unit.lines
    return tuple(Citation(document=passage.document, heading=passage.heading, quote=line.quote, score=score) for line in lines)


def _bounded(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 4)
