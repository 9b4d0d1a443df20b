"""The embedded sentence encoder: all-MiniLM-L6-v2, int8, in ONNX Runtime."""

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from core.errors import Unavailable
from core.value import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
MAX_TOKENS, MAX_CHARACTERS = 256, 16_000
LANES = max(1, min(4, os.cpu_count() or 1))
ALONE = 48
"""Tokens, about 4 ms of work: what is less than that is not worth a second thread."""
FEW, CUT = 32, 512
"""Texts of a call that are cut into tokens here rather than by the tokenizer's own threads, and of how many their tokens are kept."""
KEPT, BULK = 8_192, 4_096
"""Tokens: of the latest runs that are kept (1.5 KB each, 12 MB), and of a call that is too large to be worth keeping."""

Ids = tuple[int, ...]
T = TypeVar("T")


class Run(NamedTuple):
    """What the model gives for one text: its unit vector (384,) and its tokens' vectors (tokens, 384), float32, not to be written to."""

    vector: "NDArray[np.float32]"
    states: "NDArray[np.float32]"


class OnnxEncoder:
    """``core.ports.Encoder`` over a folder that ``make setup`` built. Loads at first use; may be shared between threads.

    Every text is run by itself, several side by side. Int8 activations are scaled by the largest value of the whole batch, so in a shared
    batch a text's vector would depend on its neighbours (cosine down to 0.96 was measured) and a replayed turn would not be the same turn.
    The latest texts are kept, by their tokens: what one turn asks in several places, or at the same time, is run once.

    ``version`` changes with any byte of the model or of its tokenizer; it is ``absent`` when the folder holds no encoder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.version = _version(folder)
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        self._ids, self._recent = lru_cache(CUT)(self._cut), _Recent()
        self._helpers = ThreadPoolExecutor(max(1, LANES - 1), "encoder")

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Unit vectors, float32 (texts, 384). A text is cut after 256 tokens or 16,000 characters; the empty text has a vector too.

        Raises:
            Unavailable: when the folder holds no encoder.
        """
        import numpy as np

        tokenizer, _ = self._load()
        if len(texts) > FEW:
            rows = [tuple(encoding.ids) for encoding in tokenizer.encode_batch_fast([_readable(text) for text in texts])]
        else:
            rows = [self._ids(text) for text in texts]
        many = sum(map(len, rows)) > BULK
        vectors = self._side_by_side(rows, lambda ids: self._run(ids).vector) if many else [run.vector for run in self._once(rows)]
        return np.array(vectors, np.float32).reshape(-1, DIMENSIONS)

    def states(self, text: str) -> tuple[list[Span], "NDArray[np.float32]"]:
        """Of each token its place in ``text`` (an empty one for marks of the model's own) and its vector, float32 (tokens, 384).

        The mean of the vectors, brought to length 1, is what ``encode`` gives. Raises Unavailable as ``encode`` does.
        """
        tokenizer, _ = self._load()
        encoding = tokenizer.encode(_readable(text))
        return [Span(start=start, end=end) for start, end in encoding.offsets], self._once([tuple(encoding.ids)])[0].states

    def _cut(self, text: str) -> Ids:
        tokenizer, _ = self._load()
        return tuple(tokenizer.encode(_readable(text)).ids)

    def _once(self, rows: Sequence[Ids]) -> list[Run]:
        """Each row's run: one that is kept, one that another thread is making, or a new one."""
        runs, new = self._recent.claim(rows)
        self._side_by_side(list(new), lambda ids: self._fulfil(ids, new[ids]))
        return [run.result() for run in runs]

    def _fulfil(self, ids: Ids, promise: "Future[Run]") -> None:
        try:
            promise.set_result(self._run(ids))
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            self._recent.drop(ids)
            promise.set_exception(error)

    def _side_by_side(self, rows: Sequence[Ids], work: Callable[[Ids], T]) -> list[T]:
        """``work`` of every row, the longest first, in this thread and, where it pays, in those that are idle."""
        done: dict[int, T] = {}
        left = iter(sorted(range(len(rows)), key=lambda row: -len(rows[row])))

        def take() -> None:
            for row in left:  # a list's iterator gives each to one thread
                done[row] = work(rows[row])

        helped = len(rows) > 1 and sum(map(len, rows)) > ALONE
        helpers = [self._helpers.submit(take) for _ in range(min(LANES, len(rows)) - 1)] if helped else []
        take()
        for helper in helpers:
            if not helper.cancel():  # it has begun
                helper.result()
        return [done[row] for row in range(len(rows))]

    def _run(self, ids: Ids) -> Run:
        import numpy as np

        _, session = self._load()
        tokens = np.array([ids], np.int64)
        vectors, states = session.run(["embedding", "states"], {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        states.flags.writeable = False
        return Run(vectors[0], states[0])

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            with self._lock:
                self._loaded = self._loaded or self._open()
        return self._loaded

    def _open(self) -> tuple[Any, Any]:
        if self.version == "absent":
            raise Unavailable(what=f"encoder {self._folder}", problem="not built; run `make setup`")
        import numpy as np  # noqa: F401 - its threads are told, too
        import onnxruntime
        from threadpoolctl import threadpool_limits
        from tokenizers import Tokenizer

        # What a turn multiplies is small: further threads wait for each other, and spinning take the cores from other turns.
        threadpool_limits(1, "blas")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer, session


class _Recent:
    """The latest runs by their tokens, ``KEPT`` tokens at most; one that is not finished is there as a promise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[Ids, Future[Run]] = OrderedDict()
        self._tokens = 0

    def claim(self, rows: Sequence[Ids]) -> tuple[list["Future[Run]"], dict[Ids, "Future[Run]"]]:
        """Each row's run, and those that the caller has to make: nobody had them."""
        with self._lock:
            new: dict[Ids, Future[Run]] = {ids: Future() for ids in dict.fromkeys(rows) if ids not in self._runs}
            self._runs |= new
            self._tokens += sum(map(len, new))
            runs = [self._runs[ids] for ids in rows]
            for ids in rows:
                self._runs.move_to_end(ids)
            while self._tokens > KEPT:
                self._tokens -= len(self._runs.popitem(last=False)[0])
        return runs, new

    def drop(self, ids: Ids) -> None:
        with self._lock:
            if self._runs.pop(ids, None) is not None:
                self._tokens -= len(ids)


def _version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "version.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "absent"


def _readable(text: str) -> str:
    """No more than is looked at, and no lone surrogates, which the tokenizer refuses."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
