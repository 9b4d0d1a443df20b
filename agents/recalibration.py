"""How far a chat model's choice is believed: learned from choices whose outcome people have told, never from what it says of itself."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agents.intent.risk import fit_threshold
from core.ports import ChoiceKind, Choices, Judged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENOUGH = 50
"""With fewer outcomes a choice keeps the chance that the embedded model gave it."""

KEPT = 2000
KINDS: tuple[ChoiceKind, ...] = ("agrees", "differs", "none")
# Standard deviations of the prior: a few outcomes move little, some dozens much.
OFFSET_SD, SLOPE_SD = 1.5, 0.5
EDGE = 1e-3


class Recalibration(NamedTuple):
    """``logit P(right) = offset[kind] + slope · logit(chance)``, where ``chance`` is what the embedded model gave to the choice among all
    that was offered, and ``kind`` says whether the chat model agrees with it.

    Cox's recalibration (1958, "Two further applications of a model for binary regression"; Platt 1999 for classifiers), here the mode
    under normal priors around "the chance is right as it is" (offset 0, slope 1), so that few outcomes change little. ``slope`` is never
    negative: within a kind a likelier choice is never believed less.

    The outcomes are taken to be like the turns to come. Where people tell mistakes more often than they confirm, it errs downwards.
    """

    judged: Sequence[Judged] = ()
    offsets: Mapping[ChoiceKind, float] = dict.fromkeys(KINDS, 0.0)
    slope: float = 1.0

    @property
    def outcomes(self) -> int:
        return len(self.judged)

    @property
    def learned(self) -> bool:
        return self.outcomes >= ENOUGH

    def confidence(self, kind: ChoiceKind, chance: float) -> float:
        """The chance that the choice is right."""
        return _sigmoid(self.offsets[kind] + self.slope * _logit(chance)) if self.learned else chance

    def bears(self, kind: ChoiceKind, chance: float, bound: float) -> bool:
        """Whether the outcomes show that of such choices at most the share ``bound`` is wrong: as ``fit_threshold`` shows it for the
        embedded model's decisions, for each kind by itself, by the embedded model's chance. Assumption: the turns to come are like those
        whose outcome is known.
        """
        import numpy as np

        same = [each for each in self.judged if each.kind == kind]
        chances, right = np.array([each.chance for each in same]), np.array([each.right for each in same], bool)
        least = fit_threshold(chances, right, bound).threshold if self.learned else None
        return least is not None and chance >= least

    def told(self) -> str:
        """As the receipt says it."""
        if self.learned:
            return f"recalibrated on {self.outcomes} outcomes"
        return f"not recalibrated, {self.outcomes} of the {ENOUGH} outcomes that it takes are known"


class Recalibrations:
    """Of every tenant, as of the last ``refresh``. ``model`` is the version of chat model and prompt: another one begins anew."""

    def __init__(self, choices: Choices, model: str) -> None:
        self._choices, self.model = choices, model
        self._known: dict[str, Recalibration] = {}

    def of(self, tenant: str) -> Recalibration:
        """Costs nothing: no turn waits for it."""
        return self._known.get(tenant, Recalibration())

    async def refresh(self, tenants: Iterable[str]) -> None:
        """Learn what became known since, one query a tenant."""
        for tenant in tenants:
            self._known[tenant] = fit(await self._choices.judged(tenant, self.model, KEPT))


def fit(judged: Sequence[Judged]) -> Recalibration:
    """Learned from these; below ``ENOUGH`` of them nothing is. Milliseconds for ``KEPT``."""
    import numpy as np

    if len(judged) < ENOUGH:
        return Recalibration(judged)
    kinds = np.array([[each.kind == kind for kind in KINDS] for each in judged], float)
    logits = np.array([_logit(each.chance) for each in judged])
    right = np.array([each.right for each in judged], float)
    found = _mode(np.column_stack([kinds, logits]), right)
    if found[-1] < 0:
        found = np.append(_mode(kinds, right), 0.0)
    return Recalibration(judged, dict(zip(KINDS, map(float, found[:-1]), strict=True)), float(found[-1]))


def _mode(seen: "NDArray[np.float64]", right: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The posterior's mode by Newton's method: concave, so it has one."""
    import numpy as np

    width = seen.shape[1]
    centre = np.array([0.0] * len(KINDS) + [1.0])[:width]
    precision = np.array([OFFSET_SD**-2] * len(KINDS) + [SLOPE_SD**-2])[:width]
    at = centre.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(seen @ at, -30, 30)))
        gradient = seen.T @ (right - chance) - precision * (at - centre)
        step = np.linalg.solve((seen.T * (chance * (1 - chance))) @ seen + np.diag(precision), gradient)
        at = at + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return at


def _logit(chance: float) -> float:
    kept = min(max(chance, EDGE), 1 - EDGE)
    return math.log(kept / (1 - kept))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
