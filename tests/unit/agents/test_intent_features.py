import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.intent.features import BUCKETS, SCALE, codes, idf, matrix, row

TEXTS = ["how much is it", "how much for 20 seats?", "cancel my plan", "ß Größe жук 東京"]
WEIGHTS = idf(TEXTS)


@given(st.text(max_size=200))
def test_any_text_has_features_of_length_zero_or_scale_a_block(text: str) -> None:
    found = row(text, WEIGHTS)
    assert found.buckets.shape == found.values.shape
    assert np.isfinite(found.values).all()
    assert float(found.values @ found.values) == pytest.approx(0 if not len(found.values) else 2 * SCALE**2, rel=1e-3)
    assert all(0 <= bucket < BUCKETS for bucket in found.buckets)


def test_case_and_figures_make_no_difference() -> None:
    assert codes("Ticket 48213") == codes("TICKET 50931")


def test_spaces_make_no_difference() -> None:
    assert codes("where  is\nmy refund") == codes("where is my refund")


def test_word_order_does() -> None:
    assert codes("bill to pay")[0] != codes("pay to bill")[0]


def test_the_same_word_gives_the_same_codes_in_every_process() -> None:
    assert list(codes("rep")[0]) == [11187]


def test_a_matrix_holds_the_rows() -> None:
    found = matrix(TEXTS, WEIGHTS)
    assert found.shape == (len(TEXTS), BUCKETS)
    one = row(TEXTS[1], WEIGHTS)
    expected = np.zeros(BUCKETS, np.float32)
    np.add.at(expected, one.buckets, one.values)
    assert np.allclose(found[1].toarray()[0], expected)


def test_rare_words_weigh_more() -> None:
    weights = idf(["the cat", "the dog", "the cow"])
    the, cat = (next(iter(codes(word)[0])) >> 1 for word in ("the", "cat"))
    assert weights[cat] > weights[the]


def test_features_of_a_short_message_take_well_under_a_millisecond() -> None:
    text = "Could you tell me how much Vault costs for 20 people a year?"
    row(text, WEIGHTS)
    began = time.perf_counter()
    for _ in range(100):
        row(text, WEIGHTS)
    assert (time.perf_counter() - began) / 100 < 0.002
