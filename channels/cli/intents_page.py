"""The page of ``intents test``: one file of HTML and inline SVG, without scripts; light or dark as the reader has it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from agents.intent.figures import Judged

WIDTH, HEIGHT = 440, 320
POINTS = 300
EXAMPLES = 3
OUTSIDE = 10


class Headline(NamedTuple):
    """One figure as people read it: ``meaning`` is a sentence for whoever runs the desk."""

    title: str
    value: str
    interval: str
    meaning: str


class Dot(NamedTuple):
    """A point of a plot, in its SVG's own units; ``says`` is shown when the pointer rests on it."""

    x: float
    y: float
    r: float
    says: str


class Tick(NamedTuple):
    at: float
    text: str


def percent(share: float | None, digits: int = 1) -> str:
    """``0.0213`` → ``2.1 %``; a dash for what there is not."""
    return "-" if share is None else f"{share * 100:.{digits}f} %"


def headlines(outcome: Mapping[str, Any]) -> list[Headline]:
    """The figures of ``intents test``, most important first."""
    ms, floor = outcome["latency_ms"], percent(outcome["ece_floor"], 2)
    near = outcome["ece"] is not None and outcome["ece"] <= outcome["ece_floor"]
    ours, chance = outcome["n"] - outcome["out_of_scope"], "no more" if near else "more"
    lines = [
        ("accuracy", "accuracy", f"of {ours:,} texts with an intent, the share whose first label is right"),
        ("macro F1", "macro_f1", "the same with every intent counting alike, so that rare ones show"),
        ("out-of-scope AUROC", "oos_auroc", "how often a text of ours ranks above one that is none of our business; 50 % is a coin"),
        (
            "out-of-scope recall at 95\u00a0%",
            "oos_recall_at_95",
            "what is set aside of texts that are not our business, while 95 % of ours stay",
        ),
        ("calibration error (ECE)", "ece", f"how far stated and true confidence differ: {chance} than chance explains ({floor})"),
        ("coverage of the set", "coverage", "how often the right label is among those that were not ruled out"),
    ]
    told = [Headline(title, percent(outcome[key], 2 if key == "ece" else 1), _interval(outcome, key), says) for title, key, says in lines]
    brier, size = outcome["brier"], outcome["set_size"]
    return [
        *told,
        Headline("labels in the set", "-" if size is None else f"{size:.2f}", "", "on average; 1 leaves nothing to choose"),
        Headline(
            "Brier score",
            "-" if brier is None else f"{brier:.4f}",
            _interval(outcome, "brier", 1),
            "squared error; 0 is perfect",
        ),
        *([Headline("latency", f"{ms['p50']:.1f} ms", f"p95 {ms['p95']:.1f} ms", "for one text after the other")] if ms["p50"] else []),
    ]


def _interval(outcome: Mapping[str, Any], key: str, scale: int = 100) -> str:
    found = outcome["intervals"].get(key)
    return f"{found[0] * scale:.{1 if scale > 1 else 4}f} – {found[1] * scale:.{1 if scale > 1 else 4}f}" if found else ""


def render(judged: "Judged", texts: Sequence[str], outcome: Mapping[str, Any], data: str) -> str:
    """The page. Everything that comes from ``texts`` and labels is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from agents.intent.figures import per_label

    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.filters["percent"] = percent
    return pages.get_template("intents_page.html").render(
        data=Path(data).name,
        outcome=outcome,
        headlines=headlines(outcome),
        reliability=_reliability(judged),
        risk=_risk(judged, outcome["risk"]),
        confusions=_confusions(judged, texts),
        accepted=_accepted(judged, texts),
        labels=sorted(per_label(judged), key=lambda row: (row.f1, row.label)),
        width=WIDTH,
        height=HEIGHT,
    )


def _x(share: float) -> float:
    return round(share * WIDTH, 1)


def _y(share: float) -> float:
    return round((1 - share) * HEIGHT, 1)


def _reliability(judged: "Judged") -> dict[str, Any]:
    """Dots of the bins, what chance allows each, and their counts."""
    from agents.intent.reliability import BINS, band, bins

    known = judged.known
    confidence, right = judged.confidence[known], judged.right[known]
    found, allowed = bins(confidence, right), band(confidence)
    dots = [
        Dot(_x(each.confidence), _y(each.right), 4.5, f"{each.n:,} texts: {percent(each.confidence)} sure, {percent(each.right)} right")
        for each in found
    ]
    bands = [(_x(each / BINS), _y(high), _x(1 / BINS), max(1.0, _y(low) - _y(high))) for each, (low, high) in allowed.items()]
    counts = [Tick(_x((each.low + each.high) / 2), f"{each.n:,}") for each in found]
    axis = [Tick(each / 5, f"{each * 20} %") for each in range(6)]
    return {"dots": dots, "bands": bands, "counts": counts, "x": _ticks(axis, _x), "y": _ticks(axis, _y)}


def _ticks(axis: Sequence[Tick], place: Any) -> list[Tick]:
    return [Tick(place(tick.at), tick.text) for tick in axis]


def _risk(judged: "Judged", rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The curve, a line for each bound, and where the model's thresholds lie."""
    from agents.intent.figures import risk_coverage

    curve = risk_coverage(judged)
    top = max(0.06, *(wrong for coverage, wrong in curve if coverage > 0.02), 0.0) * 1.05
    kept = sorted({*range(0, len(curve), max(1, len(curve) // POINTS)), len(curve) - 1})
    line = " ".join(f"{_x(curve[at][0])},{_y(min(1.0, curve[at][1] / top))}" for at in kept)
    bounds = [Tick(_y(row["bound"] / top), percent(row["bound"])) for row in rows if row["bound"] <= top]
    dots = [Dot(_x(row["automatic"]), _y(min(1.0, row["wrong"] / top)), 5, _says(row)) for row in rows if row["threshold"] is not None]
    spaced = [tick for at, tick in enumerate(bounds) if all(abs(tick.at - other.at) >= 11 for other in bounds[at + 1 :])]
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if top / each <= 8)
    y = [Tick(_y(each * step / top), percent(each * step, 0)) for each in range(int(top / step) + 1)]
    x = [Tick(_x(each / 5), f"{each * 20} %") for each in range(6)]
    return {"line": line, "bounds": bounds, "named": spaced, "dots": dots, "x": x, "y": y}


def _says(row: Mapping[str, Any]) -> str:
    return f"bound {percent(row['bound'])}: {percent(row['automatic'])} automatic, {percent(row['wrong'], 2)} of those wrong"


def _confusions(judged: "Judged", texts: Sequence[str]) -> list[dict[str, Any]]:
    from agents.intent.figures import confusions

    return [
        {"truth": truth, "top": top, "n": len(rows), "texts": [(texts[at], float(judged.confidence[at])) for at in rows[:EXAMPLES]]}
        for truth, top, rows in confusions(judged)
    ]


def _accepted(judged: "Judged", texts: Sequence[str]) -> list[tuple[str, str | None, float]]:
    """The out-of-scope texts that the model is surest of."""
    outside = [at for at, truth in enumerate(judged.truth) if truth is None]
    surest = sorted(outside, key=lambda at: -judged.sure[at])[:OUTSIDE]
    return [(texts[at], judged.top[at], float(judged.sure[at])) for at in surest]
