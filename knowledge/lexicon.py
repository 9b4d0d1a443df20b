"""Lexical scores: BM25 over a collection, built by bm25s, kept as plain arrays."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.75
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Lexicon:
    """BM25 contributions by term and text, as compressed columns: term ``t`` of ``vocabulary`` owns ``indptr[t]:indptr[t + 1]``.

    Lucene's variant (Kamphuis et al. 2020), computed once when built (Lù 2024, BM25S), so that a query only adds.
    """

    vocabulary: dict[str, int]
    data: "NDArray[np.float32]"
    indices: "NDArray[np.int32]"
    indptr: "NDArray[np.int64]"
    size: int

    def coverage(self, query: str) -> "NDArray[np.float32]":
        """For each text, the share in [0, 1] of the query's weight (the sum of its terms' idf) that the text covers.

        Lucene's BM25 of a term stays below the term's idf, so the quotient needs no tuning. Words that no text has count as missing.
        """
        import numpy as np

        scores = np.zeros(self.size, np.float32)
        total = 0.0
        for term in dict.fromkeys(terms(query)):
            index = self.vocabulary.get(term)
            found = slice(0, 0) if index is None else slice(int(self.indptr[index]), int(self.indptr[index + 1]))
            scores[self.indices[found]] += self.data[found]
            total += self._idf(found.stop - found.start)
        return scores / np.float32(total) if total else scores

    def _idf(self, texts: int) -> float:
        return math.log(1 + (self.size - texts + 0.5) / (texts + 0.5))


def build(texts: Sequence[str]) -> Lexicon:
    """The lexicon of ``texts``, in their order."""
    import numpy as np

    tokens = [terms(text) for text in texts]
    if not any(tokens):
        return Lexicon({}, np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64), len(texts))
    import bm25s

    index = bm25s.BM25(method="lucene", k1=K1, b=B)
    index.index(tokens, show_progress=False)
    scores = index.scores
    vocabulary = {term: int(column) for term, column in index.vocab_dict.items()}
    return Lexicon(vocabulary, scores["data"], scores["indices"], scores["indptr"], len(texts))


def terms(text: str) -> list[str]:
    """Words without case or plural; the empty text has none."""
    return [_stem(word) for word in _WORD.findall(text.casefold())]


def _stem(word: str) -> str:
    """Harman's S-stemmer (1991): the plural goes, nothing else, so that other languages are left alone."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("us", "ss")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word[:-1]
