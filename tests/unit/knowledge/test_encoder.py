import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from knowledge.encoder import BULK, KEPT, Ids, OnnxEncoder, Run
from tests.unit.knowledge.conftest import ENCODER

# The first 32 of 384 numbers that the published fp32 model gives for "This is an example sentence".
REFERENCE = [
    *(0.0677, 0.0635, 0.0487, 0.0793, 0.0374, 0.0027, 0.0394, -0.0071, 0.0594, 0.0315, 0.0601, -0.0529, 0.0406, -0.0259, 0.0298, 0.0011),
    *(0.0735, -0.0504, -0.1224, 0.0237, 0.0297, 0.0425, 0.0256, 0.002, -0.0569, -0.0272, -0.0329, 0.066, 0.119, -0.0459, -0.0726, -0.0326),
]
TEXTS = ["I want my money back", "", "Wo ist meine Rechnung?", "how do I reset my password", "word " * 900]


def test_the_int8_vector_points_where_the_published_model_points(encoder: OnnxEncoder) -> None:
    got, reference = encoder.encode(["This is an example sentence"])[0][:32], np.array(REFERENCE)
    assert got @ reference / np.linalg.norm(got) / np.linalg.norm(reference) > 0.98


def test_every_text_has_a_unit_vector_even_the_empty_one(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder: OnnxEncoder) -> None:
    together = encoder.encode(TEXTS)
    assert all(np.array_equal(together[row], encoder.encode([text])[0]) for row, text in enumerate(TEXTS))


def test_nothing_to_encode_gives_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_paraphrase_is_nearer_than_another_matter(encoder: OnnxEncoder) -> None:
    asked, paraphrase, other = encoder.encode(["I want my money back", "please refund my payment", "the login page shows an error"])
    assert asked @ paraphrase > asked @ other + 0.3


def test_what_comes_after_256_tokens_does_not_count(encoder: OnnxEncoder) -> None:
    long, longer = encoder.encode(["refund " * 300, "refund " * 300 + "football"])
    assert np.array_equal(long, longer)


def test_text_that_is_no_valid_unicode_is_encoded_all_the_same(encoder: OnnxEncoder) -> None:
    assert encoder.encode(["broken \ud83d surrogate", "\x00"]).shape == (2, 384)


def test_threads_may_share_one_encoder(encoder: OnnxEncoder) -> None:
    expected = encoder.encode(TEXTS[:4])
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: encoder.encode(TEXTS[:4]), range(8)))
    assert all(np.array_equal(result, expected) for result in results)


def test_a_missing_encoder_says_to_run_make_setup(tmp_path: Path) -> None:
    encoder = OnnxEncoder(tmp_path / "encoder")
    assert encoder.version == "absent"
    with pytest.raises(Unavailable, match="make setup"):
        encoder.encode(["x"])


class Counting(OnnxEncoder):
    """Keeps what it ran. While ``slow`` is not set, no run ends; the first ``failures`` fail."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__(ENCODER)
        self.runs: list[Ids] = []
        self.began, self.slow, self.failures = threading.Event(), threading.Event(), failures
        self.slow.set()

    def _run(self, ids: Ids) -> Run:
        self.runs.append(ids)
        self.began.set()
        self.slow.wait(10)
        if len(self.runs) <= self.failures:
            raise MemoryError
        return super()._run(ids)


def test_what_was_encoded_just_now_is_not_run_again() -> None:
    counting = Counting()
    first = counting.encode(TEXTS[:4])
    first_again, spaced = counting.encode(TEXTS[:4]), counting.encode(["I  want my\nmoney back "])
    assert np.array_equal(first, first_again)
    assert np.array_equal(first[:1], spaced)
    assert len(counting.runs) == 4


def test_vector_and_token_states_of_a_text_are_one_run() -> None:
    counting = Counting()
    vector, (_, states) = counting.encode(TEXTS[:1])[0], counting.states(TEXTS[0])
    mean = states.mean(0)
    assert np.allclose(mean / np.linalg.norm(mean), vector, atol=1e-6)
    assert len(counting.runs) == 1


def test_threads_that_ask_for_the_same_text_at_once_share_one_run() -> None:
    counting = Counting()
    counting.slow.clear()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(counting.encode, TEXTS[:1]) for _ in range(4)]
        counting.began.wait(10)
        counting.slow.set()
        assert len({each.result().tobytes() for each in asked}) == 1
    assert len(counting.runs) == 1


def test_who_writes_into_a_vector_does_not_change_the_next_one() -> None:
    counting = Counting()
    mine = counting.encode(TEXTS[:1])
    expected = mine.copy()
    mine[:] = 0
    assert np.array_equal(counting.encode(TEXTS[:1]), expected)
    with pytest.raises(ValueError, match="read-only"):
        counting.states(TEXTS[0])[1][:] = 0


def test_a_run_that_failed_is_made_again_and_the_others_are_kept() -> None:
    counting = Counting(failures=1)
    with pytest.raises(MemoryError):
        counting.encode(["refund " * 60, "invoice"])
    assert counting.encode(["refund " * 60, "invoice"]).shape == (2, 384)
    assert len(counting.runs) == 3


def test_what_is_kept_is_bounded_and_a_large_batch_does_not_push_it_out() -> None:
    counting = Counting()
    counting.encode(TEXTS[:1])
    counting.encode([f"text {n} " * 8 for n in range(BULK // 16)])
    counting.encode(TEXTS[:1])
    assert len(counting.runs) == 1 + BULK // 16
    for n in range(KEPT // 200):
        counting.encode([f"{n} " * 254])
    counting.encode(TEXTS[:1])
    assert counting.runs[-1] == counting.runs[0]
