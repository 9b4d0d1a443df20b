"""What a chat model's choice is worth: nothing but what outcomes have shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.recalibration import ENOUGH, KINDS, Recalibration, fit
from core.ports import ChoiceKind, Judged

CHANCES = st.floats(0, 1)
OUTCOMES = st.lists(st.builds(Judged, st.sampled_from(KINDS), CHANCES, st.booleans()), min_size=ENOUGH, max_size=3 * ENOUGH)
BOUND = 0.05


def some(number: int, kind: ChoiceKind = "agrees", chance: float = 0.6, *, wrong: int = 0) -> list[Judged]:
    return [Judged(kind, chance, n >= wrong) for n in range(number)]


def drawn(rng: np.random.Generator, number: int, kind: ChoiceKind, right: float) -> list[Judged]:
    """Choices that are right with this chance, whatever the embedded model made of them."""
    return [Judged(kind, float(chance), bool(hit)) for chance, hit in zip(rng.random(number), rng.random(number) < right, strict=True)]


def test_with_few_outcomes_a_choice_keeps_the_embedded_models_chance() -> None:
    few = fit(some(ENOUGH - 1))
    assert few.confidence("agrees", 0.3) == 0.3
    assert few.told() == "not recalibrated, 49 of the 50 outcomes that it takes are known"


def test_choices_that_proved_right_are_believed_more_and_wrong_ones_less() -> None:
    learned = fit([*some(200, "agrees", 0.5, wrong=10), *some(200, "differs", 0.5, wrong=150)])
    assert learned.confidence("agrees", 0.5) == pytest.approx(0.95, abs=0.03)
    assert learned.confidence("differs", 0.5) == pytest.approx(0.25, abs=0.05)
    assert learned.told() == "recalibrated on 400 outcomes"


def test_what_was_hardly_ever_seen_stays_where_it_was() -> None:
    learned = fit([*some(200, "agrees", 0.5), Judged("none", 0.2, False)])
    assert learned.confidence("none", 0.2) == pytest.approx(0.2, abs=0.1)


@given(OUTCOMES, st.sampled_from(KINDS), CHANCES, CHANCES)
@settings(max_examples=60)
def test_a_likelier_choice_is_never_believed_less(judged: list[Judged], kind: ChoiceKind, one: float, other: float) -> None:
    learned = fit(judged)
    assert 0 < learned.confidence(kind, min(one, other)) <= learned.confidence(kind, max(one, other)) < 1


def test_the_learned_chance_is_how_often_it_is_right() -> None:
    rng = np.random.default_rng(5)
    chance = rng.random(2000)
    truth = 1 / (1 + np.exp(-(0.8 + 0.6 * np.log(chance / (1 - chance)))))
    judged = [Judged("differs", float(c), bool(rng.random() < t)) for c, t in zip(chance, truth, strict=True)]
    learned = fit(judged)
    assert max(abs(learned.confidence("differs", float(c)) - t) for c, t in zip(chance, truth, strict=True)) < 0.06


def test_a_bound_is_borne_only_where_outcomes_show_it() -> None:
    assert not fit(some(ENOUGH)).bears("agrees", 0.9, BOUND), "50 right ones do not show that 5 % is kept to"
    shown = fit(some(200, wrong=2))
    assert shown.bears("agrees", 0.6, BOUND)
    assert not shown.bears("differs", 0.6, BOUND), "of that kind nothing is known"
    assert not shown.bears("agrees", 0.5, BOUND), "less likely than any that was seen"
    assert not fit(some(200, wrong=12)).bears("agrees", 0.6, BOUND)
    assert not Recalibration().bears("agrees", 1.0, BOUND)


def test_a_likely_part_may_bear_what_the_whole_does_not() -> None:
    learned = fit([*some(300, chance=0.8), *some(300, chance=0.3, wrong=200)])
    assert learned.bears("agrees", 0.8, BOUND)
    assert not learned.bears("agrees", 0.3, BOUND)


def test_choices_that_break_the_bound_are_let_through_in_at_most_a_tenth_of_the_cases() -> None:
    rng = np.random.default_rng(7)
    broken = [fit(drawn(rng, 300, "agrees", 1 - 1.2 * BOUND)).bears("agrees", 1.0, BOUND) for _ in range(200)]
    assert sum(broken) <= 20
