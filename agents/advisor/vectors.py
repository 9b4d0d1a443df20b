"""Vectors of sentences that come again and again: a handbook's are encoded once."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from core.ports import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REMEMBERED = 20_000


class Vectors:
    """An encoder that remembers the texts asked for last (``REMEMBERED`` of them, 1.5 KB each). May be shared between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    @property
    def version(self) -> str:
        return self._encoder.version

    def of(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors, one row a text; ``texts`` must not be empty."""
        import numpy as np

        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._encoder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts])
