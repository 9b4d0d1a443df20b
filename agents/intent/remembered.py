"""An encoder that keeps the last texts' vectors, so that what one turn asks twice is encoded once."""

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.ports import Encoder
from core.value import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT = 128


class Remembering:
    """``core.ports.Encoder`` over another one. At most ``most`` texts stay in memory, those last asked for, or all (None); larger batches
    pass through."""

    def __init__(self, encoder: Encoder, most: int | None = KEPT) -> None:
        self._encoder, self._most = encoder, math.inf if most is None else most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def version(self) -> str:
        return self._encoder.version

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """As the other encoder says."""
        import numpy as np

        if not 0 < len(texts) <= self._most:
            return self._encoder.encode(texts)
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
            for text in known:
                self._kept.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, self._encoder.encode(new), strict=True))
            self._keep({text: known[text] for text in new})
        return np.array([known[text] for text in texts])

    def states(self, text: str) -> tuple[Sequence[Span], "NDArray[np.float32]"]:
        """As the other encoder says."""
        return self._encoder.states(text)

    def _keep(self, vectors: "dict[str, NDArray[np.float32]]") -> None:
        with self._lock:
            self._kept |= vectors
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
