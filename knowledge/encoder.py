"""The embedded sentence encoder: all-MiniLM-L6-v2, int8, in ONNX Runtime."""

import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import Unavailable
from core.value import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
MAX_TOKENS, MAX_CHARACTERS = 256, 16_000
LANES = max(1, min(4, os.cpu_count() or 1))


class OnnxEncoder:
    """``core.ports.Encoder`` over a folder that ``make setup`` built. Loads at first use; may be shared between threads.

    Every text is run by itself, several side by side. Int8 activations are scaled by the largest value of the whole batch, so in a shared
    batch a text's vector would depend on its neighbours (cosine down to 0.96 was measured) and a replayed turn would not be the same turn.

    ``version`` changes with any byte of the model or of its tokenizer; it is ``absent`` when the folder holds no encoder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.version = _version(folder)
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors, float32 (texts, 384). A text is cut after 256 tokens or 16,000 characters; the empty text has a vector too.

        Raises:
            Unavailable: when the folder holds no encoder.
        """
        import numpy as np

        tokenizer, _ = self._load()
        ids = [encoding.ids for encoding in tokenizer.encode_batch([_readable(text) for text in texts])]
        if len(ids) == 1:
            return self._run(ids[0])
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        vectors = np.empty((len(ids), DIMENSIONS), np.float32)
        with ThreadPoolExecutor(LANES, "encoder") as lanes:
            for row, vector in zip(order, lanes.map(self._run, [ids[row] for row in order]), strict=True):
                vectors[row] = vector[0]
        return vectors

    def states(self, text: str) -> tuple[list[Span], "NDArray[np.float32]"]:
        """Of each token its place in ``text`` (an empty one for marks of the model's own) and its vector, float32 (tokens, 384).

        The mean of the vectors, brought to length 1, is what ``encode`` gives. Raises Unavailable as ``encode`` does.
        """
        tokenizer, _ = self._load()
        encoding = tokenizer.encode(_readable(text))
        return [Span(start=start, end=end) for start, end in encoding.offsets], self._run(encoding.ids, "states")[0]

    def _run(self, ids: list[int], output: str = "embedding") -> "NDArray[np.float32]":
        import numpy as np

        _, session = self._load()
        tokens = np.array([ids], np.int64)
        found: NDArray[np.float32] = session.run([output], {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0]
        return found

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            with self._lock:
                self._loaded = self._loaded or self._open()
        return self._loaded

    def _open(self) -> tuple[Any, Any]:
        if self.version == "absent":
            raise Unavailable(what=f"encoder {self._folder}", problem="not built; run `make setup`")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer, session


def _version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "version.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "absent"


def _readable(text: str) -> str:
    """No more than is looked at, and no lone surrogates, which the tokenizer refuses."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
