"""``db``: the database."""

from typing import TYPE_CHECKING

import typer

from channels.cli.common import JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The database."""


@app.command()
def upgrade(ctx: typer.Context, json: JsonFlag = False) -> None:
    """Bring the database to this version's schema; safe to repeat and from several machines at once."""

    async def work(services: "Services") -> None:
        version = await services.upgrade()
        emit([{"schema": version}]) if json else console().print(f"schema {version}")

    run(ctx, work)
