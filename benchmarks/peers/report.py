"""What the shots come to: a line for each contestant, and where the product's own time goes."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, median, quantiles
from typing import NamedTuple

RATIO, CALLS, TOKENS = 1.2, 1, 500
SURE, UNSURE, SILENT = "sure, a text to write", "unsure", "sure, nothing to write"
"""The ways through the product: a call for the text, a call for intent and text, no call."""


class Shot(NamedTuple):
    """One message through one contestant. ``prompt`` counts what was sent to the model for it, ``schema`` is the part of tools and schemas.
    ``parts``: milliseconds of the steps inside, and ``trouble``: what did not go as it should, where they are known."""

    who: str
    seconds: float
    calls: int
    prompt: int
    schema: int
    parts: Mapping[str, float] = {}
    trouble: Sequence[str] = ()


class Line(NamedTuple):
    who: str
    n: int
    calls: float
    most_calls: int
    prompt: float
    most: int
    schema: float
    p50_ms: float
    p95_ms: float
    ratio: float


def line(who: str, shots: Sequence[Shot], floor_ms: float) -> Line:
    """``floor_ms``: the median of one bare call."""
    times = [1000 * shot.seconds for shot in shots]
    prompts = [shot.prompt for shot in shots]
    p50, p95 = median(times), quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    schema = mean(shot.schema for shot in shots)
    calls = [shot.calls for shot in shots]
    return Line(who, len(shots), mean(calls), max(calls), mean(prompts), max(prompts), schema, p50, p95, p50 / floor_ms)


def table(lines: Iterable[Line], bound: Sequence[str]) -> str:
    """``bound``: those to whom the targets apply."""
    heads = ("messages", "calls", "prompt tokens", "most", "of it schema", "p50 ms", "p95 ms", "x bare call")
    rows = [" " * 34 + "".join(f"{head:>14}" for head in heads)]
    for each in lines:
        counts = (f"{each.n}", f"{each.calls:.2f}", f"{each.prompt:.0f}", f"{each.most}", f"{each.schema:.0f}")
        cells = (*counts, f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}", f"{each.ratio:.2f}")
        rows.append(f"  {each.who:<32}" + "".join(f"{cell:>14}" for cell in cells) + (_missed(each) if each.who in bound else ""))
    return "\n".join([*rows, f"  targets: calls ≤ {CALLS}, prompt tokens ≤ {TOKENS} a message, p50 ≤ {RATIO:g} x one bare model call"])


def _missed(each: Line) -> str:
    over = missed(each)
    return f"   missed: {', '.join(over)}" if over else "   met"


def missed(each: Line) -> list[str]:
    """Which targets; those a message are missed where any message misses them."""
    over = (("calls", each.most_calls, CALLS), ("prompt tokens", each.most, TOKENS), ("p50", each.ratio, RATIO))
    return [name for name, value, bound in over if value > bound]


def inside(shots: Sequence[Shot]) -> str:
    """Median milliseconds of every step, and of what lies between them. Some run side by side, so that they do not add up."""
    names = dict.fromkeys(name for shot in shots for name in shot.parts)
    medians = {name: median(shot.parts[name] for shot in shots if name in shot.parts) for name in names}
    return ", ".join(f"{name} {ms:.1f}" for name, ms in medians.items())
