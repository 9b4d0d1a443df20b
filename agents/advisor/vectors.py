"""Vectors of sentences that come again and again: a handbook's are encoded once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.intent.remembered import Remembering
from core.ports import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REMEMBERED = 20_000


class Vectors:
    """An encoder that remembers the texts asked for last (``REMEMBERED`` of them, 1.5 KB each). May be shared between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = Remembering(encoder, most=REMEMBERED)

    @property
    def version(self) -> str:
        return self._encoder.version

    def of(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors, one row a text; ``texts`` must not be empty."""
        return self._encoder.encode(texts)
