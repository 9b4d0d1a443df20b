"""Lexical features by the hashing trick (Weinberger et al. 2009): the same plain transform when a model learns and when it reads.

A text becomes two TF-IDF vectors, words (1-2) and characters within words (3-5), each with sublinear term frequency and length ``SCALE``,
laid over each other in ``BUCKETS`` signed buckets. No vocabulary is kept: a model stays small, and nobody reads from it what it was taught.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUCKETS = 1 << 14
SCALE = 0.5
LONGEST, SHORTEST = 5, 3
_WORD = re.compile(r"\w+|[?!€$£]")
_DIGIT = re.compile(r"\d")


class Row(NamedTuple):
    """One text's non-zero features: bucket numbers (int64) and their values (float32)."""

    buckets: "NDArray[np.int64]"
    values: "NDArray[np.float32]"


def codes(text: str) -> tuple[Counter[int], Counter[int]]:
    """How often each word code and each character code occurs. A code is ``2 * bucket + sign``."""
    words = _WORD.findall(_DIGIT.sub("0", text.lower()))
    terms = Counter(_code(f"w{word}") for word in words)
    terms.update(_code(f"w{first} {second}") for first, second in pairwise(words))
    grams: Counter[int] = Counter()
    for word, times in Counter(words).items():
        for code in _inside(word):
            grams[code] += times
    return terms, grams


def idf(texts: Iterable[str]) -> "NDArray[np.float32]":
    """Smoothed inverse document frequency of every bucket."""
    import numpy as np

    seen, total = np.zeros(BUCKETS), 0
    for text in texts:
        total += 1
        seen[list({code >> 1 for block in codes(text) for code in block})] += 1
    return (np.log((1 + total) / (1 + seen)) + 1).astype(np.float32)


def row(text: str, weights: "NDArray[np.float32]") -> Row:
    """The features of a text; ``weights`` is what ``idf`` gave. An empty text has none."""
    import numpy as np

    blocks = [_block(counts, weights) for counts in codes(text) if counts]
    if not blocks:
        return Row(np.empty(0, np.int64), np.empty(0, np.float32))
    return Row(np.concatenate([block.buckets for block in blocks]), np.concatenate([block.values for block in blocks]))


def matrix(texts: Sequence[str], weights: "NDArray[np.float32]") -> Any:
    """The features of several texts as a SciPy CSR matrix (texts, BUCKETS). Only for learning."""
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = [row(text, weights) for text in texts]
    ends = np.cumsum([0, *(len(each.buckets) for each in rows)])
    values = np.concatenate([each.values for each in rows])
    buckets = np.concatenate([each.buckets for each in rows])
    return csr_matrix((values, buckets, ends), shape=(len(rows), BUCKETS), dtype=np.float32)


def _block(counts: Counter[int], weights: "NDArray[np.float32]") -> Row:
    import numpy as np

    found = np.fromiter(counts.keys(), np.int64, len(counts))
    times = np.fromiter(counts.values(), np.float32, len(counts))
    buckets = found >> 1
    values = (1 + np.log(times)) * weights[buckets] * (1 - 2 * (found & 1))
    return Row(buckets, (values * (SCALE / math.sqrt(float(values @ values)))).astype(np.float32))


@lru_cache(maxsize=20_000)
def _inside(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    sizes = range(SHORTEST, min(LONGEST, len(padded)) + 1)
    return tuple(_code(f"c{padded[at : at + size]}") for size in sizes for at in range(len(padded) - size + 1))


@lru_cache(maxsize=50_000)
def _code(gram: str) -> int:
    digest = zlib.crc32(gram.encode("utf-8", "replace"))
    return (digest % BUCKETS) << 1 | digest >> 31
