"""Logistic regression on a few columns, and the figures that judge a probability. NumPy, imported where it is used."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 50
CONVERGED = 1e-9


class Line(NamedTuple):
    """Log-odds = ``intercept`` + Σ ``slopes`` · columns."""

    intercept: float
    slopes: tuple[float, ...]

    def chance(self, values: Sequence[float]) -> float:
        from math import exp

        odds = self.intercept + sum(slope * value for slope, value in zip(self.slopes, values, strict=True))
        return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def fit(columns: "Floats", won: "Floats", ridge: float) -> Line:
    """Maximum likelihood with the targets of Platt (1999), (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2), which keep it from being too sure, by
    Newton's method with halved steps (Lin, Lin & Weng 2007, "A note on Platt's probabilistic outputs"). ``ridge`` pulls slopes to 0.
    """
    import numpy as np

    yes = float(won.sum())
    targets = np.where(won > 0, (yes + 1) / (yes + 2), 1 / (len(won) - yes + 2))
    rows = np.column_stack([np.ones(len(won)), columns])
    pull = np.diag([1e-9, *([max(ridge, 1e-9)] * columns.shape[1])])
    at = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = _sigmoid(rows @ at)
        slope = rows.T @ (chance - targets) + pull @ at
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + pull
        step, before = np.linalg.solve(curvature, slope), _loss(rows, targets, at, pull)
        size = next((size for size in 0.5 ** np.arange(20) if _loss(rows, targets, at - size * step, pull) <= before), 0.0)
        at = at - size * step
        if size * float(np.abs(step).max()) < CONVERGED:
            break
    return Line(float(at[0]), tuple(float(slope) for slope in at[1:]))


def chances(line: Line, columns: "Floats") -> "Floats":
    import numpy as np

    return _sigmoid(line.intercept + columns @ np.array(line.slopes))


def auc(values: "Floats", won: "Floats") -> float | None:
    """Chance that a won deal has the higher value than a lost one, ties count half; None unless there are both."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    yes, no = float(won.sum()), float(len(won) - won.sum())
    return float((ranks[won > 0].sum() - yes * (yes + 1) / 2) / (yes * no)) if yes and no else None


def _sigmoid(odds: "Floats") -> "Floats":
    import numpy as np

    return np.asarray(0.5 * (1 + np.tanh(odds / 2)), dtype=np.float64)


def _loss(rows: "Floats", targets: "Floats", at: "Floats", pull: "Floats") -> float:
    import numpy as np

    odds = rows @ at
    return float((np.logaddexp(0, odds) - targets * odds).sum() + at @ pull @ at / 2)
