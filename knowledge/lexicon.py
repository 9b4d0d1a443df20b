"""Lexical scores: BM25 over a collection, built by bm25s, kept as plain arrays."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.75
_WORD = re.compile(r"\w+")
_IDENTIFIER = re.compile(r"\w+(?:[-./:#$@]\w+){1,8}")
_CAMEL = re.compile(r"\b\w*[a-z][A-Z]\w*")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True)
class Lexicon:
    """BM25 contributions by term and text, as compressed columns: term ``t`` of ``vocabulary`` owns ``indptr[t]:indptr[t + 1]``, its texts
    in ascending order.

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
        for found, idf in self._columns(query):
            scores[self.indices[found]] += self.data[found]
            total += idf
        return scores / np.float32(total) if total else scores

    def _columns(self, query: str) -> list[tuple[slice, float]]:
        """Where each different term of the query stands in the arrays, and its idf."""
        found = []
        for term in dict.fromkeys(terms(query)):
            index = self.vocabulary.get(term)
            column = slice(0, 0) if index is None else slice(int(self.indptr[index]), int(self.indptr[index + 1]))
            found.append((column, self._idf(column.stop - column.start)))
        return found

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
    """Words without case or plural and without those that say nothing; identifiers (``CVE-2026-1234``) whole as well, camel case by its
    humps as well.
    """
    empty = _stop_words()
    folded = text.casefold()
    words = [stem for word in _WORD.findall(folded) if word not in empty and (stem := _stem(word))]
    whole = [found[0] for found in _IDENTIFIER.finditer(folded)]
    humps = [hump.casefold() for found in _CAMEL.finditer(text) for hump in _HUMP.findall(found[0])]
    return words + whole + humps


@cache
def _stop_words() -> frozenset[str]:
    """Of the languages whose replies and cues the product knows: English, German, French and Spanish."""
    from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_FRENCH, STOPWORDS_GERMAN, STOPWORDS_SPANISH

    listed = (word for words in (STOPWORDS_EN_PLUS, STOPWORDS_FRENCH, STOPWORDS_GERMAN, STOPWORDS_SPANISH) for word in words)
    return frozenset(part for word in listed for part in _WORD.findall(word.casefold())) - _TELLING_WORDS


_TELLING_WORDS = frozenset(
    [
        "ai",
        "ante",
        "con",
        "contra",
        "die",
        "era",
        "eu",
        "fine",
        "hat",
        "hay",
        "man",
        "mine",
        "note",
        "pour",
        "pro",
        "sans",
        "sea",
        "sera",
        "sin",
        "son",
        "sous",
        "ton",
        "war",
        "will",
    ]
)
"""Words of content in English that say nothing in another of the languages."""


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """Harman's S-stemmer (1991): the plural goes, nothing else, so that other languages are left alone."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("us", "ss")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word[:-1]
