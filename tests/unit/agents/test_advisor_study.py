"""What the advisor has studied it does not encode while somebody waits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from agents.advisor.answers import Advisor
from core.types import Passage
from core.value import Span
from tests.support.handbook import ROOT, encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(not (ROOT / "build" / "encoder" / "model.onnx").is_file(), reason="the encoder is built by make setup")

ASKED = "Are monthly plans refunded?"
PAGE = Passage(
    document="refunds",
    heading="Refunds",
    text="Annual plans are refunded within 30 days. Monthly plans are not refunded.",
    score=0.7,
    audience="public",
)


class Watched:
    """The encoder; keeps what it is asked."""

    def __init__(self) -> None:
        self._encoder, self.asked = encoder(), list[str]()
        self.version = self._encoder.version

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        self.asked += texts
        return self._encoder.encode(texts)

    def states(self, text: str) -> "tuple[Sequence[Span], NDArray[np.float32]]":
        return self._encoder.states(text)


def test_of_a_page_it_has_studied_only_the_question_is_encoded() -> None:
    studied, asked_cold = Watched(), Watched()
    advisor = Advisor(studied)
    advisor.study(PAGE)
    assert len(studied.asked) == 2
    studied.asked.clear()
    assert advisor.answer(ASKED, (PAGE,), "en") == Advisor(asked_cold).answer(ASKED, (PAGE,), "en")
    assert studied.asked == [ASKED]
    assert len(asked_cold.asked) == 3


def test_a_page_without_sentences_is_studied_without_ado() -> None:
    watched = Watched()
    Advisor(watched).study(PAGE.model_copy(update={"text": "# Refunds\n"}))
    assert watched.asked == []
