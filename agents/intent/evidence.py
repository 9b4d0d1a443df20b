"""What one message gives a model to decide by, and the parameters that turn it into chances."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 0.5
SEEN = 4
TINY = 1e-9


class Units(NamedTuple):
    """Of each text read by itself: ``logits`` (texts, classes), the cosine to the nearest utterance, the strongest vote for an intent."""

    logits: "NDArray[np.float32]"
    near: "NDArray[np.float32]"
    vote: "NDArray[np.float32]"

    def at(self, rows: "slice | Sequence[int]") -> "Units":
        return Units(self.logits[rows], self.near[rows], self.vote[rows])

    def then(self, other: "Units") -> "Units":
        import numpy as np

        return Units(*(np.concatenate(column) for column in zip(self, other, strict=True)))


class Evidence(NamedTuple):
    """Pooled ``logits`` (labels), what the scope detector sees (``SEEN``), and the message's pieces."""

    logits: "NDArray[np.float32]"
    scope: "NDArray[np.float32]"
    pieces: Units


class Scope(NamedTuple):
    """A logistic detector over (best logit, out-of-scope logit, cosine to the nearest utterance, strongest vote); in scope from
    ``threshold`` on. ``foreign`` is the share of messages outside for which ``none`` is calibrated."""

    mean: "NDArray[np.float64]"
    scale: "NDArray[np.float64]"
    weights: "NDArray[np.float64]"
    intercept: float
    threshold: float
    foreign: float

    def score(self, scope: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """In [0, 1], for evidence (…, ``SEEN``): the chance to be in scope where as many messages are as are not."""
        return _logistic(self._odds(scope))

    def none(self, scope: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """In [0, 1], for evidence (…, ``SEEN``): the chance that a message wants none of the intents."""
        import numpy as np

        return 1 - _logistic(self._odds(scope) + np.log((1 - self.foreign) / self.foreign))

    def _odds(self, scope: "NDArray[np.float32]") -> "NDArray[np.float64]":
        import numpy as np

        return np.asarray(((scope - self.mean) / self.scale) @ self.weights + self.intercept, np.float64)


class Calibration(NamedTuple):
    """Chances are a softmax of the logits over ``temperature``, of which the likeliest is then set right (see ``chances``). Below
    ``abstain`` nothing is decided; a label of at least ``included`` stays in the set."""

    temperature: float
    slope: float
    shift: float
    abstain: float
    included: float

    def chances(self, logits: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """Of each label, (texts, labels)."""
        return top_set_right(softmax(logits / self.temperature), self.slope, self.shift)


class Past(NamedTuple):
    """Decisions on texts that were not learned from: how sure each was, and whether it was right."""

    sure: "NDArray[np.float64]"
    right: "NDArray[np.bool_]"


def pool(units: Units, labels: int) -> Evidence:
    """One message's evidence from its units: the whole body first, then its sentences (none when the body is one).

    A request is often one sentence of many, so a label counts as in the whole plus, by half, as in the sentence that speaks most for it;
    the out-of-scope column plus as in the sentence that speaks least for it.
    """
    import numpy as np

    logits, near, vote = units
    pieces = units.at(slice(1, None)) if len(logits) > 1 else units
    pooled = logits[0, :labels] + PIECE * pieces.logits[:, :labels].max(0)
    outside = logits[0, labels] + PIECE * pieces.logits[:, labels].min() if logits.shape[1] > labels else 0.0
    return Evidence(pooled, np.array([pooled.max(), outside, near.max(), vote.max()], np.float32), pieces)


def softmax(logits: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """Over the last axis."""
    import numpy as np

    odds = np.exp((logits - logits.max(-1, keepdims=True)).astype(np.float64))
    return np.asarray(odds / odds.sum(-1, keepdims=True), np.float64)


def top_set_right(chances: "NDArray[np.float64]", slope: float, shift: float) -> "NDArray[np.float64]":
    """The log-odds of each text's likeliest label times ``slope`` plus ``shift`` (Platt 1999, for the top label: Gupta and Ramdas 2021);
    the others share what is left as before, and none overtakes it."""
    import numpy as np

    if chances.shape[-1] < 2:
        return chances
    order = np.argsort(chances, -1)
    rows = np.arange(len(chances))
    best, second = chances[rows, order[:, -1]], chances[rows, order[:, -2]]
    rest = np.maximum(1 - best, TINY)
    wanted = _logistic(slope * np.log(np.maximum(best, TINY) / rest) + shift)
    least = second / (second + rest)
    top = np.maximum(wanted, least)
    scaled: NDArray[np.float64] = chances * ((1 - top) / rest)[:, None]
    scaled[rows, order[:, -1]] = top
    return scaled


def _logistic(odds: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))), np.float64)
