"""Whether the value scorecard says how likely a deal is won, judged on deals that came later. Pure.

Two readings of the same weights are tried: ``points``, Platt scaling of their sum as the file weighs them, and ``signals``, a logistic
regression that lets the deals weigh each signal's share. Both are fitted on the earlier deals; the one that does better on the last part of
those is judged, once, on the latest deals. Only if it beats the plain rate of winning there by more than chance is it used, and then it is
fitted again on every deal: the newest tell most of a world that moves. Its figures remain those of the hold-out.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.deals import PastDeal
from core.value import Value
from policy.schema import Policy, Weight
from policy.scoring.logistic import Line, auc, chances, fit
from policy.scoring.score import points, share
from policy.signals import Facts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

METHODS = ("points", "signals")
RIDGE = 1.0
BINS = 5
EVEN = 0.5  # AUC of a signal that tells nothing
SURE = 2.326  # standard errors: one-sided 99 %


class Curve(NamedTuple):
    """From what is known of an open deal to its chance. It looks at those weights only whose signals the past deals record."""

    method: str
    weights: dict[str, Weight]
    line: Line

    def chance(self, known: Facts) -> float | None:
        """0 to 1; None where one of its signals is not known."""
        if any(known.get(name) is None for name in self.weights):
            return None
        return self.line.chance(_row(self.method, self.weights, known))


class SignalReport(Value):
    """One weight: how many points it gave to won and lost deals on average, and how well it alone tells them apart (0.5: not at all)."""

    signal: str
    weight: float
    recorded: float
    points_won: float
    points_lost: float
    auc: float | None
    slope: float | None = None


class Bin(Value):
    """Deals of the hold-out with about the same forecast."""

    n: int
    forecast: float
    won: float


class ScorecardReport(Value):
    """How far the scorecard tells won from lost. ``probabilities``: whether it is used as one; else points only, and ``why`` says so.

    ``warnings``: weights that the deals do not bear out, in words. Everything from ``method`` on is of the hold-out, None or empty where it
    never came to that. ``base_brier``: of always saying the rate of the earlier deals; ``skill``: 1 - brier / base_brier; ``skill_low``:
    its lower bound at 99 %.
    """

    probabilities: bool
    why: str
    deals: int
    won: int
    base_rate: float | None = None
    signals: tuple[SignalReport, ...] = ()
    warnings: tuple[str, ...] = ()
    method: str | None = None
    earlier: int = 0
    held_out: int = 0
    since: str | None = None
    brier: float | None = None
    base_brier: float | None = None
    skill: float | None = None
    skill_low: float | None = None
    auc: float | None = None
    briers: dict[str, float] = {}
    reliability: tuple[Bin, ...] = ()


def calibrate(policy: Policy, deals: Sequence[PastDeal]) -> Curve | None:
    """The curve to use; None: points only."""
    return judge(policy, deals)[0]


def scorecard_report(policy: Policy, deals: Sequence[PastDeal]) -> ScorecardReport:
    """What ``policy scorecard`` shows."""
    return judge(policy, deals)[1]


def judge(policy: Policy, deals: Sequence[PastDeal]) -> tuple[Curve | None, ScorecardReport]:
    """Fit, judge, and fit again for use where it passes."""
    deals = sorted(deals, key=lambda deal: (deal.closed_on, deal.id))
    weights = _recorded(policy, deals)
    about = _about(policy, deals)
    if why := _too_little(policy, deals, weights):
        return None, about.model_copy(update={"why": why})
    cut = _cut(deals, policy.calibration.holdout)
    if not cut:
        return None, about.model_copy(update={"why": "points only: no deals are earlier than those to judge by"})
    report = _judged(deals, cut, weights, about)
    if not report.probabilities or report.method is None:
        return None, report
    curve = Curve(report.method, weights, _fitted(report.method, weights, deals))
    slopes = dict(zip(weights, curve.line.slopes, strict=True)) if curve.method == "signals" else {}
    signals = tuple(each.model_copy(update={"slope": _rounded(slopes.get(each.signal))}) for each in report.signals)
    return curve, report.model_copy(update={"signals": signals})


def _recorded(policy: Policy, deals: Sequence[PastDeal]) -> dict[str, Weight]:
    """The weights whose signal most past deals record: nothing can be learned of the others."""
    return {
        name: weight for name, weight in policy.value.items() if 2 * sum(deal.known.get(name) is not None for deal in deals) > len(deals)
    }


def _too_little(policy: Policy, deals: Sequence[PastDeal], weights: dict[str, Weight]) -> str | None:
    wanted, won = policy.calibration.minimum_outcomes, sum(deal.won for deal in deals)
    lost = len(deals) - won
    if min(won, lost) < wanted:
        return f"points only: {won} deals won and {lost} lost, at least {wanted} of each are wanted"
    return None if weights else "points only: the past deals record none of the signals that the scorecard weighs"


def _cut(deals: Sequence[PastDeal], holdout: float) -> int:
    """Where the later deals begin; what closed on one day is not torn apart."""
    day = deals[min(len(deals) - 1, round(len(deals) * (1 - holdout)))].closed_on
    return next(index for index, deal in enumerate(deals) if deal.closed_on == day)


def _judged(deals: Sequence[PastDeal], cut: int, weights: dict[str, Weight], about: ScorecardReport) -> ScorecardReport:
    earlier, later = deals[:cut], deals[cut:]
    method = _better(earlier, weights)
    won, rate = _won(later), float(_won(earlier).mean())
    forecasts = {each: chances(_fitted(each, weights, earlier), _columns(each, weights, later)) for each in METHODS}
    gain = (rate - won) ** 2 - (forecasts[method] - won) ** 2
    base, brier = float(((rate - won) ** 2).mean()), float(((forecasts[method] - won) ** 2).mean())
    low = (float(gain.mean()) - SURE * float(gain.std(ddof=1)) / len(later) ** 0.5) / base if base and len(later) > 1 else 0.0
    figures = {
        "probabilities": low > 0,
        "why": _verdict(brier, base, low, len(later)),
        "method": method,
        "earlier": cut,
        "held_out": len(later),
        "since": later[0].closed_on.isoformat(),
        "brier": _rounded(brier),
        "base_brier": _rounded(base),
        "skill": _rounded(1 - brier / base if base else 0.0),
        "skill_low": _rounded(low),
        "auc": _rounded(auc(forecasts[method], won)),
        "briers": {each: round(float(((forecast - won) ** 2).mean()), 4) for each, forecast in forecasts.items()},
        "reliability": _reliability(forecasts[method], won),
    }
    return about.model_copy(update=figures)


def _better(earlier: Sequence[PastDeal], weights: dict[str, Weight]) -> str:
    """The reading that does better on the last quarter of the earlier deals; the plain points where that cannot be told."""
    cut = _cut(earlier, 0.25)
    if not cut:
        return METHODS[0]
    won = _won(earlier[cut:])
    lines = {method: _fitted(method, weights, earlier[:cut]) for method in METHODS}
    return min(METHODS, key=lambda method: float(((chances(lines[method], _columns(method, weights, earlier[cut:])) - won) ** 2).mean()))


def _verdict(brier: float, base: float, low: float, n: int) -> str:
    figures = f"Brier score {brier:.4f} on the latest {n:,} deals, {base:.4f} by the rate of winning alone"
    if low > 0:
        return figures
    return f"points only: {figures}; " + ("that is no better" if brier >= base else "the difference may be chance")


def _fitted(method: str, weights: dict[str, Weight], deals: Sequence[PastDeal]) -> Line:
    return fit(_columns(method, weights, deals), _won(deals), RIDGE if method == "signals" else 0.0)


def _columns(method: str, weights: dict[str, Weight], deals: Sequence[PastDeal]) -> "Floats":
    import numpy as np

    return np.array([_row(method, weights, deal.known) for deal in deals], dtype=np.float64)


def _row(method: str, weights: dict[str, Weight], known: Facts) -> list[float]:
    """``points``: the score, 0 to 1; ``signals``: each signal's share of its weight, 0 to 1."""
    return [points(weights, known) / 100] if method == "points" else [share(weight, known.get(name)) for name, weight in weights.items()]


