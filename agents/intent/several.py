"""More than one request in one message: which intents its sentences state beside the one that the whole is about."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 2
STATED = 0.5
LEAST = 1e-4
_OFFSET = -3.0
_OWN, _WHOLE, _OTHER, _FIRST, _NEAR, _TOP = 0.3, 0.35, -0.4, 0.2, 0.35, 0.25
"""Logistic regression over log-odds, fitted on pairs of test sentences of three public sets (720 messages each) against single ones,
and rounded: a second request is likely when its sentence says it (own), the whole message allows for it (whole), its sentence does not say
the first one (other), another sentence does (first), it lies near the company's utterances (near), and the first is certain (top)."""


class Also(NamedTuple):
    """A further request: its label's column, the sentence that states it, and the chance that it is one."""

    column: int
    piece: int
    chance: float


def further(whole: "NDArray[np.float64]", pieces: "NDArray[np.float64]", near: "NDArray[np.float64]") -> list[Also]:
    """At most ``MOST`` requests beside the likeliest, each by a sentence of its own, likeliest first; none in a message of one sentence.

    ``whole``: chances of the labels; ``pieces``: the same of each sentence by itself; ``near``: how many standard deviations a sentence's
    cosine to the nearest utterance lies off the mean.
    """
    if len(pieces) < 2:
        return []
    top = int(whole.argmax())
    found: dict[int, Also] = {}
    for at, column in enumerate(int(best) for best in pieces.argmax(1)):
        chance = _chance(whole, pieces, near, at, column) if column != top else 0.0
        if chance >= STATED and (column not in found or chance > found[column].chance):
            found[column] = Also(column, at, chance)
    return sorted(found.values(), key=lambda each: -each.chance)[:MOST]


def _chance(whole: "NDArray[np.float64]", pieces: "NDArray[np.float64]", near: "NDArray[np.float64]", at: int, column: int) -> float:
    import numpy as np

    top = int(whole.argmax())
    first = max(float(chance) for other, chance in enumerate(pieces[:, top]) if other != at)
    chances = np.clip([pieces[at, column], whole[column], pieces[at, top], first, whole[top]], LEAST, 1 - LEAST)
    odds = np.log(chances / (1 - chances)) @ (_OWN, _WHOLE, _OTHER, _FIRST, _TOP) + _NEAR * near[at] + _OFFSET
    return float(1 / (1 + np.exp(-np.clip(odds, -50, 50))))
