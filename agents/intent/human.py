"""How likely a message asks for a person: what its words say by rule, joined with how its sentences lie in the encoder's space.

A detector learned from texts of one domain recalls their phrases only. This one learns from a few hundred sentences of none
(``human_examples``) and sees nothing but sentence vectors. It is asked only about sentences that mention people or contact at all: what it
cannot know ("EMI", "replacement") never looks like a request.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from agents.intent.human_examples import ASKING, NOT_ASKING
from agents.intent.human_patterns import DECLINED, MENTION
from agents.intent.human_wish import wants_human
from agents.intent.reading import plain, read
from agents.intent.spelling import corrected
from core.ports import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURE = 0.36
"""From here on a message counts as asking: a rule says so, or the detector by itself gives 0.72."""
STRENGTH, STEPS = 1.0, 12


class HumanDetector:
    """Learns at its first question, in well under a second; the same encoder gives the same detector. May be shared between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def chance(self, text: str, units: Sequence[str]) -> float:
        """0 to 1, the mean of rule and detector. ``units`` are the message's texts in English words, as ``reading`` gives them."""
        rule = wants_human(plain(text))
        told = [unit for unit in units if mentions(unit)]
        seen = max((self._seen(unit) for unit in told), default=0.0)
        return round((rule + seen) / 2, 4)

    def _seen(self, unit: str) -> float:
        import numpy as np

        weights, bias = self._learned
        return float(1 / (1 + np.exp(-(self._encoder.encode([unit])[0] @ weights + bias))))

    @cached_property
    def _learned(self) -> tuple["NDArray[np.float64]", float]:
        asking, other = (tuple(read(each).units[0] for each in re.split(r" \| |\n", block.strip())) for block in (ASKING, NOT_ASKING))
        return logistic(self._encoder.encode(asking), self._encoder.encode(other))


def mentions(unit: str) -> bool:
    """Whether a sentence speaks of a person or of making contact, and does not say that none is wanted."""
    return bool(MENTION.search(corrected(unit))) and not declines(unit)


def declines(text: str) -> bool:
    """Whether somebody says that they want no person and no call."""
    return bool(DECLINED.search(corrected(text)))


def logistic(yes: "NDArray[np.float32]", no: "NDArray[np.float32]") -> tuple["NDArray[np.float64]", float]:
    """Weights and intercept of a ridge-regularized logistic regression, both classes counting the same, by Newton's method."""
    import numpy as np

    rows = np.hstack([np.vstack([yes, no]).astype(np.float64), np.ones((len(yes) + len(no), 1))])
    wanted = np.r_[np.ones(len(yes)), np.zeros(len(no))]
    counts = np.where(wanted == 1, len(wanted) / (2 * len(yes)), len(wanted) / (2 * len(no)))
    ridge = np.diag(np.r_[np.full(rows.shape[1] - 1, 1 / STRENGTH), 1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (counts * (chance - wanted)) + ridge @ weights
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights[:-1], float(weights[-1])
