"""Figures as lines, each beside its bar and the same figure of the peers."""

from collections.abc import Callable, Iterable, Sequence
from statistics import mean
from typing import NamedTuple

from agents.intent.figures import Judged, auroc, recall_at, share
from agents.intent.reliability import brier, ece, ece_floor
from benchmarks.intents.measure import Bound, Speed

EXCEEDED, COVERED, COVERED_AT = 0.10, 0.75, 0.02
COVERED_ON = ("clinc150", "clinc150+oos", "banking77")
GAIN = 0.015
P50_MS, P95_MS, PER_SECOND, EXAMPLE_S = 4.0, 12.0, 400.0, 20.0
_CLINC = {"accuracy": 0.970, "OOS AUROC": 0.984, "OOS recall at 95 %": 0.93}
BARS = {"clinc150": _CLINC, "clinc150+oos": _CLINC, "banking77": {"accuracy": 0.943}}
"""For the other sets the accuracy is to exceed the baseline's by ``GAIN``."""

Figure = Callable[[Judged], float | None]


class Line(NamedTuple):
    """``kept``: whether the bar is; None where there is none."""

    figure: str
    ours: str
    bar: str = ""
    kept: bool | None = None
    baseline: str = ""
    peer: str = ""


class Outcome(NamedTuple):
    """One draw of one set."""

    ours: Judged
    bounds: list[Bound]
    train_s: float
    baseline: Judged | None
    peer: Judged | None


def heads() -> str:
    return f"{'':<30}{'ours':>14}  {'bar':<14}{'':<9}{'baseline':>10}{'semantic-router':>18}"


def show(head: str, lines: Iterable[Line]) -> bool:
    """Print them; whether every bar is kept."""
    print(f"\n{head}")
    fine = True
    for line in lines:
        word = {None: "", True: "kept", False: "MISSED"}[line.kept]
        print(f"  {line.figure:<28}{line.ours:>14}  {line.bar:<14}{word:<9}{line.baseline:>10}{line.peer:>18}".rstrip(), flush=True)
        fine &= line.kept is not False
    return fine


def figures(name: str, outcomes: Sequence[Outcome]) -> Iterable[Line]:
    """All lines of a set: means over its draws."""
    for title, figure in FIGURES.items():
        ours, plain, other = _three(figure, outcomes)
        if ours is not None:
            bar = _bar(name, title, plain)
            kept = None if bar is None else ours >= bar
            yield Line(title, percent(ours), "" if bar is None else f"≥ {percent(bar)}", kept, percent(plain), percent(other))
    yield from _calibration(outcomes)
    yield from _risk(name, outcomes)
    if (wrongly := _three(_accepted, outcomes)[2]) is not None:
        yield Line("OOS accepted at half a chance", "", peer=percent(wrongly))
    yield Line("training, with encoding", f"{mean(each.train_s for each in outcomes):.1f} s")


def _bar(name: str, title: str, plain: float | None) -> float | None:
    if name in BARS or title != "accuracy":
        return BARS.get(name, {}).get(title)
    return None if plain is None else plain + GAIN


def _calibration(outcomes: Sequence[Outcome]) -> Iterable[Line]:
    """Each beside what chance alone explains at its own confidences; the bar is ours."""
    error, plain, other = _three(_ece, outcomes)
    floor = _three(_floor, outcomes)[0]
    kept = error is not None and floor is not None and error <= floor
    yield Line("ECE, 15 bins", percent(error, 2), f"≤ {percent(floor, 2)}", kept, percent(plain, 2), percent(other, 2))
    ours, plain, other = _three(_brier, outcomes)
    yield Line("Brier", _number(ours), baseline=_number(plain), peer=_number(other))


def _risk(name: str, outcomes: Sequence[Outcome]) -> Iterable[Line]:
    for rows in zip(*(each.bounds for each in outcomes), strict=True):
        bound, exceeded, covered = rows[0].bound, mean(row.exceeded for row in rows), mean(row.in_scope for row in rows)
        yield Line(f"bound {percent(bound)}: splits above", percent(exceeded), f"≤ {percent(EXCEEDED)}", exceeded <= EXCEEDED)
        bar = (f"≥ {percent(COVERED)}", covered >= COVERED) if bound == COVERED_AT and name in COVERED_ON else ("", None)
        yield Line("    in-scope automatic", percent(covered), *bar)
        yield Line("    wrong ÷ automatic", percent(mean(row.wrong for row in rows), 2))


def speeds(found: Speed) -> Iterable[Line]:
    yield Line("one utterance, one core, p50", f"{found.p50_ms:.1f} ms", f"≤ {P50_MS:g} ms", found.p50_ms <= P50_MS)
    yield Line("one utterance, one core, p95", f"{found.p95_ms:.1f} ms", f"≤ {P95_MS:g} ms", found.p95_ms <= P95_MS)
    yield Line("in one call", f"{found.per_second:.0f} a s", f"≥ {PER_SECOND:g} a s", found.per_second >= PER_SECOND)


def example(seconds: float) -> Line:
    return Line("training the example company", f"{seconds:.1f} s", f"≤ {EXAMPLE_S:g} s", seconds <= EXAMPLE_S)


def _three(figure: Figure, outcomes: Sequence[Outcome]) -> tuple[float | None, float | None, float | None]:
    """Ours, the baseline's and the peer's, means over the draws."""
    ours, plain, other = (_mean(figure, [getattr(each, who) for each in outcomes]) for who in ("ours", "baseline", "peer"))
    return ours, plain, other


def _mean(figure: Figure, found: Sequence[Judged | None]) -> float | None:
    values = [value for each in found if each is not None and (value := figure(each)) is not None]
    return mean(values) if values else None


def _ece(found: Judged) -> float | None:
    return ece(found.confidence[found.known], found.right[found.known])


def _floor(found: Judged) -> float | None:
    return ece_floor(found.confidence[found.known])


def _brier(found: Judged) -> float | None:
    return brier(found.confidence[found.known], found.right[found.known])


def _accepted(found: Judged) -> float | None:
    """Of the out-of-scope texts, those that get a label when half a chance is asked for."""
    return share(found.sure[~found.known] >= 0.5)


def _accuracy(found: Judged) -> float | None:
    return share(found.right[found.known])


def _auroc(found: Judged) -> float | None:
    return auroc(found.inside[found.known], found.inside[~found.known])


def _recall(found: Judged) -> float | None:
    return recall_at(found.inside[found.known], found.inside[~found.known])


FIGURES: dict[str, Figure] = {"accuracy": _accuracy, "OOS AUROC": _auroc, "OOS recall at 95 %": _recall}


def percent(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value * 100:.{digits}f} %"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
