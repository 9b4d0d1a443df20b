"""The embedded intent model at work: an encoder's vector and lexical features, one linear head, calibrated. No learning here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from agents.intent.features import row
from agents.intent.head import Weights
from agents.intent.reading import Piece, Reading, read
from core.intent import Label
from core.ports import Encoder
from core.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN, FAINTEST = 5, 0.01
CLEAR, CONTENDERS = 0.8, 3
BATCH = 256
PIECE = 0.5
FAR, NEAR, STATED = -1.6, -1.0, 0.5
"""A sentence of several is not the company's business when its cosine to the nearest utterance lies below ``FAR`` standard deviations from
the mean over texts that were not learned from; it surely is from ``NEAR`` on, in scope and with an intent of at least ``STATED``."""


class Prediction(Value):
    """``labels``: at most five above 1 %, most likely first, each with the sentence that speaks for it. ``set`` holds what cannot be ruled
    out at 95 %. ``in_scope`` in [0, 1] ranks texts by how surely they belong to any intent; ``out_of_scope`` is its verdict.
    """

    labels: tuple[Label, ...]
    abstained: bool
    out_of_scope: bool
    set: tuple[str, ...]
    in_scope: float = Field(ge=0, le=1)


class Evidence(NamedTuple):
    """What one message gives: pooled ``logits`` (classes), what the scope detector sees (3), and of each piece its logits and its cosine to
    the nearest utterance."""

    logits: "NDArray[np.float32]"
    scope: "NDArray[np.float32]"
    pieces: "NDArray[np.float32]"
    near: "NDArray[np.float32]"


class Scope(NamedTuple):
    """A logistic detector over (best logit, out-of-scope logit, cosine to the nearest utterance); in scope from ``threshold`` on."""

    mean: "NDArray[np.float64]"
    scale: "NDArray[np.float64]"
    weights: "NDArray[np.float64]"
    intercept: float
    threshold: float

    def score(self, scope: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """In [0, 1], for evidence (…, 3)."""
        import numpy as np

        odds = ((scope - self.mean) / self.scale) @ self.weights + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))), np.float64)


class Calibration(NamedTuple):
    """``temperature`` divides the logits; below ``abstain`` nothing is decided; a label of at least ``included`` stays in the set."""

    temperature: float
    abstain: float
    included: float


@dataclass(frozen=True)
class IntentModel:
    """A trained model with the encoder that it was trained with. Predicting is pure and may be done from several threads.

    ``weights`` has one column a label and, when the company gave out-of-scope texts, one more for those. ``references`` are unit vectors of
    utterances. ``version`` changes with the utterances, the encoder and the code.
    """

    version: str
    labels: tuple[str, ...]
    weights: Weights
    idf: "NDArray[np.float32]"
    references: "NDArray[np.float32]"
    scope: Scope
    calibration: Calibration
    encoder: Encoder

    def predict(self, text: str, subject: str = "") -> Prediction:
        return self.predict_many([text], [subject])[0]

    def predict_many(self, texts: Sequence[str], subjects: Sequence[str] = ()) -> list[Prediction]:
        """One prediction a text, in order, the same as by ``predict``; encoding is shared.

        A message that is not understood as a whole is read once more without what is not the company's business (see ``_business``).
        Where that is surely what the whole is most likely, it decides: leaving out makes a reading surer, never another one.
        """
        titles = subjects or [""] * len(texts)
        readings = [read(text, subject) for text, subject in zip(texts, titles, strict=True)]
        return [
            self._read(reading, evidence)
            for at in range(0, len(readings), BATCH)
            for reading, evidence in self._evidence(readings[at : at + BATCH])
        ]

    def _read(self, reading: Reading, evidence: Evidence) -> Prediction:
        found = self._decide(reading, evidence)
        kept = self._business(evidence) if found.abstained else []
        if not found.abstained or not (reading.titled or len(kept) < len(reading.pieces)):
            return found
        rest = self._decide(*self._rest(reading, evidence, kept))
        return rest if not rest.abstained and rest.labels[0].label == found.labels[0].label else found

    def _business(self, evidence: Evidence) -> list[int]:
        """The pieces without those far from every utterance, when another piece surely is the company's business; else all of them."""
        import numpy as np

        count, labels = len(evidence.pieces), len(self.labels)
        far = (evidence.near - self.scope.mean[2]) / self.scope.scale[2]
        seen = np.array([pool(evidence.pieces[at : at + 1], evidence.near[at : at + 1], labels).scope for at in range(count)])
        sure = softmax((1 + PIECE) * evidence.pieces[:, :labels] / self.calibration.temperature).max(1) >= STATED
        clear = sure & (far >= NEAR) & (self.scope.score(seen) >= self.scope.threshold)
        return [at for at in range(count) if far[at] >= FAR] if clear.any() else list(range(count))

    def _rest(self, reading: Reading, evidence: Evidence, kept: list[int]) -> tuple[Reading, Evidence]:
        """Evidence of the kept pieces alone, without the subject. One text is encoded."""
        import numpy as np

        rest = reading.only(kept)
        logits, near = self._logits(rest.units[:1])
        if len(kept) > 1:
            logits, near = np.concatenate([logits, evidence.pieces[kept]]), np.concatenate([near, evidence.near[kept]])
        return rest, pool(logits, near, len(self.labels))

    def _logits(self, units: Sequence[str]) -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
        """Of each text, its logits and its cosine to the nearest utterance."""
        vectors = self.encoder.encode(units)
        logits = vectors @ self.weights.dense + self.weights.bias
        for at, unit in enumerate(units):
            found = row(unit, self.idf)
            logits[at] += found.values @ self.weights.sparse[found.buckets]
        return logits, (vectors @ self.references.T).max(1)

    def _evidence(self, readings: Sequence[Reading]) -> list[tuple[Reading, Evidence]]:
        logits, near = self._logits([unit for reading in readings for unit in reading.units])
        found_all, at = [], 0
        for reading in readings:
            own = slice(at, at + len(reading.units))
            found_all.append((reading, pool(logits[own], near[own], len(self.labels))))
            at = own.stop
        return found_all

    def _decide(self, reading: Reading, evidence: Evidence) -> Prediction:
        chances = softmax(evidence.logits / self.calibration.temperature)
        confidence = {name: float(chance) for name, chance in zip(self.labels, chances, strict=True)}
        order = sorted(confidence, key=lambda name: -confidence[name])
        top = order[0]
        second = self._second(order, confidence, evidence)
        if second:
            confidence[second[0]] = second[1]
            order.sort(key=lambda name: (-confidence[name], name != top))
        in_scope = float(self.scope.score(evidence.scope))
        outside = in_scope < self.scope.threshold
        return Prediction(
            labels=tuple(self._label(name, confidence[name], reading, evidence) for name in order[:SHOWN] if confidence[name] >= FAINTEST),
            abstained=outside or confidence[top] < self.calibration.abstain,
            out_of_scope=outside,
            set=tuple(name for name in order if confidence[name] >= self.calibration.included) or (top,),
            in_scope=in_scope,
        )

    def _second(self, order: list[str], confidence: dict[str, float], evidence: Evidence) -> tuple[str, float] | None:
        """A second intent that a sentence of its own states clearly while another states the first, and how sure it is, at most as sure as
        the first; it must be among the likeliest of the whole message, as sentences torn from their context mislead."""
        if len(evidence.pieces) < 2:
            return None
        chances = softmax((1 + PIECE) * evidence.pieces / self.calibration.temperature)
        stated = chances[:, self._column[order[0]]]
        found: list[tuple[float, str]] = []
        for name in order[1:CONTENDERS]:
            own = chances[:, self._column[name]]
            elsewhere = max((float(stated[at]) for at in range(len(own)) if at != int(own.argmax())), default=0.0)
            if own.max() >= CLEAR and elsewhere >= 0.5 and confidence[name] >= FAINTEST:
                found.append((float(own.max()), name))
        return (max(found)[1], min(max(found)[0], confidence[order[0]])) if found else None

    def _label(self, name: str, confidence: float, reading: Reading, evidence: Evidence) -> Label:
        column = self._column[name]
        piece: Piece = reading.pieces[int(evidence.pieces[:, column].argmax())]
        return Label(label=name, confidence=round(min(1.0, confidence), 4), span=piece.span)

    @cached_property
    def _column(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.labels)}


def pool(logits: "NDArray[np.float32]", near: "NDArray[np.float32]", labels: int) -> Evidence:
    """One message's evidence from its units: the whole body first, then its sentences (none when the body is one).

    A request is often one sentence of many, so a label counts as in the whole plus, by half, as in the sentence that speaks most for it;
    the out-of-scope column plus as in the sentence that speaks least for it.
    """
    import numpy as np

    pieces = logits[1:] if len(logits) > 1 else logits
    pooled = logits[0, :labels] + PIECE * pieces[:, :labels].max(0)
    outside = logits[0, labels] + PIECE * pieces[:, labels].min() if logits.shape[1] > labels else 0.0
    apart = near[1:] if len(near) > 1 else near
    return Evidence(pooled, np.array([pooled.max(), outside, near.max()], np.float32), pieces, apart)


def softmax(logits: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """Over the last axis."""
    import numpy as np

    odds = np.exp((logits - logits.max(-1, keepdims=True)).astype(np.float64))
    return np.asarray(odds / odds.sum(-1, keepdims=True), np.float64)