def _won(deals: Sequence[PastDeal]) -> "Floats":
    import numpy as np

    return np.array([deal.won for deal in deals], dtype=np.float64)


def _about(policy: Policy, deals: Sequence[PastDeal]) -> ScorecardReport:
    won = sum(deal.won for deal in deals)
    signals = tuple(_signal(name, weight, deals) for name, weight in policy.value.items()) if deals else ()
    rate = _rounded(won / len(deals)) if deals else None
    warnings = tuple(warning for each in signals if (warning := _warning(each)))
    return ScorecardReport(probabilities=False, why="", deals=len(deals), won=won, base_rate=rate, signals=signals, warnings=warnings)


def _warning(report: SignalReport) -> str | None:
    """What is odd about a weight, in words."""
    if not report.recorded:
        return f"{report.signal}: no past deal records it, so nothing tells whether its {report.weight:g} points are deserved"
    if report.auc is not None and report.auc < EVEN:
        averages = f"{report.points_won:g} of its {report.weight:g} points on average when won, {report.points_lost:g} when lost"
        return f"{report.signal}: speaks against winning (AUC {report.auc:.2f}): lost deals tend to have more of it; {averages}"
    return None


def _signal(name: str, weight: Weight, deals: Sequence[PastDeal]) -> SignalReport:
    import numpy as np

    known = [deal for deal in deals if deal.known.get(name) is not None]
    shares, won = np.array([share(weight, deal.known[name]) for deal in known], dtype=np.float64), _won(known)
    given = shares * weight.weight
    return SignalReport(
        signal=name,
        weight=weight.weight,
        recorded=round(len(known) / len(deals), 3),
        points_won=round(float(given[won > 0].mean()), 2) if won.any() else 0.0,
        points_lost=round(float(given[won == 0].mean()), 2) if len(won) > won.sum() else 0.0,
        auc=_rounded(auc(shares, won)) if known else None,
    )


def _reliability(forecast: "Floats", won: "Floats") -> tuple[Bin, ...]:
    import numpy as np

    parts = [part for part in np.array_split(np.argsort(forecast, kind="stable"), BINS) if len(part)]
    return tuple(Bin(n=len(part), forecast=round(float(forecast[part].mean()), 3), won=round(float(won[part].mean()), 3)) for part in parts)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
