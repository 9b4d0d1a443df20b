"""``intents``: what people want, as a model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="Train and try the intent model.", no_args_is_help=True)


@app.command()
def train(
    ctx: typer.Context,
    data: Annotated[
        Path | None, typer.Argument(metavar="DATA", help="CSV (text,intent), YAML or JSON Lines; none: the company's own.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the model of DATA goes.")] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Train the company's intent model, or one of your own data."""

    async def work(services: "Services") -> None:
        from core.errors import InvalidSetting

        screen = console(to_stderr=True)
        say = lambda text: screen.print(f"[dim]{text}[/]")  # noqa: E731
        if (data is None) != (out is None):
            raise InvalidSetting(name="--out", problem="goes with DATA, and DATA with --out")
        version = services.intents.train_file(data, out, say) if data and out else services.intents.train(services.tenant(), say)
        emit([{"version": version}]) if json else console().print(f"model {version}")

    run(ctx, work, company=company, stored=False)


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
        for text, intent, _ in found:
            likely = ", ".join(f"{label.label} {label.confidence:.0%}" for label in intent.labels[:3])
            note = "out of scope" if intent.out_of_scope else "not sure" if intent.abstained else ""
            console().print(f"{text[:80]}\n  [bold]{likely or 'none'}[/] [dim]{note}[/]")

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
