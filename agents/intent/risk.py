"""How often an automatic decision may be wrong: a threshold that keeps a bound, from decisions on texts that were not learned from."""

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DOUBT = 0.05
"""The chance, over the texts that happened to be held out, that the share of wrong decisions is above the bound all the same."""
STARTS = (0.0, 0.25, 0.5, 0.75)
STEPS = 100


class Risk(NamedTuple):
    """A decision is automatic when it is at least as sure as ``threshold``; None: none is, and ``caution`` says why."""

    threshold: float | None
    caution: str = ""


def fit_threshold(sure: "NDArray[np.float64]", right: "NDArray[np.bool_]", bound: float) -> Risk:
    """The lowest threshold under which the share of wrong ones among automatic decisions is at most ``bound``, proven to ``1 - DOUBT``.

    ``sure`` is each held-out decision's score, ``right`` whether acting on it would have been right; a text that is not the company's
    business counts as wrong. Method: Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021) for selective risk (Geifman and
    El-Yaniv 2017). For each threshold of a grid that is fixed before looking at ``right``, "the risk is above the bound" is rejected by the
    binomial tail P(at most so many wrong of so many | bound); fixed-sequence testing goes from strict to lenient until one is not rejected,
    from each of ``STARTS`` (shares of the texts) with an equal part of ``DOUBT``. Assumption: messages to come are exchangeable with the
    held-out texts.

    Raises:
        ValueError: a bound outside (0, 1).
    """
    import numpy as np
    from scipy.stats import binom

    if not 0 < bound < 1:
        raise ValueError("a bound lies between 0 and 1")
    doubt = DOUBT / len(STARTS)
    least = math.ceil(math.log(doubt) / math.log1p(-bound))
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order])
    counts = _last_of_ties(sure[order])
    if not len(counts) or counts[-1] < least:
        return Risk(None, f"{len(sure):,} held-out texts are too few to prove {bound:.1%} wrong: {least:,} without a mistake are the least")
    best = 0
    for start in STARTS:
        grid = np.linspace(max(least, start * len(sure)), len(sure), STEPS)
        steps = np.unique(counts[np.minimum(np.searchsorted(counts, grid), len(counts) - 1)])
        fine = binom.cdf(wrong[steps - 1], steps, bound) <= doubt
        kept = int(steps[: len(fine) if fine.all() else int(fine.argmin())].max(initial=0))
        best = max(best, kept)
    if not best:
        return Risk(None, f"no threshold keeps wrong decisions under {bound:.1%} on {len(sure):,} held-out texts")
    return Risk(float(sure[order][best - 1]))


def _last_of_ties(ordered: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """How many decisions are automatic at each distinct score, strictest first."""
    import numpy as np

    return np.flatnonzero(np.append(ordered[:-1] != ordered[1:], True)) + 1 if len(ordered) else np.empty(0, np.int64)
