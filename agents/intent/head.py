"""The linear head: multinomial logistic regression with an L2 penalty, learned here, evaluated in NumPy where it is used."""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAM_LIMIT = 2_000
TOLERANCE = 1e-5
ITERATIONS = 35  # beyond it the held-out loss improves by one per cent, at twice the time
JITTER = 1e-4


class Weights(NamedTuple):
    """``logits = vectors @ dense + lexical @ sparse + bias``, one column a class."""

    dense: "NDArray[np.float32]"
    sparse: "NDArray[np.float32]"
    bias: "NDArray[np.float32]"

    def logits(self, dense: Any, sparse: Any) -> "NDArray[np.float32]":
        """(texts, classes) for feature matrices; ``sparse`` a SciPy matrix."""
        product: NDArray[np.float32] = dense @ self.dense + sparse @ self.sparse + self.bias
        return product


def fit(dense: Any, sparse: Any, labels: "NDArray[np.int64]", classes: int, strengths: tuple[float, ...]) -> list[Weights]:
    """One head for every inverse strength C of the penalty, smallest C first; each starts where the one before ended.

    Up to ``GRAM_LIMIT`` rows the problem is solved in the space that the rows span: with K = X Xᵀ = L Lᵀ (Cholesky) the best weights are
    Xᵀ L⁻ᵀ v, where v solves the same problem with L for X. That is exact, and for few rows many times faster than over thousands of
    columns.
    """
    solve = _fit_rows if len(labels) <= GRAM_LIMIT else _fit_columns
    return solve(dense, sparse, labels, classes, strengths)


def _fit_rows(dense: Any, sparse: Any, labels: "NDArray[np.int64]", classes: int, strengths: tuple[float, ...]) -> list[Weights]:
    import numpy as np
    from scipy.linalg import cholesky, solve_triangular

    gram = dense.astype(np.float64) @ dense.T.astype(np.float64) + (sparse @ sparse.T).toarray()
    lower = cholesky(gram + JITTER * np.eye(len(labels)), lower=True, overwrite_a=True)
    heads, start, rows = [], None, [lower.astype(np.float32)]
    for strength in strengths:
        start = _descend(rows, labels, classes, strength, start)
        spread = solve_triangular(lower, start[:-1], trans="T", lower=True).astype(np.float32)
        heads.append(Weights(dense.T @ spread, sparse.T @ spread, start[-1].astype(np.float32)))
    return heads


def _fit_columns(dense: Any, sparse: Any, labels: "NDArray[np.int64]", classes: int, strengths: tuple[float, ...]) -> list[Weights]:
    import numpy as np

    heads, start = [], None
    for strength in strengths:
        start = _descend([dense, sparse], labels, classes, strength, start)
        columns = start.astype(np.float32)
        heads.append(Weights(columns[: dense.shape[1]], columns[dense.shape[1] : -1], columns[-1]))
    return heads


def _descend(blocks: list[Any], labels: "NDArray[np.int64]", classes: int, strength: float, start: Any) -> "NDArray[np.float64]":
    """Mean cross-entropy plus |w|²/2Cn by L-BFGS; returns (features + 1, classes), the unpenalized bias last."""
    import numpy as np
    from scipy.optimize import minimize

    width = sum(block.shape[1] for block in blocks) + 1
    loss = _Loss(blocks, labels, classes, 1 / (strength * len(labels)))
    begin = np.zeros(width * classes) if start is None else start.ravel()
    options = {"maxiter": ITERATIONS, "gtol": TOLERANCE, "ftol": 1e-9}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float64).reshape(width, classes)


class _Loss:
    """The objective and its gradient, computed in single precision block by block."""

    def __init__(self, blocks: list[Any], labels: "NDArray[np.int64]", classes: int, penalty: float) -> None:
        import numpy as np
        from scipy.sparse import issparse

        self._blocks, self._classes, self._penalty = blocks, classes, np.float32(penalty)
        self._transposed = [block.T.tocsr() if issparse(block) else block.T for block in blocks]
        self._targets = np.eye(classes, dtype=np.float32)[labels]
        self._edges = np.cumsum([0, *(block.shape[1] for block in blocks)])

    def __call__(self, flat: "NDArray[np.float64]") -> tuple[float, "NDArray[np.float64]"]:
        import numpy as np

        weights = flat.reshape(-1, self._classes).astype(np.float32)
        logits = np.tile(weights[-1], (len(self._targets), 1))
        for block, first, last in zip(self._blocks, self._edges, self._edges[1:], strict=False):
            logits += block @ weights[first:last]
        logits -= logits.max(1, keepdims=True)
        odds = np.exp(logits)
        sums = odds.sum(1, keepdims=True)
        entropy = float((np.log(sums).sum() - (logits * self._targets).sum()) / len(logits))
        excess = (odds / sums - self._targets) / np.float32(len(logits))
        slope = np.empty_like(weights)
        for block, first, last in zip(self._transposed, self._edges, self._edges[1:], strict=False):
            slope[first:last] = block @ excess
        slope[:-1] += self._penalty * weights[:-1]
        slope[-1] = excess.sum(0)
        return entropy + float(self._penalty) / 2 * float((weights[:-1] ** 2).sum()), slope.ravel().astype(np.float64)
