"""One set, one model: predictions beside the truth, bounds over random splits, and how long it takes."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agents.intent.figures import BOUNDS, Judged, share
from agents.intent.risk import fit_threshold

if TYPE_CHECKING:
    from agents.intent.model import IntentModel, Prediction

SPLITS = 200


def judged(held: Sequence[tuple[str, str | None]], found: "Sequence[Prediction]") -> Judged:
    tops = [each.labels[0] if each.labels else None for each in found]
    return Judged(
        truth=[label for _, label in held],
        top=[top.label if top else None for top in tops],
        confidence=np.array([top.confidence if top else 0.0 for top in tops]),
        inside=np.array([1 - each.none for each in found]),
        sure=np.array([each.sure for each in found]),
        sets=[each.set for each in found],
    )


class Bound(NamedTuple):
    """Over the random splits: in how many the bound was exceeded, and the mean shares of in-scope and of all texts that were automatic."""

    bound: float
    exceeded: float
    in_scope: float
    automatic: float
    wrong: float


def bounds(found: Judged, splits: int = SPLITS, seed: int = 0) -> list[Bound]:
    """The threshold is fitted on a random half of the held-out predictions and applied to the other half, ``splits`` times."""
    right, known = found.right, found.known
    rows: dict[float, list[tuple[float, float, float, float]]] = {bound: [] for bound in BOUNDS}
    chance = np.random.default_rng(seed)
    for _ in range(splits):
        order = chance.permutation(len(right))
        fit, test = order[: len(order) // 2], order[len(order) // 2 :]
        for bound in BOUNDS:
            threshold = fit_threshold(found.sure[fit], right[fit], bound).threshold
            taken = found.sure[test] >= (threshold if threshold is not None else np.inf)
            wrong = share(~right[test][taken]) or 0.0
            rows[bound].append((wrong > bound, share(taken[known[test]]) or 0.0, share(taken) or 0.0, wrong))
    return [Bound(bound, *(float(value) for value in np.mean(each, axis=0))) for bound, each in rows.items()]


class Speed(NamedTuple):
    p50_ms: float
    p95_ms: float
    per_second: float


def speed(model: "IntentModel", texts: Sequence[str], ones: int = 500) -> Speed:
    """One text after the other on one core; then all of them in one call, on all cores. ``model`` must not keep vectors."""
    some = random.Random(0).sample(list(texts), min(ones, len(texts)))
    for text in some[:20]:
        model.predict(text)
    with _one_core():
        taken = [_timed(model, text) for text in some]
    began = time.perf_counter()
    model.predict_many(texts)
    many = time.perf_counter() - began
    return Speed(float(np.quantile(taken, 0.5)), float(np.quantile(taken, 0.95)), len(texts) / many)


def _timed(model: "IntentModel", text: str) -> float:
    began = time.perf_counter()
    model.predict(text)
    return (time.perf_counter() - began) * 1000


@contextmanager
def _one_core() -> Iterator[None]:
    """Where the system lets a process choose its cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
