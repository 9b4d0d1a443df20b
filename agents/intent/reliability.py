"""How well confidences are calibrated: pure functions over n confidences in [0, 1] and whether each was right."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

BINS = 15
RESAMPLES, BLOCK = 1_000, 4_000_000


class Bin(NamedTuple):
    """Texts whose confidence lies in [low, high): how many, their mean confidence and how many of them were right, as shares."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def bins(confidence: "Floats", right: "Flags", count: int = BINS) -> list[Bin]:
    """Equal-width bins of confidence, empty ones left out; 1.0 belongs to the last."""
    at = _bin(confidence, count)
    return [
        Bin(each / count, (each + 1) / count, int(own.sum()), float(confidence[own].mean()), float(right[own].mean()))
        for each in range(count)
        if (own := at == each).any()
    ]


def ece(confidence: "Floats", right: "Flags", count: int = BINS) -> float | None:
    """Expected calibration error of the top label over equal-width bins (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017)."""
    if not len(confidence):
        return None
    return sum(each.n * abs(each.confidence - each.right) for each in bins(confidence, right, count)) / len(confidence)


def brier(confidence: "Floats", right: "Flags") -> float | None:
    """Mean squared difference of the top label's confidence to whether it was right (Brier 1950, of that one event)."""
    return float(((confidence - right) ** 2).mean()) if len(confidence) else None


def ece_floor(confidence: "Floats", count: int = BINS, quantile: float = 0.95, seed: int = 0) -> float | None:
    """The ECE that a perfectly calibrated model of these confidences stays below ``quantile`` of the time.

    ECE is above zero by chance alone, the more so with few texts: whether each is right is drawn anew from its own confidence,
    ``RESAMPLES`` times (consistency resampling, Bröcker and Smith 2007).
    """
    import numpy as np

    if not len(confidence):
        return None
    at = _bin(confidence, count)
    sums, expected = _resampled(confidence, at, count, seed), np.bincount(at, confidence, count)
    return float(np.quantile(np.abs(sums - expected).sum(1) / len(confidence), quantile))


def band(confidence: "Floats", count: int = BINS, seed: int = 0) -> dict[int, tuple[float, float]]:
    """Bin → where a perfectly calibrated model's share of right ones lies 90 % of the time."""
    import numpy as np

    at = _bin(confidence, count)
    n = np.bincount(at, minlength=count)
    sums = _resampled(confidence, at, count, seed) if len(confidence) else np.zeros((1, count))
    low, high = np.quantile(sums, (0.05, 0.95), axis=0)
    return {each: (float(low[each] / n[each]), float(high[each] / n[each])) for each in range(count) if n[each]}


def _bin(confidence: "Floats", count: int) -> "NDArray[np.int64]":
    import numpy as np

    return np.clip((confidence * count).astype(np.int64), 0, count - 1)


def _resampled(confidence: "Floats", at: "NDArray[np.int64]", count: int, seed: int) -> "Floats":
    """(resamples, bins): how many are right when each is right with its own confidence. In blocks, so that memory stays small."""
    import numpy as np

    chance = np.random.default_rng(seed)
    order = np.argsort(at, kind="stable")
    filled, starts = np.unique(at[order], return_index=True)
    sums = np.zeros((RESAMPLES, count))
    block = max(1, BLOCK // len(confidence))
    for row in range(0, RESAMPLES, block):
        drawn = chance.random((min(block, RESAMPLES - row), len(confidence))) < confidence[order]
        sums[row : row + len(drawn), filled] = np.add.reduceat(drawn, starts, axis=1, dtype=np.float64)
    return sums
