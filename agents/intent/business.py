"""What of a message concerns the company: each sentence compared with the company's utterances, and with what people talk about elsewhere.

Whoever writes beside a request of sport, of a story or of rules for a chat bot changes neither the request nor who answers it. So
what decides reads the request: the message without the sentences that lie nearer to ``elsewhere.TEXTS`` than to any utterance.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from agents.advisor.words import content_words
from agents.intent.cues import read_cues
from agents.intent.elsewhere import TEXTS
from agents.intent.glossary import in_english, language
from agents.intent.reading import Piece, plain, read
from core.value import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agents.intent.model import IntentModel

FOREIGN, PARAGRAPH, SPOKEN, APART, LESS = 0.0, 0.06, 0.08, 0.2, 0.03
"""Differences of cosines, utterances less elsewhere. A sentence below ``FOREIGN`` is beside the matter, and so is a paragraph that has none
from ``PARAGRAPH`` on. From ``SPOKEN`` on a sentence may stand for the company's business. A title's parts that lie ``APART`` are of two
matters. In a language that the encoder was not taught, ``LESS`` is asked for."""
CLEAR, RAMBLING, MANY = 0.15, 0.04, 4
"""``MANY`` sentences on end below ``CLEAR``, of less than ``RAMBLING`` in the mean, say nothing together."""
STATED, FAMILIAR = 0.5, 0.5
"""What the model must be sure of to know a sentence; the cosine from which on a sentence is no stranger."""
TITLE, LONG, SHORTEST_CUT, CUTS = 16, 7, 3, 4
FEW, MOST = 3, 96
MATTERS = frozenset({"money", "seats", "invoice", "ticket", "order"})
_SHARE = re.compile(r"\d\s?%|\b(?:per ?cent|prozent|pour ?cent|por ?ciento)\b", re.IGNORECASE)
_CLOSING = re.compile(r"[^\w\s]+")


class Business:
    """Implements ``agents.crew.Business`` over a trained model. Who says one of ``names`` speaks of the company."""

    def __init__(self, model: "IntentModel", names: Sequence[str] = ()) -> None:
        self._model = model
        words = {re.escape(word) for name in names for word in name.split()}
        self._names = re.compile(rf"\b(?:{'|'.join(sorted(words))})\b") if words else None

    def speaks(self, sentence: str) -> bool:
        """Whether a sentence surely speaks of the company's business: it names its things, or the model knows what is wanted. A few words
        alone do not."""
        if not _tells(sentence):
            return False
        if self._names and self._names.search(sentence):
            return True
        if self._leaning([sentence], language(sentence))[0] < SPOKEN:
            return False
        found = self._model.predict(sentence)
        return not found.abstained and found.labels[0].confidence >= STATED

    def beside(self, text: str, title: str = "") -> tuple[Span, ...]:
        """The sentences that say nothing to the company, in order; none when nothing else would be left.

        Threats, complaints and the wish for a person always concern it. A few words belong to the sentence before them.

        ``title`` is what the text will be read with. That all of it stays is likely: the whole is encoded here, beside its sentences.
        """
        pieces = read(text, most=MOST).pieces
        if len(pieces) < 2:
            return ()
        away = self._away(text, pieces, read(text, title).units[:1])
        if all(away):
            return ()
        begins = [*(piece.start for piece in pieces[1:]), len(text)]
        return tuple(_span(text, piece, begin) for piece, begin, gone in zip(pieces, begins, away, strict=True) if gone)

    def heading(self, subject: str) -> str:
        """The subject without what says nothing to the company, which may be all of it. Beyond ``TITLE`` words it is no title."""
        if not subject.strip():
            return ""
        line = " ".join(subject.split()[:TITLE])
        pieces = read(line).pieces
        fronts = [self._front(piece.text) for piece in pieces]
        kept: list[bool] = []
        for front, own in zip(fronts, self._leaning(fronts, language(line)), strict=True):
            known = own >= FOREIGN or self._must_be_read(front)
            kept.append(known if _tells(front) or not kept else kept[-1])
        whole = all(kept) and fronts == [piece.text for piece in pieces]
        return line if whole else " ".join(front for front, stays in zip(fronts, kept, strict=True) if stays)

    def _front(self, title: str) -> str:
        """A title up to where another matter begins without a mark: with a capital letter, like a sentence that was put behind it."""
        words = title.split()
        inner = range(1, len(words) - SHORTEST_CUT + 1) if len(words) >= LONG else ()
        cuts = [at for at in inner if words[at][:1].isupper() and not words[at - 1][:1].isupper()][-CUTS:]
        if not cuts:
            return title
        code = language(title)
        behind, at = min(zip(self._leaning([" ".join(words[at:]) for at in cuts], code), cuts, strict=True))
        front, rest = " ".join(words[:at]), " ".join(words[at:])
        if behind >= PARAGRAPH or self._must_be_read(rest):
            return title
        return front if self._leaning([front], code)[0] >= behind + APART else title

    def _away(self, text: str, pieces: Sequence[Piece], whole: Sequence[str]) -> list[bool]:
        leaning = self._leaning([piece.text for piece in pieces], language(text), whole)
        tells = [_tells(piece.text) for piece in pieces]
        away: list[bool] = []
        for _, inside in groupby(zip(_paragraphs(text, pieces), range(len(pieces)), strict=True), key=lambda each: each[0]):
            own = [at for _, at in inside]
            lost = {at for at in own if leaning[at] < FOREIGN} | _rambling([at for at in own if tells[at]], leaning)
            if max(leaning[at] for at in own) < PARAGRAPH:
                lost = set(own)
            for at in own:
                gone = at in lost if tells[at] else bool(away) and away[-1]
                away.append(gone and not self._must_be_read(pieces[at].text))
        return away

    def _must_be_read(self, sentence: str) -> bool:
        """Whether it names the company's things, a sum or a share, or is of the kind that brings a person in, however it is put."""
        cues = read_cues(sentence)
        named = _SHARE.search(sentence) or (self._names and self._names.search(sentence))
        return cues.wants_human or bool(cues.flags or named) or any(found.type in MATTERS for found in cues.entities)

    def _leaning(self, texts: Sequence[str], code: str, ahead: Sequence[str] = ()) -> list[float]:
        """Of each text, how much nearer it is to an utterance than to anything elsewhere; read in its own and in the message's language.
        What is asked for next may be encoded with them, ``ahead``."""
        own = [language(text) for text in texts]
        units = [[in_english(plain(text), each) for each in dict.fromkeys((code, lang))] for text, lang in zip(texts, own, strict=True)]
        flat = [unit for both in units for unit in both]
        vectors = self._model.encoder.encode([*flat, *ahead])[: len(flat)]
        near = (vectors @ self._model.references.T).max(1)
        leaning = near - (vectors @ self._elsewhere.T).max(1)
        leaning[near >= FAMILIAR] = leaning[near >= FAMILIAR].clip(min=PARAGRAPH)
        each = iter(leaning.tolist())
        return [max(next(each) for _ in both) + (LESS if lang != "en" else 0.0) for both, lang in zip(units, own, strict=True)]

    @cached_property
    def _elsewhere(self) -> "NDArray[np.float32]":
        return self._model.encoder.encode(TEXTS)


def _rambling(sentences: Sequence[int], leaning: Sequence[float]) -> set[int]:
    """Those of runs in which none is clear and most say nothing."""
    runs = (list(run) for faint, run in groupby(sentences, key=lambda at: leaning[at] < CLEAR) if faint)
    return {at for run in runs if len(run) >= MANY and sum(leaning[at] for at in run) < RAMBLING * len(run) for at in run}


def _span(text: str, piece: Piece, end: int) -> Span:
    """With the closing quotation marks and brackets behind it."""
    closing = _CLOSING.match(text, piece.end, end)
    return Span(start=piece.start, end=closing.end() if closing else piece.end)


def _paragraphs(text: str, pieces: Sequence[Piece]) -> Iterator[int]:
    """The number of each piece's paragraph."""
    number, end = 0, 0
    for piece in pieces:
        number += text.count("\n", end, piece.start) > 1
        end = piece.end
        yield number


def _tells(sentence: str) -> bool:
    return len({word for word in content_words(sentence) if not word.isdigit()}) >= FEW
