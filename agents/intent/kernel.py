"""Evidence from labelled examples nearby: kernel ridge regression on sentence vectors, added to the linear head.

Regularised least-squares classification (Rifkin and Klautau 2004; the posterior mean of a Gaussian process, Rasmussen and Williams 2006,
chapter 2): with K the kernel between examples and Y one-hot, the duals are (K + RIDGE·I)⁻¹ Y, and a text's votes are its kernel to every
example times the duals. Kernel: exp(WIDTH · (cosine - 1)) of vectors less the examples' mean. The same cosines name the nearest examples.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, RIDGE = 1.0, 0.1
LEAST = 1e-6
WEIGHT = 10.0
"""Of the votes beside the linear head's logits. Flat from 8 to 15 on three public sets, and with ten examples an intent."""
MOST = 16_000
"""Examples kept, of each label the same share: a text is compared with every one of them."""


@dataclass(frozen=True)
class Nearby:
    """``vectors`` (examples, 384): unit; ``duals`` (examples, classes). The company's utterances come first, ``known`` of them; what
    follows, texts without an intent and the names and definitions of intents, votes but is no example that a text could be near to.
    """

    vectors: "NDArray[np.float32]"
    duals: "NDArray[np.float32]"
    known: int

    def cosines(self, vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """(texts, examples) for unit vectors (texts, 384)."""
        cosines: NDArray[np.float32] = vectors @ self.vectors.T
        return cosines

    def votes(self, vectors: "NDArray[np.float32]", cosines: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """(texts, classes): about 1 for the label of close examples, about 0 for the others and where nothing is close."""
        votes: NDArray[np.float32] = self._frame.kernel(vectors, cosines) @ self.duals
        return votes

    def slope(self, vector: "NDArray[np.float32]", cosines: "NDArray[np.float32]") -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
        """One text's kernel to every example (1, examples), and how much each grows with the cosine to it (examples,)."""
        return self._frame.kernel(vector, cosines), self._frame.slope(vector, cosines)

    def nearest(self, cosines: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """(texts,): each text's cosine to the utterance closest to it; -1 without any."""
        best: NDArray[np.float32] = cosines[:, : self.known].max(1, initial=-1.0)
        return best

    @cached_property
    def _frame(self) -> "_Frame":
        return _Frame(self.vectors)


class _Frame:
    """Cosines around the examples' mean: (v - m)·(x - m) = v·x - v·m - m·x + m·m, so that the product with the examples is made once."""

    def __init__(self, vectors: "NDArray[np.float32]") -> None:
        import numpy as np

        self._mean = vectors.mean(0)
        self._shift, self._square = vectors @ self._mean, float(self._mean @ self._mean)
        self._lengths = np.sqrt(np.maximum(1 - 2 * self._shift + self._square, LEAST))

    def slope(self, vector: "NDArray[np.float32]", cosines: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """d kernel / d cosine, the text's distance to the mean held fixed."""
        slope: NDArray[np.float32] = self.kernel(vector, cosines)[0] * WIDTH / (self._away(vector)[0] * self._lengths)
        return slope

    def _away(self, vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """(texts, 1): how far each lies from the mean."""
        import numpy as np

        shift = (vectors @ self._mean)[:, None]
        return np.asarray(np.sqrt(np.maximum(1 - 2 * shift + self._square, LEAST)), np.float32)

    def kernel(self, vectors: "NDArray[np.float32]", cosines: "NDArray[np.float32]") -> "NDArray[np.float32]":
        import numpy as np

        shift, lengths = (vectors @ self._mean)[:, None], self._away(vectors)
        around = (cosines - shift - self._shift + self._square) / (lengths * self._lengths)
        return np.asarray(np.exp(WIDTH * (around - 1)), np.float32)


def fit(vectors: "NDArray[np.float32]", labels: "NDArray[np.int64]", classes: int, known: int) -> Nearby:
    """Learn from unit vectors (examples, 384), of which the first ``known`` are utterances. Exact: one Cholesky factorisation."""
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve

    kernel = _Frame(vectors).kernel(vectors, vectors @ vectors.T)
    kernel[np.diag_indices_from(kernel)] += np.float32(RIDGE)
    factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    duals = cho_solve(factor, np.eye(classes, dtype=np.float32)[labels], check_finite=False)
    return Nearby(vectors, np.asarray(duals, np.float32), known)


def share(labels: "NDArray[np.int64]", most: int = MOST) -> "NDArray[np.int64]":
    """Positions of at most ``most`` examples, in order, the first ones of each label."""
    import numpy as np

    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], labels[order])
    rank = np.empty(len(labels), np.int64)
    rank[order] = np.arange(len(labels)) - starts
    return np.sort(np.argsort(rank, kind="stable")[:most])
