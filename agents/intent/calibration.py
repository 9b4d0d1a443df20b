"""From predictions on texts that were not learned from: the temperature, and the thresholds for scope, abstention and the set."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agents.intent.evidence import SEEN, TINY, Calibration, Evidence, Past, Scope, softmax, top_set_right

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REJECTED = 0.05
WRONG = 0.10
MISSED = 0.05
ABSTAIN_RANGE = (0.3, 0.7)
TEMPERATURES = (1.0, 30.0)
MANY = 200
"""Held-out texts from which on the likeliest label is set right by itself."""
NEUTRAL, PRIOR = 9.0, 2.0
"""The temperature that so few texts as ``PRIOR`` speak for: a lone example next to a message makes it some 90 % sure, no more."""
FEW = 10
DIRECTION = (1.0, -0.5, 1.0, 1.0)
"""How the best logit, the out-of-scope logit, the nearest cosine and the strongest vote speak for being in scope."""
FOREIGN = 0.1
"""The share of messages that are none of the company's business, unless more of the held-out texts are: companies give too few of them."""


class HeldOut(NamedTuple):
    """Evidence for held-out texts: pooled logits (texts, labels), scope evidence (texts, ``SEEN``), the true column (``labels``: none)."""

    logits: "NDArray[np.float32]"
    scope: "NDArray[np.float32]"
    truth: "NDArray[np.int64]"

    @staticmethod
    def of(evidence: Sequence[Evidence], truth: "NDArray[np.int64]", labels: int) -> "HeldOut":
        import numpy as np

        logits = np.array([found.logits for found in evidence], np.float32).reshape(-1, labels)
        return HeldOut(logits, np.array([found.scope for found in evidence], np.float32).reshape(-1, SEEN), truth)

    @staticmethod
    def joined(parts: Sequence["HeldOut"]) -> "HeldOut":
        import numpy as np

        return HeldOut(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def inside(self) -> "HeldOut":
        """Only texts that have an intent."""
        kept = self.truth < self.logits.shape[1]
        return HeldOut(self.logits[kept], self.scope[kept], self.truth[kept])


def calibrate(held: HeldOut, labels: int) -> tuple[Scope, Calibration, Past]:
    """Every threshold that a model needs, and how its decisions on the held-out texts came out. ``labels`` is the number of intents."""
    inside = held.inside()
    temperature = _temperature(inside)
    slope, shift = _top(inside, temperature)
    chances = top_set_right(softmax(inside.logits / temperature), slope, shift)
    scope = _scope(held, labels)
    calibration = Calibration(temperature, slope, shift, _abstain(chances, inside.truth), _included(chances, inside.truth))
    return scope, calibration, _past(held, scope, calibration)


def _past(held: HeldOut, scope: Scope, calibration: Calibration) -> Past:
    """What would have been decided of each held-out text, how sure, and whether it was right; a text without an intent never is."""
    import numpy as np

    if not held.logits.shape[1]:
        return Past(np.empty(0), np.empty(0, np.bool_))
    sure = calibration.chances(held.logits).max(1) * (1 - scope.none(held.scope))
    sure[scope.score(held.scope) < scope.threshold] = 0.0
    return Past(sure, held.logits.argmax(1) == held.truth)


def log_loss(held: HeldOut) -> float:
    """Mean negative log-likelihood of the true labels at the best temperature; 0 when there are none."""
    inside = held.inside()
    return _loss(inside, _temperature(inside))


def _loss(inside: HeldOut, temperature: float) -> float:
    import numpy as np

    if not len(inside.truth):
        return 0.0
    chances = softmax(inside.logits / temperature)
    return float(-np.log(np.maximum(chances[np.arange(len(chances)), inside.truth], 1e-12)).mean())


def _temperature(inside: HeldOut) -> float:
    """Guo et al. 2017, drawn towards ``NEUTRAL`` as by ``PRIOR`` texts: the fewer there are, the less they say against it."""
    import math

    from scipy.optimize import minimize_scalar

    low, high, neutral = (math.log(edge) for edge in (*TEMPERATURES, NEUTRAL))

    def total(at: float) -> float:
        return len(inside.truth) * _loss(inside, math.exp(at)) + PRIOR * (at - neutral) ** 2

    return float(math.exp(minimize_scalar(total, bounds=(low, high), method="bounded").x)) if len(inside.truth) else NEUTRAL


def _top(inside: HeldOut, temperature: float) -> tuple[float, float]:
    """Slope and shift of ``top_set_right``; none for few texts, or where nothing, or everything, is right."""
    import numpy as np

    right = inside.logits.argmax(1) == inside.truth if len(inside.truth) else np.empty(0, np.bool_)
    if len(right) < MANY or right.all() or not right.any() or inside.logits.shape[1] < 2:
        return 1.0, 0.0
    from sklearn.linear_model import LogisticRegression

    best = np.clip(softmax(inside.logits / temperature).max(1), TINY, 1 - TINY)
    fitted = LogisticRegression(C=np.inf).fit(np.log(best / (1 - best))[:, None], right)
    return max(0.0, float(fitted.coef_[0, 0])), float(fitted.intercept_[0])


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
    """The detector: its evidence, each by its spread, counts as ``DIRECTION`` says, as few out-of-scope texts cannot teach that. They fit
    slope and intercept (logistic regression), and of the thresholds that reject at most ``REJECTED`` of what is in scope the one that
    separates best (Youden). Without them it rejects ``REJECTED``, and the chance of "none" is a guess."""
    import numpy as np

    outside = held.truth == labels
    scale = held.scope.std(0).astype(np.float64)
    mean, scale = held.scope.mean(0).astype(np.float64), np.where(scale > 1e-6, scale, 1.0)
    share = max(FOREIGN, float(outside.mean()) if len(outside) else 0.0)
    direction = np.array(DIRECTION)
    if outside.sum() < FEW or (~outside).sum() < FEW:
        plain = Scope(mean, scale, direction, 5.0, 0.0, share)
        scores = plain.score(held.scope[~outside])
        return plain._replace(threshold=float(np.quantile(scores, REJECTED)) if len(scores) >= FEW else 0.0)
    from sklearn.linear_model import LogisticRegression

    summed = ((held.scope - mean) / scale) @ direction
    fitted = LogisticRegression(class_weight="balanced").fit(summed[:, None], ~outside)
    slope = max(0.0, float(fitted.coef_[0, 0]))
    detector = Scope(mean, scale, direction * slope, float(fitted.intercept_[0]), 0.0, share)
    return detector._replace(threshold=_best_split(detector.score(held.scope[~outside]), detector.score(held.scope[outside])))


def _best_split(inside: "NDArray[np.float64]", outside: "NDArray[np.float64]") -> float:
    import numpy as np

    candidates = np.quantile(inside, np.linspace(0.0, REJECTED, 51))
    gains = [float((outside < at).mean() - (inside < at).mean()) for at in candidates]
    return float(candidates[int(np.argmax(gains))])
