"""Why a message was read as it was: the words that moved it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.intent.evidence import softmax
from agents.intent.features import row
from agents.intent.kernel import WEIGHT
from core.intent import Moved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agents.intent.model import IntentModel

SHOWN, FAINTEST = 5, 0.05
LONGEST = 60
_WORD = re.compile(r"\w[\w'’-]*")
_START, _INSIDE = re.compile(r"(?<!\w)\w"), re.compile(r"\w")


def words(model: "IntentModel", text: str, label: str) -> tuple[Moved, ...]:
    """At most ``SHOWN`` words of ``text``, what moved it most first, with what each adds to ``label``'s logit less those of the others.

    The encoder's vector is the mean of its tokens' states, so that a word's share in the linear head is exactly that of its tokens; its
    share in the votes of nearby examples is the same to first order; its share in the lexical features is what is lost without it.
    Only the first ``LONGEST`` words are looked at.
    """
    import numpy as np

    places = list(_WORD.finditer(text))[:LONGEST]
    if not places or label not in model.labels:
        return ()
    spans, states = model.encoder.states(text)
    against, direction = _direction(model, states, model.labels.index(label))
    per_token = states @ direction / (len(states) * float(np.linalg.norm(states.mean(0))))
    found: dict[str, float] = {}
    for place in places:
        own = [at for at, span in enumerate(spans) if place.start() < span.end and span.start < place.end()]
        found[place[0].lower()] = found.get(place[0].lower(), 0.0) + float(per_token[own].sum())
    whole, starts = _lexical(model, text, against), [start.start() for start in _START.finditer(text)]
    for word in found:
        found[word] += whole - _lexical(model, _without(text, word, starts), against)
    ranked = sorted(found.items(), key=lambda each: -abs(each[1]))[:SHOWN]
    return tuple(Moved(word=word, weight=round(weight, 2)) for word, weight in ranked if abs(weight) >= FAINTEST)


def _direction(model: "IntentModel", states: "NDArray[np.float32]", column: int) -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
    """The contrast of classes (the label, less the others by their chances), and how the vector moves it: (classes,), (384,)."""
    import numpy as np

    mean = states.mean(0)
    vector = (mean / np.linalg.norm(mean))[None]
    kernel, slope = model.nearby.slope(vector, model.nearby.cosines(vector))
    votes = kernel @ model.nearby.duals
    logits = vector @ model.weights.dense + model.weights.bias + WEIGHT * votes
    against = -softmax(logits / model.calibration.temperature)[0].astype(np.float32)
    against[column] = 0.0
    against /= max(1e-6, -float(against.sum()))
    against[column] = 1.0
    pull: NDArray[np.float32] = slope * (model.nearby.duals @ against)
    return against, model.weights.dense @ against + WEIGHT * (pull @ model.nearby.vectors)


def _lexical(model: "IntentModel", text: str, against: "NDArray[np.float32]") -> float:
    found = row(text, model.idf)
    return float(found.values @ (model.weights.sparse[found.buckets] @ against))


def _without(text: str, word: str, starts: Sequence[int]) -> str:
    """``text`` with spaces for ``word`` (lower case) wherever it stands by itself; ``starts``: where words begin."""
    kept, end = [], 0
    for start in starts:
        behind = start + len(word)
        if start >= end and text[start:behind].lower() == word and not _INSIDE.match(text, behind):
            kept += [text[end:start], " "]
            end = behind
    return "".join((*kept, text[end:]))
