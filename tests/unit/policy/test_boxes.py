"""Conditions as sets say the same as conditions tried one by one."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import SignalValue
from policy.deciding.match import holds
from policy.schema import Condition, Range
from policy.telling.boxes import Box, both, covers, part, rest, witness

VALUES: Mapping[str, tuple[SignalValue, ...]] = {
    "tier": (None, "team", "business", "enterprise", "another"),
    "seats": (None, 0.0, 1.0, 1.5, 2.0, 2.5, 3.0),
    "strategic": (None, True, False),
}
POINTS = [dict(zip(VALUES, point, strict=True)) for point in product(*VALUES.values())]
TIERS = st.lists(st.sampled_from(["team", "business", "enterprise"]), min_size=1, max_size=3, unique=True).map(tuple)
RANGES = st.one_of(
    st.sampled_from([1.0, 2.0, 3.0]).map(lambda low: Range(at_least=low)),
    st.sampled_from([1.0, 2.0, 3.0]).map(lambda high: Range(below=high)),
    st.sampled_from([(1.0, 2.0), (1.0, 3.0), (2.0, 3.0)]).map(lambda pair: Range(at_least=pair[0], below=pair[1])),
)
WHENS: st.SearchStrategy[dict[str, Condition]] = st.fixed_dictionaries(
    {}, optional={"tier": TIERS, "seats": RANGES, "strategic": st.booleans()}
)


def fires(when: Mapping[str, Condition], point: Mapping[str, SignalValue]) -> bool:
    return all(holds(condition, point.get(name)) for name, condition in when.items())


def box(when: Mapping[str, Condition]) -> Box:
    return {name: part(condition) for name, condition in when.items()}


@settings(max_examples=300, deadline=None)
@given(WHENS, st.lists(WHENS, max_size=4))
def test_rules_cover_another_exactly_when_no_message_fires_it_alone(one: dict[str, Condition], others: list[dict[str, Condition]]) -> None:
    alone = [point for point in POINTS if fires(one, point) and not any(fires(other, point) for other in others)]
    assert covers([box(other) for other in others], box(one), {}) == (not alone)


@settings(max_examples=300, deadline=None)
@given(WHENS, WHENS)
def test_two_rules_meet_exactly_when_a_message_fires_both(one: dict[str, Condition], other: dict[str, Condition]) -> None:
    assert (both(box(one), box(other)) is not None) == any(fires(one, point) and fires(other, point) for point in POINTS)


@settings(max_examples=300, deadline=None)
@given(WHENS, st.lists(WHENS, max_size=3))
def test_a_witness_fires_the_rule_and_none_of_those_cut_out(one: dict[str, Condition], others: list[dict[str, Condition]]) -> None:
    for piece in rest(box(one), [box(other) for other in others], {}) or ():
        shown = witness(piece)
        assert fires(one, shown)
        assert not any(fires(other, shown) for other in others)
