"""``intents``: what people want, as a model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli import corrections, intent_versions
from channels.cli.common import CompanyOption, JsonFlag, console, emit, run
from channels.cli.intents_test import measure

if TYPE_CHECKING:
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
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """What each text wants, with calibrated confidence."""

    async def work(services: "Services") -> None:
        import sys

        lines = texts or [line for line in sys.stdin.read().splitlines() if line.strip()]
        found = services.intents.predict(lines, tenant=None if model else services.tenant(), model=model)
        if json:
            emit(_shape(text, intent, ms) for text, intent, ms in found)
            return
        from rich.markup import escape

        for text, intent, _ in found:
            likely = ", ".join(f"{label.label} {label.confidence:.0%}" for label in intent.labels[:3])
            note = "out of scope" if intent.out_of_scope else "not sure" if intent.abstained else ""
            console().print(f"{escape(text[:80])}\n  [bold]{escape(likely) or 'none'}[/] [dim]{note}[/]")

    run(ctx, work, company=company, stored=False)


def _shape(text: str, intent: object, ms: float) -> dict[str, object]:
    from core.intent import Intent

    assert isinstance(intent, Intent)  # noqa: S101 - narrows for the type checker
    return {
        "text": text,
        "labels": [{"label": label.label, "confidence": label.confidence} for label in intent.labels],
        "abstained": intent.abstained,
        "out_of_scope": intent.out_of_scope,
        "set": list(intent.set),
        "ms": round(ms, 3),
    }
