"""``intents``: what people want, as a model."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli import corrections, intent_versions
from channels.cli.common import CompanyOption, JsonFlag, console, emit, run
from channels.cli.intents_test import measure
from channels.cli.render import explained

if TYPE_CHECKING:
    from core.intent import Intent
    from core.services import Services

app = typer.Typer(help="Train and try the intent model.", no_args_is_help=True)
app.command("test")(measure)
app.add_typer(corrections.app)
app.add_typer(intent_versions.app)


@app.command()
def train(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Argument(metavar="DATA", help="CSV (text,intent), YAML or JSON Lines; none: the company's own.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the model of DATA goes.")] = None,
    compare: Annotated[
        str | None, typer.Option("--compare", metavar="OLD", help="Compare with a version, or with what is in force: active.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Without a database: the company folder's utterances alone.")] = False,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Train the company's model on its folder and accepted corrections, and keep it; or one of your own data."""
    alone = offline or data is not None or out is not None

    async def work(services: "Services") -> None:
        from core.errors import InvalidSetting

        screen = console(to_stderr=True)
        say = lambda text: screen.print(text, style="dim", markup=False)  # noqa: E731
        if (data is None) != (out is None):
            raise InvalidSetting(name="--out", problem="goes with DATA, and DATA with --out")
        if alone and compare:
            raise InvalidSetting(name="--compare", problem="is of a company's versions: neither with DATA nor --offline")
        if not alone:
            return await intent_versions.learn(ctx, services, compare, say, json=json)
        version = services.intents.train_file(data, out, say) if data and out else services.intents.train(services.tenant(), say)
        emit([{"version": version}]) if json else console().print(f"model {version}")
        return None

    run(ctx, work, company=company, stored=not alone)


@app.command()
def predict(
    ctx: typer.Context,
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT…", help="Texts; none: a line each from standard input.")] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", help="A model that `intents train DATA --out DIR` made.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also the nearest examples and the words that moved it.")] = False,
    max_wrong: Annotated[
        float | None, typer.Option("--max-wrong", metavar="SHARE", help="Decide only where at most this share is wrong, 0.02 say.")
    ] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """What each text wants, with calibrated confidence."""

    async def work(services: "Services") -> None:
        import sys

        from core.errors import InvalidSetting

        if max_wrong is not None and not 0 < max_wrong < 1:
            raise InvalidSetting(name="--max-wrong", problem="is a share between 0 and 1, 0.02 say")
        lines = texts or [line for line in sys.stdin.read().splitlines() if line.strip()]
        tenant = None if model else services.tenant()
        found = services.intents.predict(lines, tenant=tenant, model=model, max_wrong=max_wrong, explain=explain)
        if json:
            emit(_shape(text, intent, ms, explain=explain) for text, intent, ms in found)
            return
        for text, intent, _ in found:
            console().print("\n".join(_told(text, intent)), highlight=False)

    run(ctx, work, company=company, stored=False)


def _told(text: str, intent: "Intent") -> Iterator[str]:
    from rich.markup import escape

    likely = ", ".join(f"{label.label} {label.confidence:.0%}" for label in intent.labels[:3])
    note = "out of scope" if intent.out_of_scope else "not sure" if intent.abstained else ""
    yield escape(text[:80])
    yield f"  [bold]{escape(likely) or 'none'}[/] [dim]{note}[/]"
    if intent.caution:
        yield f"  [yellow]{escape(intent.caution)}[/]"
    for name, said in explained(intent):
        yield f"  [dim]{name}:[/] {escape(said)}"


def _shape(text: str, intent: "Intent", ms: float, *, explain: bool) -> dict[str, object]:
    labels = [{"label": each.label, "confidence": each.confidence, "span": each.span and each.span.model_dump()} for each in intent.labels]
    shown = ("abstained", "out_of_scope", "set", "coverage", "none", "sure", "threshold", "margin", "bound", "caution", "denied")
    why = ("nearest", "words") if explain else ()
    return {"text": text, "labels": labels, **intent.model_dump(mode="json", include={*shown, *why}), "ms": round(ms, 3)}
