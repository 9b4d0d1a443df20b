import numpy as np
import pytest

from agents.intent.several import further

NEAR = np.zeros(3)


def chances(*rows: tuple[float, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(rows)


def test_a_request_with_its_own_sentence_is_a_second_one() -> None:
    found = further(np.array([0.7, 0.25, 0.05]), chances((0.98, 0.01, 0.01), (0.01, 0.98, 0.01)), NEAR)
    assert [(each.column, each.piece) for each in found] == [(1, 1)]


def test_one_sentence_has_one_request() -> None:
    assert further(np.array([0.6, 0.4]), chances((0.6, 0.4)), NEAR) == []


def test_sentences_about_the_same_are_one_request() -> None:
    assert further(np.array([0.9, 0.1]), chances((0.95, 0.05), (0.9, 0.1)), NEAR) == []


def test_three_sentences_may_hold_three_requests() -> None:
    pieces = chances((0.98, 0.01, 0.01), (0.01, 0.98, 0.01), (0.01, 0.01, 0.98))
    assert {each.column for each in further(np.array([0.6, 0.2, 0.2]), pieces, NEAR)} == {1, 2}


@pytest.mark.parametrize("far", [-6.0, -9.0])
def test_what_lies_far_from_every_utterance_is_no_request(far: float) -> None:
    pieces = chances((0.95, 0.05), (0.2, 0.8))
    assert further(np.array([0.9, 0.1]), pieces, np.array([0.0, far])) == []
