"""The statistics: ranks, hits, thresholds that are fitted on some folds and judged on another."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS, SEEDS = 5, 10
REFUSED = 0.095
"""A little below what is allowed: half of the time, what is fitted on four folds is exceeded on the fifth."""


def rank(found: Sequence[str], gold: Collection[str]) -> int | None:
    """The place, from 1 on, of the first of ``gold``; what is found twice counts once."""
    return next((at for at, each in enumerate(dict.fromkeys(found), start=1) if each in gold), None)


def hit(ranks: Sequence[int | None], k: int) -> float:
    """The share that is found among the first ``k``."""
    return sum(at is not None and at <= k for at in ranks) / len(ranks) if ranks else 0.0


class Abstention(NamedTuple):
    """Shares of the unanswerable questions that got no answer and of the answerable ones that were wrongly refused."""

    abstained: float
    refused: float
    threshold: float


def threshold(scores: "NDArray[np.float64]", answerable: "NDArray[np.bool_]", refused: float = REFUSED) -> float:
    """The highest below which at most ``refused`` of the answerable questions score: an answer is given at or above it."""
    right = np.sort(scores[answerable])
    return float(right[int(refused * len(right))]) if len(right) else 0.0


def folded(scores: Sequence[float], answerable: Sequence[bool], refused: float = REFUSED) -> Abstention:
    """Means over ``SEEDS`` random partitions: each fifth is judged by the threshold of the four others. Folds keep the shares of both
    kinds."""
    values, truth = np.array(scores, float), np.array(answerable, bool)
    found = []
    for seed in range(SEEDS):
        fold = _folds(truth, seed)
        given = np.empty(len(values), bool)
        fitted = [threshold(values[fold != at], truth[fold != at], refused) for at in range(FOLDS)]
        for at, least in enumerate(fitted):
            given[fold == at] = values[fold == at] >= least
        found.append((float((~given[~truth]).mean()), float((~given[truth]).mean()), float(np.mean(fitted))))
    return Abstention(*(float(value) for value in np.mean(found, axis=0)))


def _folds(truth: "NDArray[np.bool_]", seed: int) -> "NDArray[np.int64]":
    """The fold of each row."""
    chance, fold = np.random.default_rng(seed), np.empty(len(truth), np.int64)
    for kind in (True, False):
        rows = chance.permutation(np.flatnonzero(truth == kind))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold
