"""``intents test``: what a model is worth on labelled texts, as figures and as a page."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from agents.intent.data import Row
    from agents.intent.figures import Judged
    from core.intent import Intent
    from core.services import Services

    Found = tuple[Intent, float]


def measure(
    ctx: typer.Context,
    data: Annotated[Path, typer.Argument(metavar="DATA", help="CSV (text,intent), YAML or JSON Lines; not what it learned from.")],
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="DIR", help="What `intents train DATA --out DIR` made; none: the model in force."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Where the page goes; default report.html beside the model.")
    ] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """How right a model is, how well it knows that, and what it could decide by itself; a page shows where it errs."""

    async def work(services: "Services") -> None:
        from agents.intent.data import load_rows
        from agents.intent.figures import BOUNDS, figures

        rows = load_rows(data)
        tenant = None if model else services.tenant()
        trial = await services.intents.trial(tenant=tenant, model=model)
        found = list(_watched(trial.read([row.text for row in rows]), len(rows)))
        judged = judge(rows, [intent for intent, _ in found])
        outcome = figures(judged, {bound: trial.threshold(bound) for bound in BOUNDS}, [ms for _, ms in found])
        place = page or (model or services.settings.data / "reports" / str(tenant)) / "report.html"
        _write(place, judged, [row.text for row in rows], outcome, str(data))
        _warn(rows, trial.labels)
        emit([{**outcome, "page": str(place)}]) if json else _show(outcome, place)

    run(ctx, work, company=company, stored=model is None)


def judge(rows: "Sequence[Row]", found: "Sequence[Intent]") -> "Judged":
    """Predictions beside the truth."""
    import numpy as np

    from agents.intent.figures import Judged

    return Judged(
        truth=[row.intent for row in rows],
        top=[intent.top for intent in found],
        confidence=np.array([intent.confidence for intent in found], float),
        inside=np.array([1 - intent.none for intent in found], float),
        sure=np.array([intent.sure for intent in found], float),
        sets=[intent.set for intent in found],
    )


def _watched(found: "Iterable[Found]", count: int) -> "Iterator[Found]":
    """The same, with a progress bar on a terminal's stderr."""
    from rich.progress import track

    screen = console(to_stderr=True)
    yield from track(found, "predicting", total=count, console=screen, transient=True, disable=not screen.is_terminal)


def _warn(rows: "Sequence[Row]", labels: Iterable[str]) -> None:
    unknown = sorted({row.intent for row in rows if row.intent is not None} - set(labels))
    if unknown:
        named = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
        fail(f"the model does not know {len(unknown)} of the intents ({named}); their texts count as wrong")


def _write(place: Path, judged: "Judged", texts: Sequence[str], outcome: dict[str, Any], data: str) -> None:
    """At once or not at all."""
    from contextlib import suppress

    from channels.cli.intents_page import render
    from core.errors import Unavailable

    staged = place.with_name(f".{place.name}.staged")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(render(judged, texts, outcome, data), encoding="utf-8")
        staged.replace(place)
    except OSError as error:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise Unavailable(what=f"page {place}", problem=f"cannot be written: {(error.strerror or str(error)).lower()}") from None


def _show(outcome: dict[str, Any], place: Path) -> None:
    from rich.table import Table

    from channels.cli.intents_page import headlines, percent

    table = Table("", "figure", "95 % interval", "which means", box=None, header_style="bold")
    for line in headlines(outcome):
        table.add_row(line.title, line.value, line.interval, line.meaning)
    risk = Table("wrong at most", "threshold", "automatic", "wrong of those", box=None, header_style="bold")
    for row in outcome["risk"]:
        decides = "-" if row["threshold"] is None else f"{row['threshold']:.3f}"
        risk.add_row(percent(row["bound"]), decides, percent(row["automatic"]), percent(row["wrong"]))
    screen = console()
    screen.print(table)
    screen.print()
    screen.print(risk)
    screen.print(f"\npage {place}", soft_wrap=True, markup=False)
