"""The published TF-IDF retriever, rebuilt from its source: the same protocol must give the published figures again.

Cosine of term frequencies (divided by the largest) times smoothed idf over words, words marked as title or body, and word pairs, the
title thrice; 2.5 for each word shared with the title, 4 and 8 for each pair and triple of the title's words that the question has.
It abstains below 15. Source: agent-release-gates, ``evals/techqa_public.py`` (MIT).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from benchmarks.knowledge.sets import Page

ABSTAINS_BELOW = 15.0
HIT_AT_3, ABSTAINED, REFUSED = 0.8073, 0.1146, 0.0443
_WORD = re.compile(r"[a-z0-9]{2,}")
_STOP = frozenset(_WORD.findall("an and are for from how in is of on or the this to what when why with"))
Weights = dict[str, float]


class TfIdf:
    def __init__(self, pages: Sequence[Page]) -> None:
        features = [_features(page.title, "title") * 3 + _features(f"Title: {page.title}\n\nText:{page.text}", "body") for page in pages]
        counts = Counter(feature for each in features for feature in set(each))
        self._idf = {feature: math.log((len(pages) + 1) / (count + 1)) + 1 for feature, count in counts.items()}
        self._pages = [(page.document, _words(page.title), self._weighted(each)) for page, each in zip(pages, features, strict=True)]

    def ranked(self, question: str) -> list[tuple[float, str]]:
        """Score and document, best first."""
        words, asked = _words(question), self._weighted(_features(question, "query"))
        found = (
            (_cosine(asked, weights) * 100 + len(set(words) & set(title)) * 2.5 + _phrases(words, title), document)
            for document, title, weights in self._pages
        )
        return sorted(found, key=lambda each: (-round(each[0], 4), each[1]))

    def _weighted(self, features: list[str]) -> Weights:
        """Brought to length 1."""
        counts = Counter(features)
        weights = {feature: count * self._idf.get(feature, 1.0) for feature, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _STOP]


def _features(text: str, part: str) -> list[str]:
    words = _words(text)
    pairs = (f"{left} {right}" for left, right in pairwise(words))
    return [*words, *(f"{part}:{word}" for word in words), *pairs]


def _cosine(left: Weights, right: Weights) -> float:
    return sum(weight * right.get(feature, 0.0) for feature, weight in left.items())


def _phrases(words: list[str], title: list[str]) -> float:
    text = " ".join(words)
    runs = ((points, " ".join(title[at : at + size])) for size, points in ((2, 4.0), (3, 8.0)) for at in range(len(title) - size + 1))
    return sum(points for points, run in runs if run in text)
