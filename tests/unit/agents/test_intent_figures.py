"""The figures of ``intents test``, by hand and by their properties."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.intent.figures import (
    Judged,
    auroc,
    confusions,
    figures,
    macro_f1,
    per_label,
    recall_at,
    risk_coverage,
    risk_row,
    wilson,
)
from agents.intent.reliability import band, bins, brier, ece, ece_floor

shares = st.floats(0, 1, allow_nan=False)


def judged(
    rows: Sequence[tuple[str | None, str | None, float]], inside: Sequence[float] = (), sets: Sequence[Sequence[str]] = ()
) -> Judged:
    """Rows of truth, predicted label and confidence; ``sure`` is that confidence."""
    confidence = np.array([row[2] for row in rows], float)
    ranks = np.array(inside, float) if inside else confidence
    tops = [row[1] for row in rows]
    return Judged([row[0] for row in rows], tops, confidence, ranks, confidence, sets or [[top] if top else [] for top in tops])


def array(*values: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(values, float)


MIXED = [("a", "a", 0.9), ("a", "b", 0.6), ("b", "b", 0.8), ("b", "b", 0.7), (None, "a", 0.5), (None, "b", 0.65)]


def test_accuracy_is_of_the_texts_that_have_an_intent() -> None:
    found = figures(judged(MIXED), {})
    assert (found["n"], found["out_of_scope"], found["accuracy"]) == (6, 2, 0.75)


def test_macro_f1_counts_each_label_the_same() -> None:
    # a: precision 1, recall 1/2, F1 2/3; b: precision 2/3, recall 1, F1 4/5
    assert macro_f1(judged(MIXED)) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert [(row.label, row.n, row.precision, row.recall) for row in per_label(judged(MIXED))] == [
        ("a", 2, 1.0, 0.5),
        ("b", 2, pytest.approx(2 / 3), 1.0),
    ]


def test_auroc_counts_pairs_in_the_right_order_and_ties_by_half() -> None:
    assert auroc(array(0.9, 0.4), array(0.5, 0.4)) == pytest.approx((1 + 1 + 0 + 0.5) / 4)


def test_recall_at_95_uses_the_highest_threshold_that_keeps_95_per_cent() -> None:
    inside = np.arange(1, 21) / 20  # 5 % of twenty: one text may be lost
    assert recall_at(inside, array(0.04, 0.09, 0.1, 0.5)) == 0.5


def test_ece_is_the_weighted_gap_between_confidence_and_share_of_right_ones() -> None:
    confidence, right = array(0.95, 0.95, 0.55, 0.55), np.array([True, False, True, True])
    assert ece(confidence, right) == pytest.approx(0.5 * 0.45 + 0.5 * 0.45)
    assert [(each.n, each.right) for each in bins(confidence, right)] == [(2, 1.0), (2, 0.5)]
    assert brier(confidence, right) == pytest.approx((0.05**2 + 0.95**2 + 2 * 0.45**2) / 4)


def test_a_confidence_of_one_belongs_to_the_last_bin() -> None:
    assert bins(array(1.0), np.array([True]))[0].high == 1.0


def test_the_floor_is_what_chance_alone_gives() -> None:
    assert ece_floor(np.ones(50)) == 0.0
    # one bin of n coins: |hits/n - 1/2| stays below 1.96 * 0.5 / sqrt(n) 95 times of 100
    assert ece_floor(np.full(10_000, 0.5)) == pytest.approx(1.96 * 0.5 / 100, rel=0.1)
    low, high = band(np.full(10_000, 0.5))[7]
    assert [low, high] == pytest.approx([0.5 - 1.645 * 0.005, 0.5 + 1.645 * 0.005], abs=0.001)


def test_calibrated_predictions_lie_below_the_floor_and_overconfident_ones_above() -> None:
    chance = np.random.default_rng(3)
    stated = chance.random(5_000)
    floor, right = ece_floor(stated), chance.random(5_000) < stated
    assert floor is not None
    assert (ece(stated, right) or 0) < floor < (ece(np.sqrt(stated), right) or 0)


def test_an_accepted_out_of_scope_text_is_wrong() -> None:
    row = risk_row(judged(MIXED), 0.02, 0.65)
    assert row == {"bound": 0.02, "threshold": 0.65, "automatic": 4 / 6, "automatic_in_scope": 0.75, "wrong": 0.25}


def test_without_a_threshold_nothing_is_automatic() -> None:
    row = risk_row(judged(MIXED), 0.005, None)
    assert (row["automatic"], row["wrong"]) == (0.0, 0.0)


def test_the_risk_coverage_curve_takes_equally_sure_texts_together() -> None:
    rows = [("a", "a", 0.9), ("a", "b", 0.5), ("a", "a", 0.5), (None, "a", 0.1)]
    assert risk_coverage(judged(rows)) == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]


def test_the_worst_confusions_come_first_with_their_most_confident_texts() -> None:
    rows = [("a", "b", 0.5), ("a", "b", 0.9), ("b", "a", 0.8), ("a", "a", 1.0), (None, "a", 0.9)]
    assert confusions(judged(rows)) == [("a", "b", [1, 0]), ("b", "a", [2])]


def test_coverage_and_size_are_of_the_sets() -> None:
    found = figures(judged(MIXED[:4], sets=[["a", "b"], ["b"], ["b"], []]), {})
    assert (found["coverage"], found["set_size"]) == (0.5, 1.0)


def test_what_the_data_have_nothing_of_is_none() -> None:
    inside, outside = figures(judged(MIXED[:4]), {}), figures(judged(MIXED[4:]), {})
    assert inside["oos_auroc"] is inside["oos_recall_at_95"] is None
    assert outside["accuracy"] is outside["macro_f1"] is outside["ece"] is outside["coverage"] is None


def test_a_text_without_any_label_is_wrong_and_not_an_error() -> None:
    assert figures(judged([("a", None, 0.0), ("b", "b", 1.0)]), {0.02: 0.5})["accuracy"] == 0.5


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert wilson(0, 0) is None


def test_latency_is_the_median_and_the_95th_percentile() -> None:
    assert figures(judged(MIXED), {}, [float(ms) for ms in range(101)])["latency_ms"] == {"p50": 50.0, "p95": 95.0}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=60))
def test_calibration_errors_are_shares_and_bins_hold_every_text(rows: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    assert 0 <= (ece(confidence, right) or 0) <= 1
    assert 0 <= (ece_floor(confidence) or 0) <= 1
    assert sum(each.n for each in bins(confidence, right)) == len(rows)


@settings(max_examples=100, deadline=None)
@given(st.lists(shares, min_size=1, max_size=40), st.lists(shares, min_size=1, max_size=40))
def test_only_the_order_of_scores_counts_out_of_scope(inside: list[float], outside: list[float]) -> None:
    a, b = np.array(inside), np.array(outside)
    assert auroc(a, b) == pytest.approx(1 - (auroc(b, a) or 0))
    assert recall_at(4 * a, 4 * b) == recall_at(a, b)
    assert auroc(4 * a, 4 * b) == auroc(a, b)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["a", "b"]), shares), min_size=1, max_size=40), shares)
def test_a_risk_row_lies_on_the_risk_coverage_curve(rows: list[tuple[str | None, str | None, float]], threshold: float) -> None:
    found = judged(rows)
    row, curve = risk_row(found, 0.02, threshold), risk_coverage(found)
    assert row["automatic"] == 0 or any((row["automatic"], row["wrong"]) == pytest.approx(point) for point in curve)
    assert [point[0] for point in curve] == sorted({point[0] for point in curve})
    assert curve[-1][0] == 1.0
