"""How well each sentence of the passages answers one question."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from agents.advisor.focus import Ask, wants_steps
from agents.advisor.sentences import Unit, units
from agents.advisor.vectors import Vectors
from agents.advisor.words import content_words, spelled_out
from core.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEANING, WORDS, AROUND, STEPS = 0.8, 0.2, 0.2, 0.15
NEIGHBOURS = 3


class Scored(NamedTuple):
    """A unit of the passage at ``rank`` and how well it answers, 0 to about 1.3."""

    score: float
    rank: int
    unit: Unit


class _Part(NamedTuple):
    """What a unit is found by: ``near`` is encoded, ``words`` are counted."""

    rank: int
    unit: Unit
    near: str
    words: frozenset[str]


def ranked(ask: Ask, passages: Sequence[Passage], vectors: Vectors) -> list[Scored]:
    """Every unit of ``passages``, best first: ``0.8 · meaning + 0.2 · words + 0.2 · around``, and 0.15 more for steps where the question is
    how to do something.

    Meaning is the cosine between the question and the unit below its heading; words the share of the question's content words, weighted by
    how rare they are among the units, that unit and heading have; around the mean of the passage's three nearest units, so that a sentence
    counts more where its neighbours speak of the same. None of it depends on how the passages were found.
    """
    parts = [part for rank, passage in enumerate(passages) for part in _parts(rank, passage.heading, passage.text)]
    if not parts or not ask.queries:
        return []
    matrix = vectors.of([part.near for part in parts])
    best: dict[tuple[int, int], Scored] = {}
    for query in map(spelled_out, ask.queries):
        meaning = matrix @ vectors.of([query])[0]
        words, around, steps = _coverage(query, parts), _around(meaning, parts, len(passages)), wants_steps(query)
        for part, cosine, share in zip(parts, meaning, words, strict=True):
            score = MEANING * float(cosine) + WORDS * share + AROUND * around[part.rank] + STEPS * (part.unit.steps and steps)
            found = Scored(score, part.rank, part.unit)
            best[part.rank, part.unit.at] = max(best.get((part.rank, part.unit.at), found), found, key=lambda each: each.score)
    return sorted(best.values(), key=lambda scored: -scored.score)


def study(passage: Passage, vectors: Vectors) -> None:
    """Encode ahead what ``ranked`` compares of a passage."""
    if near := [part.near for part in _parts(0, passage.heading, passage.text)]:
        vectors.of(near)


@lru_cache(maxsize=2_000)
def _parts(rank: int, heading: str, text: str) -> tuple[_Part, ...]:
    above = heading.rpartition(" > ")[2]
    return tuple(
        _Part(rank, unit, spelled_out(f"{above}: {part}"), frozenset(content_words(spelled_out(f"{heading} {part}"))))
        for unit in units(text)
        for part in unit.parts
    )


def _coverage(query: str, parts: Sequence[_Part]) -> list[float]:
    """For each part the share, weighted by rarity, of the query's content words that it has."""
    asked = dict.fromkeys(content_words(query))
    weights = {word: math.log(1 + (len(parts) + 1) / (sum(word in part.words for part in parts) + 0.5)) for word in asked}
    total = sum(weights.values()) or 1.0
    return [sum(weight for word, weight in weights.items() if word in part.words) / total for part in parts]


def _around(meaning: "NDArray[np.float32]", parts: Sequence[_Part], passages: int) -> list[float]:
    near: list[list[float]] = [[] for _ in range(passages)]
    for part, cosine in zip(parts, meaning, strict=True):
        near[part.rank].append(max(0.0, float(cosine)))
    best = (sorted(each, reverse=True)[:NEIGHBOURS] for each in near)
    return [sum(each) / len(each) if each else 0.0 for each in best]
