"""The embedded intent model at work: an encoder's vector, lexical features, a linear head, nearby examples, calibrated. No learning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from agents.intent.evidence import PIECE, Calibration, Evidence, Past, Scope, Units, pool, softmax
from agents.intent.features import row
from agents.intent.head import Weights
from agents.intent.kernel import WEIGHT, Nearby
from agents.intent.reading import Piece, Reading, read
from agents.intent.risk import Risk, fit_threshold
from agents.intent.several import Also, further
from core.intent import Label, Near
from core.ports import Encoder
from core.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN, FAINTEST = 5, 0.01
CLOSEST = 5
COVERAGE = 0.95
TAKEN = 1_000.0
BATCH = 256
FAR, NEAR, STATED = -1.6, -1.0, 0.5
"""A sentence of several is not the company's business when its cosine to the nearest utterance lies below ``FAR`` standard deviations from
the mean over texts that were not learned from; it surely is from ``NEAR`` on, in scope and with an intent of at least ``STATED``."""


class Prediction(Value):
    """``labels``: at most five above 1 % (the first in any case), most likely first, each with the sentence that speaks for it. ``set``
    holds what cannot be ruled out at ``coverage``. ``in_scope`` in [0, 1] ranks texts by how surely they belong to any intent;
    ``out_of_scope`` is its verdict. The other fields are those of ``core.intent.Intent``.
    """

    labels: tuple[Label, ...]
    abstained: bool
    out_of_scope: bool
    set: tuple[str, ...]
    coverage: float = COVERAGE
    in_scope: float = Field(ge=0, le=1)
    none: float = Field(ge=0, le=1)
    sure: float = Field(ge=0, le=1)
    threshold: float | None = None
    margin: float | None = None
    bound: float | None = None
    caution: str = ""
    nearest: tuple[Near, ...] = ()


class Limit(NamedTuple):
    """What the policy lets be wrong among automatic decisions, and the threshold that keeps it."""

    bound: float
    risk: Risk


@dataclass(frozen=True)
class IntentModel:
    """A trained model with the encoder that it was trained with. Predicting is pure and may be done from several threads.

    ``weights`` has one column a label and, when the company gave out-of-scope texts, one more for those; so has ``nearby``. ``texts`` are
    the utterances of ``nearby`` and ``columns`` their labels. ``version`` changes with the utterances, the encoder and the code.
    """

    version: str
    labels: tuple[str, ...]
    weights: Weights
    idf: "NDArray[np.float32]"
    nearby: Nearby
    texts: tuple[str, ...]
    columns: "NDArray[np.int64]"
    scope: Scope
    calibration: Calibration
    past: Past
    encoder: Encoder
    limit: Limit | None = None

    @property
    def references(self) -> "NDArray[np.float32]":
        """Unit vectors of utterances."""
        return self.nearby.vectors[: self.nearby.known]

    def threshold(self, bound: float) -> float | None:
        """From which ``Prediction.sure`` on at most ``bound`` of the decisions are wrong (see ``risk``); None: nothing keeps it."""
        return fit_threshold(self.past.sure, self.past.right, bound).threshold

    def bounded(self, bound: float | None) -> "IntentModel":
        """The same model, deciding only where at most ``bound`` of its decisions are wrong; None: as it was calibrated."""
        limit = Limit(bound, fit_threshold(self.past.sure, self.past.right, bound)) if bound else None
        return replace(self, limit=limit)

    def predict(self, text: str, subject: str = "") -> Prediction:
        return self.predict_many([text], [subject])[0]

    def predict_many(self, texts: Sequence[str], subjects: Sequence[str] = ()) -> list[Prediction]:
        """One prediction a text, in order, the same as by ``predict``; encoding is shared.

        Without a bound, a message that is not understood as a whole is read once more without what is no business (see ``_business``).
        Where that is surely what the whole is most likely, it decides: leaving out makes a reading surer, never another one.
        """
        titles = subjects or [""] * len(texts)
        readings = [read(text, subject) for text, subject in zip(texts, titles, strict=True)]
        return [each for at in range(0, len(readings), BATCH) for each in self._batch(readings[at : at + BATCH])]

    def _batch(self, readings: Sequence[Reading]) -> list[Prediction]:
        units, closest = self._units([unit for reading in readings for unit in reading.units])
        found, at = [], 0
        for reading in readings:
            evidence = pool(units.at(slice(at, at + len(reading.units))), len(self.labels))
            found.append(self._read(reading, evidence).model_copy(update={"nearest": closest[at]}))
            at += len(reading.units)
        return found

    def _read(self, reading: Reading, evidence: Evidence) -> Prediction:
        found = self._decide(reading, evidence)
        if self.limit:  # a second reading would decide beyond what was proven
            return found
        kept = self._business(evidence) if found.abstained else []
        if not found.abstained or not (reading.titled or len(kept) < len(reading.pieces)):
            return found
        rest = self._decide(*self._rest(reading, evidence, kept))
        return rest if not rest.abstained and rest.labels[0].label == found.labels[0].label else found

    def _business(self, evidence: Evidence) -> list[int]:
        """The pieces without those far from every utterance, when another piece surely is the company's business; else all of them."""
        import numpy as np

        pieces, labels = evidence.pieces, len(self.labels)
        count, far = len(pieces.near), self._distance(pieces)
        seen = np.array([pool(pieces.at([at]), labels).scope for at in range(count)])
        sure = softmax((1 + PIECE) * pieces.logits[:, :labels] / self.calibration.temperature).max(1) >= STATED
        clear = sure & (far >= NEAR) & (self.scope.score(seen) >= self.scope.threshold)
        return [at for at in range(count) if far[at] >= FAR] if clear.any() else list(range(count))

    def _distance(self, pieces: Units) -> "NDArray[np.float64]":
        """Of each piece, how many standard deviations its cosine to the nearest utterance lies off the mean."""
        distance: NDArray[np.float64] = (pieces.near - self.scope.mean[2]) / self.scope.scale[2]
        return distance

    def _rest(self, reading: Reading, evidence: Evidence, kept: list[int]) -> tuple[Reading, Evidence]:
        """Evidence of the kept pieces alone, without the subject. One text is encoded."""
        rest = reading.only(kept)
        units, _ = self._units(rest.units[:1])
        return rest, pool(units.then(evidence.pieces.at(kept)) if len(kept) > 1 else units, len(self.labels))

    def _units(self, texts: Sequence[str]) -> tuple[Units, list[tuple[Near, ...]]]:
        """Each text read by itself, and the utterances closest to it."""
        vectors = self.encoder.encode(texts)
        cosines = self.nearby.cosines(vectors)
        votes = self.nearby.votes(vectors, cosines)
        logits = vectors @ self.weights.dense + self.weights.bias + WEIGHT * votes
        for at, text in enumerate(texts):
            found = row(text, self.idf)
            logits[at] += found.values @ self.weights.sparse[found.buckets]
        return Units(logits, self.nearby.nearest(cosines), votes[:, : len(self.labels)].max(1)), [self._closest(own) for own in cosines]

    def _closest(self, cosines: "NDArray[np.float32]") -> tuple[Near, ...]:
        import numpy as np

        own = cosines[: self.nearby.known]
        few = np.argpartition(-own, CLOSEST)[:CLOSEST] if len(own) > CLOSEST else np.arange(len(own))
        order = few[np.argsort(-own[few], kind="stable")]
        return tuple(
            Near(text=self.texts[at], label=self.labels[int(self.columns[at])], similarity=round(float(own[at]), 3))
            for at in order.tolist()
        )

    def _decide(self, reading: Reading, evidence: Evidence) -> Prediction:
        chances = self.calibration.chances(evidence.logits[None])[0]
        confidence = {name: float(chance) for name, chance in zip(self.labels, chances, strict=True)}
        order = sorted(confidence, key=lambda name: -confidence[name])
        top = order[0]
        also = {self.labels[each.column]: each for each in self._further(chances, evidence)}
        within = tuple(name for name in order if confidence[name] >= self.calibration.included) or (top,)
        confidence |= {name: max(confidence[name], min(each.chance, confidence[top])) for name, each in also.items()}
        order.sort(key=lambda name: (-confidence[name], name != top))
        shown = [name for name in order[:SHOWN] if confidence[name] >= FAINTEST or name == top]
        in_scope, none = float(self.scope.score(evidence.scope)), float(self.scope.none(evidence.scope))
        outside, sure = in_scope < self.scope.threshold, (1 - none) * confidence[top]
        return Prediction(
            labels=tuple(self._label(name, confidence[name], reading, evidence, also) for name in shown),
            out_of_scope=outside,
            set=tuple(dict.fromkeys((*within, *also))),
            in_scope=in_scope,
            none=round(none, 4),
            sure=round(sure, 6),
            **self._verdict(outside, sure, confidence[top]),
        )

    def _verdict(self, outside: bool, sure: float, confidence: float) -> dict[str, Any]:
        """Whether the model decides by itself: by the policy's bound, or where it gives none, by the confidence that it was made for."""
        if not self.limit:
            return {"abstained": outside or confidence < self.calibration.abstain or sure < confidence / 2}
        bound, (threshold, caution) = self.limit
        if threshold is None:
            return {"abstained": True, "bound": bound, "caution": caution}
        return {"abstained": outside or sure < threshold, "bound": bound, "threshold": threshold, "margin": round(sure - threshold, 6)}

    def _further(self, chances: "NDArray[np.float64]", evidence: Evidence) -> list[Also]:
        """What the message asks for beside its likeliest intent."""
        pieces = evidence.pieces
        own = softmax((1 + PIECE) * pieces.logits / self.calibration.temperature)[:, : len(self.labels)]
        return further(chances, own, self._distance(pieces))

    def _label(self, name: str, confidence: float, reading: Reading, evidence: Evidence, also: Mapping[str, Also]) -> Label:
        """With the sentence that states it; the likeliest's is none of those that state the further ones."""
        stated = evidence.pieces.logits[:, self._column[name]].copy()
        stated[[each.piece for each in also.values() if name not in also]] -= TAKEN
        piece: Piece = reading.pieces[also[name].piece if name in also else int(stated.argmax())]
        return Label(label=name, confidence=round(min(1.0, confidence), 4), span=piece.span)

    @cached_property
    def _column(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.labels)}
