"""The plain recipe: sentence vector and TF-IDF, one logistic regression, one temperature; energy for what is out of scope."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.intent.figures import Judged
from benchmarks.intents.sets import Set
from core.ports import Encoder

STRENGTHS = (3.0, 10.0, 30.0)
HELD = 0.15


def judge(each: Set, encoder: Encoder) -> Judged:
    """Predictions for what ``each`` holds out. The inverse strength C and the temperature are chosen on a part of what is learned from."""
    from sklearn.model_selection import train_test_split

    texts, labels = zip(*each.train, strict=True)
    known = np.array(labels)
    learned, validated = train_test_split(np.arange(len(known)), test_size=_held(known), stratify=known, random_state=0)
    features = _Features(encoder, [texts[at] for at in learned])
    rows, checks = features([texts[at] for at in learned]), features([texts[at] for at in validated])
    strength, temperature = _chosen(rows, known[learned], checks, known[validated])
    features = _Features(encoder, texts)
    model = _model().set_params(C=strength).fit(features(texts), known)
    return _judged(each, model, features([text for text, _ in each.held]), temperature)


def _held(labels: Any) -> int:
    """A part of the texts, and at least one of each label."""
    return max(int(HELD * len(labels)), len(set(labels)))


class _Features:
    """The vector beside words (1-2) and characters within words (3-5)."""

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=30_000, dtype=np.float32)
        self._encoder = encoder
        self._lexical = FeatureUnion([("words", words), ("characters", characters)], transformer_weights={"words": 0.5, "characters": 0.5})
        self._lexical.fit(texts)

    def __call__(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        return hstack([csr_matrix(self._encoder.encode(texts)), self._lexical.transform(texts)], format="csr", dtype=np.float32)


def _model() -> Any:
    """At scikit-learn's own tolerance it stops two points short."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(tol=1e-5, max_iter=300, warm_start=True)


def _chosen(rows: Any, labels: Any, checks: Any, truth: Any) -> tuple[float, float]:
    """The inverse strength with the best accuracy on ``checks``, and the temperature there."""
    model, best = _model(), (-1.0, 0.0, 1.0)
    for strength in STRENGTHS:
        model.set_params(C=strength).fit(rows, labels)
        temperature = _temperature(model.decision_function(checks), np.searchsorted(model.classes_, truth))
        best = max(best, (model.score(checks, truth), strength, temperature))
    return best[1:]


def _temperature(logits: Any, truth: Any) -> float:
    """Guo et al. 2017."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log: float) -> float:
        return -float(log_softmax(logits / np.exp(log), axis=1)[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 2.0), method="bounded").x))


def _judged(each: Set, model: Any, rows: Any, temperature: float) -> Judged:
    from scipy.special import logsumexp, softmax

    logits = model.decision_function(rows)
    chances = softmax(logits / temperature, axis=1)
    best = chances.argmax(1)
    tops = [str(model.classes_[at]) for at in best]
    energy = np.asarray(logsumexp(logits, axis=1), float)
    confidence = np.asarray(chances[np.arange(len(best)), best], float)
    return Judged([label for _, label in each.held], tops, confidence, energy, confidence, [[top] for top in tops])
