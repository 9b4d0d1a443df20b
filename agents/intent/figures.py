"""What a model's predictions are worth beside the truth: pure functions, shares in [0, 1]. No figure looks at more than its arguments."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agents.intent.reliability import brier, ece, ece_floor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

KEPT = 0.95
BOUNDS = (0.005, 0.01, 0.02, 0.05)
DRAWS = 200


class Judged(NamedTuple):
    """Predictions for n texts beside the truth, one entry a text.

    ``truth``: None for a text that belongs to no intent. ``top``: the likeliest label, None where there is none; ``confidence``: of that
    label, given that the text belongs to some intent. ``inside`` ranks by how surely a text belongs to any. ``sure``: how surely acting on
    ``top`` is right. ``sets``: labels that cannot be ruled out.
    """

    truth: Sequence[str | None]
    top: Sequence[str | None]
    confidence: "Floats"
    inside: "Floats"
    sure: "Floats"
    sets: Sequence[Sequence[str]]

    @property
    def known(self) -> "Flags":
        """Which texts belong to an intent."""
        import numpy as np

        return np.array([truth is not None for truth in self.truth], bool)

    @property
    def right(self) -> "Flags":
        """Where acting on ``top`` is right; never for a text that belongs to no intent."""
        import numpy as np

        return np.array([truth is not None and truth == top for truth, top in zip(self.truth, self.top, strict=True)], bool)


def figures(judged: Judged, thresholds: Mapping[float, float | None], ms: Sequence[float] = ()) -> dict[str, object]:
    """Everything that ``intents test --json`` prints. ``thresholds``: bound → the model's (None: it decides nothing by itself).

    A figure of which DATA has nothing (no out-of-scope text, say) is None. ``intervals`` are 95 %: Wilson's for shares, else percentiles of
    ``DRAWS`` bootstrap samples (Efron 1979), seeded.
    """
    import numpy as np

    known, right = judged.known, judged.right
    sure, inside = judged.confidence[known], right[known]
    outcome: dict[str, object] = {
        "n": len(judged.truth),
        "out_of_scope": int((~known).sum()),
        "accuracy": share(inside),
        "macro_f1": macro_f1(judged),
        "oos_auroc": auroc(judged.inside[known], judged.inside[~known]),
        "oos_recall_at_95": recall_at(judged.inside[known], judged.inside[~known]),
        "ece": ece(sure, inside),
        "ece_floor": ece_floor(sure),
        "brier": brier(sure, inside),
        "ece_sure": ece(judged.sure, right),
        "ece_sure_floor": ece_floor(judged.sure),
        "coverage": share(np.array([truth in kept for truth, kept in zip(judged.truth, judged.sets, strict=True)], bool)[known]),
        "set_size": _mean(np.array([len(kept) for kept in judged.sets], float)[known]),
        "risk": [risk_row(judged, bound, threshold) for bound, threshold in thresholds.items()],
        "latency_ms": {"p50": _quantile(ms, 0.5), "p95": _quantile(ms, 0.95)},
    }
    return {**outcome, "intervals": intervals(judged)}


def share(which: "Flags") -> float | None:
    """Of how many it is true; None for none at all."""
    return float(which.mean()) if len(which) else None


def macro_f1(judged: Judged) -> float | None:
    """F1 averaged over the labels that texts have, each counting the same; out-of-scope texts are left out."""
    rows = per_label(judged)
    return sum(row.f1 for row in rows) / len(rows) if rows else None


class LabelRow(NamedTuple):
    """One label: how many texts have it, and how it was found. ``precision`` is 0 where it was never predicted."""

    label: str
    n: int
    precision: float
    recall: float
    f1: float


def per_label(judged: Judged) -> list[LabelRow]:
    """The labels that texts have, in alphabetical order; out-of-scope texts are left out."""
    from collections import Counter

    pairs = [(truth, top) for truth, top in zip(judged.truth, judged.top, strict=True) if truth is not None]
    given, found = Counter(truth for truth, _ in pairs), Counter(top for _, top in pairs)
    hits = Counter(truth for truth, top in pairs if truth == top)
    return [
        LabelRow(name, n, hits[name] / found[name] if found[name] else 0.0, hits[name] / n, 2 * hits[name] / (n + found[name]))
        for name, n in sorted(given.items())
    ]


def auroc(inside: "Floats", outside: "Floats") -> float | None:
    """How often an in-scope text scores above an out-of-scope one, ties counting half (Hanley and McNeil 1982)."""
    import numpy as np
    from scipy.stats import rankdata

    if not len(inside) or not len(outside):
        return None
    ranks = rankdata(np.concatenate([inside, outside]))[: len(inside)]
    above = ranks.sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))


def recall_at(inside: "Floats", outside: "Floats", kept: float = KEPT) -> float | None:
    """The share of out-of-scope texts below the highest threshold that keeps at least ``kept`` of what is in scope."""
    import numpy as np

    if not len(inside) or not len(outside):
        return None
    lost = int((1 - kept) * len(inside) + 1e-9)
    return float((outside < np.sort(inside)[lost]).mean())


def risk_row(judged: Judged, bound: float, threshold: float | None) -> dict[str, float | None]:
    """What is decided automatically from ``threshold`` on: ``automatic`` of all texts, ``automatic_in_scope`` of those with an intent, and
    ``wrong`` of the automatic ones (0 where there are none). An accepted out-of-scope text is wrong."""
    import numpy as np

    taken = judged.sure >= threshold if threshold is not None else np.zeros(len(judged.truth), bool)
    return {
        "bound": bound,
        "threshold": threshold,
        "automatic": share(taken),
        "automatic_in_scope": share(taken[judged.known]),
        "wrong": share(~judged.right[taken]) or 0.0,
    }


def risk_coverage(judged: Judged) -> list[tuple[float, float]]:
    """(coverage, wrong share) of the k surest texts for every k (El-Yaniv and Wiener 2010); texts equally sure come together."""
    import numpy as np

    order = np.argsort(-judged.sure, kind="stable")
    surest, count = judged.sure[order], np.arange(1, len(order) + 1)
    wrong = np.cumsum(~judged.right[order]) / count
    last = np.append(surest[1:] != surest[:-1], True) if len(order) else np.empty(0, bool)
    return [(float(k / len(order)), float(each)) for k, each in zip(count[last], wrong[last], strict=True)]


def confusions(judged: Judged, most: int = 12) -> list[tuple[str | None, str | None, list[int]]]:
    """(truth, predicted, which texts, the most confident first), the most frequent pairs first. None: belongs to no intent."""
    found: dict[tuple[str | None, str | None], list[int]] = {}
    for at, (truth, top) in enumerate(zip(judged.truth, judged.top, strict=True)):
        if truth is not None and truth != top:
            found.setdefault((truth, top), []).append(at)
    worst = sorted(found.items(), key=lambda item: (-len(item[1]), -max(judged.confidence[at] for at in item[1]), str(item[0])))
    return [(truth, top, sorted(rows, key=lambda at: -judged.confidence[at])) for (truth, top), rows in worst[:most]]


def intervals(judged: Judged) -> dict[str, tuple[float, float] | None]:
    """95 % intervals of accuracy (Wilson 1927) and of the figures that are no shares."""
    known = judged.known
    inside, outside = judged.inside[known], judged.inside[~known]
    sure, right = judged.confidence[known], judged.right[known]
    return {
        "accuracy": wilson(int(right.sum()), len(right)),
        "oos_auroc": _bootstrap(lambda a, b: auroc(inside[a], outside[b]), len(inside), len(outside)),
        "oos_recall_at_95": _bootstrap(lambda a, b: recall_at(inside[a], outside[b]), len(inside), len(outside)),
        "brier": _bootstrap(lambda a, _: brier(sure[a], right[a]), len(sure), 1),
    }


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float] | None:
    """The score interval of a share; None for nothing at all."""
    if not n:
        return None
    middle, half = (hits + z * z / 2) / (n + z * z), z / (n + z * z) * (hits * (n - hits) / n + z * z / 4) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _bootstrap(figure: "Callable[[NDArray[np.int64], NDArray[np.int64]], float | None]", n: int, others: int) -> tuple[float, float] | None:
    import numpy as np

    if not n or not others:
        return None
    chance = np.random.default_rng(0)
    drawn = [figure(chance.integers(0, n, n), chance.integers(0, others, others)) for _ in range(DRAWS)]
    low, high = np.quantile(np.array(drawn, float), (0.025, 0.975))
    return float(low), float(high)


def _mean(values: "Floats") -> float | None:
    return float(values.mean()) if len(values) else None


def _quantile(values: Sequence[float], at: float) -> float | None:
    import numpy as np

    return float(np.quantile(values, at)) if len(values) else None
