import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from agents.intent.risk import DOUBT, fit_threshold

CERTAIN = np.linspace(0.5, 1.0, 4_000)


def drawn(seed: int, size: int = 4_000) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores that are the chance to be right."""
    random = np.random.default_rng(seed)
    sure = random.beta(6, 0.6, size)
    return sure, random.random(size) < sure


def test_a_bound_is_kept_on_texts_that_were_not_calibrated_on() -> None:
    above = 0
    for seed in range(200):
        threshold = fit_threshold(*drawn(seed), 0.05).threshold
        sure, _ = drawn(10_000 + seed, 40_000)
        kept = sure[sure >= threshold] if threshold is not None else np.ones(1)
        above += float((1 - kept).mean()) > 0.05
    assert above <= 200 * DOUBT


def test_a_tighter_bound_decides_less() -> None:
    sure, right = drawn(1)
    loose, tight = (fit_threshold(sure, right, bound).threshold for bound in (0.1, 0.03))
    assert loose is not None
    assert tight is not None
    assert loose < tight


def test_without_a_mistake_everything_is_automatic() -> None:
    assert fit_threshold(CERTAIN, np.ones(4_000, np.bool_), 0.02).threshold == CERTAIN.min()


def test_too_few_texts_decide_nothing_and_say_so() -> None:
    found = fit_threshold(CERTAIN[:100], np.ones(100, np.bool_), 0.01)
    assert found.threshold is None
    assert "too few" in found.caution
    assert fit_threshold(np.empty(0), np.empty(0, np.bool_), 0.5).threshold is None


def test_scores_that_tell_nothing_decide_nothing_and_say_so() -> None:
    right = np.arange(4_000) % 4 > 0
    found = fit_threshold(np.full(4_000, 0.7), right, 0.02)
    assert found.threshold is None
    assert "no threshold" in found.caution


def test_texts_of_one_score_are_automatic_together() -> None:
    sure = np.repeat([0.9, 0.6], 1_000)
    right = np.arange(2_000) < 1_000
    assert fit_threshold(sure, right, 0.05).threshold == 0.9


@given(st.integers(0, 10_000), st.sampled_from([0.005, 0.02, 0.05, 0.2]), st.integers(50, 3_000))
def test_what_is_automatic_passes_the_test_it_claims(seed: int, bound: float, size: int) -> None:
    sure, right = drawn(seed, size)
    threshold = fit_threshold(sure, right, bound).threshold
    if threshold is not None:
        chosen = sure >= threshold
        assert binom.cdf((~right[chosen]).sum(), chosen.sum(), bound) <= DOUBT


@pytest.mark.parametrize("bound", [0.0, 1.0, -0.1])
def test_a_bound_that_is_no_share_is_refused(bound: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_threshold(CERTAIN, np.ones(4_000, np.bool_), bound)
