"""Points become a probability only where past deals bear it out, on deals that closed later."""

import random
from datetime import date, timedelta
from math import exp

import pytest

from core.deals import PastDeal
from knowledge.deals import read_deals
from policy.loading.load import Compiled
from policy.schema import Policy, Weight
from policy.scoring.scorecard import calibrate, judge, scorecard_report
from policy.signals import Facts
from tests.unit.policy.conftest import EXAMPLE

FIRST = date(2024, 1, 1)
WEIGHTS = {"deal_value": Weight(weight=60, full_at=1000), "strategic": Weight(weight=40)}


@pytest.fixture
def weighing(policy: Compiled) -> Policy:
    return policy.policy.model_copy(update={"value": WEIGHTS})


def chance(deal: Facts, truth: tuple[float, float, float]) -> float:
    odds = truth[0] + truth[1] * float(deal["deal_value"] or 0) / 1000 + truth[2] * bool(deal["strategic"])
    return 1 / (1 + exp(-odds))


def deals(n: int, *truths: tuple[float, float, float], seed: int = 1) -> list[PastDeal]:
    """Deals whose log-odds are intercept + slope · value + slope · strategic; with several truths, one after the other in time."""
    dice = random.Random(seed)
    drawn = []
    for index in range(n):
        known = {"deal_value": dice.uniform(0, 1000), "strategic": dice.random() < 0.3}
        won = dice.random() < chance(known, truths[index * len(truths) // n])
        drawn.append(PastDeal(f"d{index}", FIRST + timedelta(days=index), won, known))
    return drawn


def test_the_probability_comes_close_to_the_truth_that_made_the_deals(weighing: Policy) -> None:
    truth = (-2.0, 3.0, 1.0)
    curve, report = judge(weighing, deals(6000, truth))
    assert curve
    assert report.probabilities
    for value in (100.0, 500.0, 900.0):
        for strategic in (False, True):
            known: Facts = {"deal_value": value, "strategic": strategic}
            assert curve.chance(known) == pytest.approx(chance(known, truth), abs=0.05)


def test_points_that_fit_as_they_are_weighed_are_scaled_and_weights_that_do_not_are_learned(weighing: Policy) -> None:
    as_weighed = judge(weighing, deals(6000, (-2.0, 3.0, 2.0)))[1]
    against = judge(weighing, deals(6000, (0.0, -3.0, 2.0)))[1]
    assert as_weighed.briers["points"] == pytest.approx(as_weighed.briers["signals"], abs=0.002)
    assert against.method == "signals"
    assert against.briers["signals"] < against.briers["points"] - 0.02
    slopes = {each.signal: each.slope for each in against.signals}
    assert slopes["deal_value"] == pytest.approx(-3.0, abs=0.4)


def test_forecasts_hold_on_the_deals_that_closed_later(weighing: Policy) -> None:
    report = scorecard_report(weighing, deals(6000, (-2.0, 3.0, 1.0)))
    assert (report.earlier, report.held_out) == (4500, 1500)
    assert report.brier is not None
    assert report.base_brier is not None
    assert report.skill == pytest.approx(1 - report.brier / report.base_brier, abs=1e-3)
    assert len(report.reliability) == 5
    assert all(abs(each.forecast - each.won) < 0.08 for each in report.reliability)


def test_the_latest_deals_judge_not_the_file_order(weighing: Policy) -> None:
    past = deals(1200, (-1.0, 3.0, 1.0))
    shuffled = random.Random(2).sample(past, len(past))
    assert judge(weighing, past) == judge(weighing, shuffled)


def test_too_few_won_or_lost_are_points_only(weighing: Policy) -> None:
    curve, report = judge(weighing, deals(1000, (-4.0, 3.0, 1.0))[:600])
    assert curve is None
    assert not report.probabilities
    assert report.why.startswith("points only: ")
    assert "at least 200 of each are wanted" in report.why
    assert report.brier is None


def test_signals_that_say_nothing_are_points_only_but_for_one_time_in_a_hundred(weighing: Policy) -> None:
    verdicts = [judge(weighing, deals(1000, (-0.4, 0.0, 0.0), seed=seed)) for seed in range(50)]
    assert sum(curve is not None for curve, _ in verdicts) <= 2
    assert all(report.why.startswith("points only: Brier score ") for curve, report in verdicts if curve is None)


def test_what_held_once_and_holds_no_longer_is_points_only(weighing: Policy) -> None:
    """The world turned: what used to win loses in the latest quarter."""
    before, after = (-1.5, 3.0, 1.0), (1.5, -3.0, -1.0)
    curve, report = judge(weighing, deals(4000, before, before, before, after))
    assert curve is None
    assert "that is no better" in report.why
    assert report.brier is not None
    assert report.base_brier is not None
    assert report.brier > report.base_brier


def test_for_use_it_is_fitted_on_every_deal_so_a_slow_drift_is_followed(weighing: Policy) -> None:
    drifting = [(-1.5 + step / 10, 3.0, 1.0) for step in range(11)]
    past = deals(6000, *drifting)
    curve = calibrate(weighing, past)
    known: Facts = {"deal_value": 300.0, "strategic": False}
    assert curve
    first = calibrate(weighing, past[:3000])
    assert first
    assert curve.chance(known) > first.chance(known)  # type: ignore[operator]


def test_a_signal_that_is_not_known_makes_no_probability(weighing: Policy) -> None:
    curve = calibrate(weighing, deals(3000, (-2.0, 3.0, 1.0)))
    assert curve
    assert curve.chance({"deal_value": 500.0}) is None


def test_weights_that_no_deal_records_are_left_out_and_said(weighing: Policy) -> None:
    wider = weighing.model_copy(update={"value": {**WEIGHTS, "arr": Weight(weight=20, full_at=1.0)}})
    curve, report = judge(wider, deals(3000, (-2.0, 3.0, 1.0)))
    assert curve
    assert list(curve.weights) == ["deal_value", "strategic"]
    assert next(each for each in report.signals if each.signal == "arr").recorded == 0
    assert report.warnings == ("arr: no past deal records it, so nothing tells whether its 20 points are deserved",)


def test_a_weight_that_speaks_against_winning_is_said(weighing: Policy) -> None:
    assert scorecard_report(weighing, deals(3000, (-2.0, 3.0, 1.0))).warnings == ()
    (warning,) = scorecard_report(weighing, deals(3000, (1.0, -3.0, 1.0))).warnings
    assert warning.startswith("deal_value: speaks against winning (AUC 0.")


def test_without_deals_there_is_a_report_all_the_same(weighing: Policy) -> None:
    assert scorecard_report(weighing, ()).why == "points only: 0 deals won and 0 lost, at least 200 of each are wanted"


def test_deals_of_one_day_are_points_only(weighing: Policy) -> None:
    same = [deal._replace(closed_on=FIRST) for deal in deals(1000, (-1.0, 3.0, 1.0))]
    assert scorecard_report(weighing, same).why == "points only: no deals are earlier than those to judge by"


def test_the_example_deals_bear_probabilities_out_but_not_the_plain_points(policy: Compiled) -> None:
    report = scorecard_report(policy.policy, read_deals(EXAMPLE / "deals.csv"))
    assert report.probabilities
    assert report.method == "signals"
    assert report.skill is not None
    assert report.skill > 0.05
    assert report.briers["points"] > report.briers["signals"]
