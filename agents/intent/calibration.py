"""From predictions on texts that were not learned from: the temperature, and the thresholds for scope, abstention and the set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agents.intent.model import PIECE, Calibration, Evidence, Scope, softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REJECTED = 0.05
WRONG = 0.10
MISSED = 0.05
ABSTAIN_RANGE = (0.3, 0.7)
TEMPERATURES = (0.5, 30.0)
FEW = 10


class HeldOut(NamedTuple):
    """Evidence for held-out texts: pooled logits (texts, labels), scope evidence (texts, 3), and the true column (``labels``: none)."""

    logits: "NDArray[np.float32]"
    scope: "NDArray[np.float32]"
    truth: "NDArray[np.int64]"

    @staticmethod
    def of(evidence: Sequence[Evidence], truth: "NDArray[np.int64]", labels: int) -> "HeldOut":
        import numpy as np

        logits = np.array([found.logits for found in evidence], np.float32).reshape(-1, labels)
        return HeldOut(logits, np.array([found.scope for found in evidence], np.float32).reshape(-1, 3), truth)

    @staticmethod
    def joined(parts: Sequence["HeldOut"]) -> "HeldOut":
        import numpy as np

        return HeldOut(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def inside(self) -> "HeldOut":
        """Only texts that have an intent."""
        kept = self.truth < self.logits.shape[1]
        return HeldOut(self.logits[kept], self.scope[kept], self.truth[kept])


def calibrate(held: HeldOut, labels: int) -> tuple[Scope, Calibration]:
    """Every threshold that a model needs. ``labels`` is the number of intents."""
    inside = held.inside()
    temperature = _temperature(inside)
    chances = softmax(inside.logits / temperature)
    return _scope(held, labels), Calibration(temperature, _abstain(chances, inside.truth), _included(chances, inside.truth))


def log_loss(held: HeldOut) -> float:
    """Mean negative log-likelihood of the true labels at the best temperature; 0 when there are none."""
    inside = held.inside()
    return _nll(inside, _temperature(inside))


def _nll(inside: HeldOut, temperature: float) -> float:
    import numpy as np

    if not len(inside.truth):
        return 0.0
    chances = softmax(inside.logits / temperature)
    return float(-np.log(np.maximum(chances[np.arange(len(chances)), inside.truth], 1e-12)).mean())


def _temperature(inside: HeldOut) -> float:
    """Guo et al. 2017; a handful of texts gets the neutral ``1 + PIECE``."""
    import math

    from scipy.optimize import minimize_scalar

    if len(inside.truth) < FEW:
        return 1 + PIECE
    low, high = (math.log(edge) for edge in TEMPERATURES)
    return float(math.exp(minimize_scalar(lambda at: _nll(inside, math.exp(at)), bounds=(low, high), method="bounded").x))


def _abstain(chances: "NDArray[np.float64]", truth: "NDArray[np.int64]") -> float:
    """The lowest confidence from which on at most ``WRONG`` of the texts get a wrong label, within ``ABSTAIN_RANGE``."""
    import numpy as np

    if len(truth) < FEW:
        return sum(ABSTAIN_RANGE) / 2
    best = chances.max(1)
    order = np.argsort(-best, kind="stable")
    wrong = np.cumsum(chances.argmax(1)[order] != truth[order]) / np.arange(1, len(order) + 1)
    fine = np.flatnonzero(wrong <= WRONG)
    threshold = float(best[order[fine[-1]]]) if len(fine) else 1.0
    return min(max(threshold, ABSTAIN_RANGE[0]), ABSTAIN_RANGE[1])


def _included(chances: "NDArray[np.float64]", truth: "NDArray[np.int64]") -> float:
    """Split-conformal threshold (Sadinle, Lei and Wasserman 2019, least ambiguous sets): the true label's confidence is below it for at
    most ``MISSED`` of exchangeable texts."""
    import numpy as np

    rank = int(MISSED * (len(truth) + 1))
    return float(np.sort(chances[np.arange(len(truth)), truth])[rank - 1]) if rank else 0.0


def _scope(held: HeldOut, labels: int) -> Scope:
    """The detector. With out-of-scope texts: logistic regression, and of the thresholds that reject at most ``REJECTED`` of what is in
    scope the one that separates best (Youden). Without: equal weights, rejecting ``REJECTED``."""
    import numpy as np

    outside = held.truth == labels
    scale = held.scope.std(0).astype(np.float64)
    mean, scale = held.scope.mean(0).astype(np.float64), np.where(scale > 1e-6, scale, 1.0)
    if outside.sum() < FEW or (~outside).sum() < FEW:
        plain = Scope(mean, scale, np.array([1.0, 0.0, 1.0]), 4.0, 0.0)
        scores = plain.score(held.scope[~outside])
        return plain._replace(threshold=float(np.quantile(scores, REJECTED)) if len(scores) >= FEW else 0.0)
    from sklearn.linear_model import LogisticRegression

    detector = LogisticRegression(class_weight="balanced").fit((held.scope - mean) / scale, ~outside)
    fitted = Scope(mean, scale, detector.coef_[0].astype(np.float64), float(detector.intercept_[0]), 0.0)
    return fitted._replace(threshold=_best_split(fitted.score(held.scope[~outside]), fitted.score(held.scope[outside])))


def _best_split(inside: "NDArray[np.float64]", outside: "NDArray[np.float64]") -> float:
    import numpy as np

    candidates = np.quantile(inside, np.linspace(0.0, REJECTED, 51))
    gains = [float((outside < at).mean() - (inside < at).mean()) for at in candidates]
    return float(candidates[int(np.argmax(gains))])
