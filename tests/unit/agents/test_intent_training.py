import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import agents.intent.head as head
from agents.intent.calibration import NEUTRAL, HeldOut, calibrate, log_loss
from agents.intent.evidence import SEEN, softmax
from agents.intent.head import fit

RANDOM = np.random.default_rng(7)
DENSE = RANDOM.normal(size=(90, 6)).astype(np.float32)
SPARSE = csr_matrix((RANDOM.random((90, 40)) < 0.1).astype(np.float32))
LABELS = np.arange(90) % 3


def first(held: HeldOut, count: int) -> HeldOut:
    return HeldOut(held.logits[:count], held.scope[:count], held.truth[:count])


def noisy(size: int, labels: int, sharpness: float, apart: float = 3.0) -> HeldOut:
    """Logits whose softmax is the true distribution, blown up by ``sharpness``; scope evidence that tells the last fifth apart."""
    random = np.random.default_rng(3)
    logits = random.normal(size=(size, labels)) * 2
    truth = np.array([random.choice(labels, p=chances) for chances in softmax(logits.astype(np.float32))])
    outside = np.arange(size) >= size * 4 // 5
    scope = random.normal(size=(size, SEEN)) - apart * outside[:, None]
    return HeldOut((logits * sharpness).astype(np.float32), scope.astype(np.float32), np.where(outside, labels, truth))


def test_both_ways_of_solving_find_the_same_head(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = fit(DENSE, SPARSE, LABELS, 3, (1.0,))[0]
    monkeypatch.setattr(head, "GRAM_LIMIT", 10)
    columns = fit(DENSE, SPARSE, LABELS, 3, (1.0,))[0]
    assert np.allclose(rows.logits(DENSE, SPARSE), columns.logits(DENSE, SPARSE), atol=0.02)


def test_the_head_is_scikit_learns_logistic_regression() -> None:
    ours = fit(DENSE, SPARSE, LABELS, 3, (1.0,))[0]
    theirs = LogisticRegression(C=1.0, tol=1e-6, max_iter=2_000).fit(np.hstack([DENSE, SPARSE.toarray()]), LABELS)
    chances = theirs.predict_proba(np.hstack([DENSE, SPARSE.toarray()]))
    assert np.allclose(softmax(ours.logits(DENSE, SPARSE)), chances, atol=0.005)


def test_every_strength_gives_a_head() -> None:
    weak, strong = fit(DENSE, SPARSE, LABELS, 3, (0.01, 10.0))
    assert np.abs(weak.dense).sum() < np.abs(strong.dense).sum()


def test_temperature_undoes_overconfidence() -> None:
    _, calm, _ = calibrate(noisy(4_000, 4, 1.0), 4)
    _, loud, _ = calibrate(noisy(4_000, 4, 5.0), 4)
    assert calm.temperature == pytest.approx(1, abs=0.1)
    assert loud.temperature == pytest.approx(5, abs=0.5)


def test_the_set_misses_at_most_one_in_twenty() -> None:
    held = noisy(4_000, 4, 1.0)
    _, calibration, _ = calibrate(held, 4)
    inside = held.inside()
    chances = softmax(inside.logits / calibration.temperature)
    covered = chances[np.arange(len(chances)), inside.truth] >= calibration.included
    assert 0.94 <= covered.mean() <= 0.965


def test_scope_rejects_at_most_one_in_twenty_of_what_belongs() -> None:
    held = noisy(2_000, 4, 1.0)
    scope, _, _ = calibrate(held, 4)
    rejected = scope.score(held.scope) < scope.threshold
    outside = held.truth == 4
    assert rejected[~outside].mean() <= 0.051
    assert rejected[outside].mean() > 0.95


def test_a_model_that_errs_more_abstains_more() -> None:
    calm, loud = noisy(2_000, 4, 1.0), noisy(2_000, 4, 1.0)
    _, unsure, _ = calibrate(calm, 4)
    truthful = np.where(loud.truth < 4, loud.logits.argmax(1), 4)
    _, sure, _ = calibrate(loud._replace(truth=truthful), 4)
    assert sure.abstain < unsure.abstain <= 0.7


def test_a_handful_of_texts_gets_neutral_thresholds() -> None:
    few = first(noisy(10, 4, 1.0), 3)
    scope, calibration, _ = calibrate(few, 4)
    assert 5.0 < calibration.temperature <= NEUTRAL
    assert calibration.included == 0.0
    assert scope.threshold == 0.0


def test_nothing_held_out_is_no_error() -> None:
    nothing = first(noisy(10, 4, 1.0), 0)
    assert log_loss(nothing) == 0.0


def test_none_of_these_is_as_frequent_as_it_says() -> None:
    held = noisy(20_000, 4, 1.0, apart=1.0)
    scope, _, _ = calibrate(held, 4)
    chance, outside = scope.none(held.scope), held.truth == 4
    doubtful = (chance > 0.1) & (chance < 0.9)
    assert doubtful.sum() > 300
    assert chance[doubtful].mean() == pytest.approx(outside[doubtful].mean(), abs=0.06)


def test_a_text_of_no_intent_is_never_right_to_act_on() -> None:
    held = noisy(2_000, 4, 1.0)
    _, _, past = calibrate(held, 4)
    assert not past.right[held.truth == 4].any()
    assert past.sure.shape == held.truth.shape
