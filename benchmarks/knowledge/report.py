"""Figures as lines, each beside its bar and what was published."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FORMS = {"share": "{:.1%}", "ms": "{:.1f} ms", "count": "{:,.0f}", "per s": "{:,.0f} a s", "s": "{:.1f} s", "MB": "{:,.0f} MB"}


class Line(NamedTuple):
    """``bar`` is the least that is wanted, or with ``most`` the most; None where nothing is. ``beside`` is for people."""

    figure: str
    value: float
    form: str = "share"
    bar: float | None = None
    most: bool = False
    beside: str = ""

    @property
    def kept(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value <= self.bar if self.most else self.value >= self.bar

    def shown(self, value: float) -> str:
        return FORMS[self.form].format(value).replace("%", " %")


class Part(NamedTuple):
    """One section of the benchmark, and what it was measured on."""

    name: str
    about: str
    lines: Sequence[Line]

    @property
    def fine(self) -> bool:
        return all(line.kept is not False for line in self.lines)


def show(part: Part) -> None:
    print(f"\n{part.name}: {part.about}")
    for line in part.lines:
        word = {None: "", True: "kept", False: "MISSED"}[line.kept]
        bar = "" if line.bar is None else f"{'≤' if line.most else '≥'} {line.shown(line.bar)}"
        print(f"  {line.figure:<44}{line.shown(line.value):>12}  {bar:<12}{word:<8}{line.beside}".rstrip(), flush=True)


def as_json(parts: Iterable[Part]) -> str:
    return json.dumps(
        [
            {
                "section": part.name,
                "about": part.about,
                "figures": [
                    {"figure": line.figure, "value": round(line.value, 6), "unit": line.form, "bar": line.bar, "kept": line.kept}
                    for line in part.lines
                ],
            }
            for part in parts
        ],
        indent=2,
    )
