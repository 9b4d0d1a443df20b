import numpy as np
import pytest

from agents.intent.kernel import RIDGE, WIDTH, fit, share

RANDOM = np.random.default_rng(5)
VECTORS = RANDOM.normal(size=(60, 12)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
LABELS = np.arange(60) % 4
OTHERS = np.roll(VECTORS, 1, axis=1)


def test_votes_are_kernel_ridge_regression_around_the_mean() -> None:
    found = fit(VECTORS, LABELS, 4, 60)
    around = VECTORS - VECTORS.mean(0)
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    other = OTHERS - VECTORS.mean(0)
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    kernel = np.exp(WIDTH * (around @ around.T - 1)) + RIDGE * np.eye(60)
    expected = np.exp(WIDTH * (other @ around.T - 1)) @ np.linalg.solve(kernel, np.eye(4)[LABELS])
    assert np.allclose(found.votes(OTHERS, found.cosines(OTHERS)), expected, atol=1e-3)


def test_an_example_votes_for_its_own_label() -> None:
    found = fit(VECTORS, LABELS, 4, 60)
    votes = found.votes(VECTORS, found.cosines(VECTORS))
    assert (votes.argmax(1) == LABELS).all()


def test_only_utterances_are_near() -> None:
    found = fit(VECTORS, LABELS, 4, 30)
    assert found.nearest(found.cosines(VECTORS[:30])) == pytest.approx(np.ones(30), abs=1e-5)
    assert (found.nearest(found.cosines(VECTORS[30:])) < 0.999).all()
    assert fit(VECTORS, LABELS, 4, 0).nearest(found.cosines(VECTORS)) == pytest.approx(-np.ones(60))


def test_the_slope_is_the_derivative_by_the_cosine() -> None:
    found, step = fit(VECTORS, LABELS, 4, 60), 1e-2
    cosines = found.cosines(OTHERS[:1])
    _, slope = found.slope(OTHERS[:1], cosines)
    higher, lower = (found.slope(OTHERS[:1], cosines + way)[0][0] for way in (step, -step))
    assert np.allclose(slope, (higher - lower) / (2 * step), atol=1e-3)


def test_every_label_keeps_the_same_share() -> None:
    labels = np.array([0] * 50 + [1] * 3 + [2] * 20)
    kept = labels[share(labels, 23)]
    assert [(kept == label).sum() for label in range(3)] == [10, 3, 10]
    assert (share(labels, 100) == np.arange(73)).all()
