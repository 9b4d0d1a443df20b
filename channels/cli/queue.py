"""``queue``: what was given up, and another try for it."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.services import Services
    from core.views import Dead

app = typer.Typer(help="What could not be delivered or decided.", no_args_is_help=True)
ALL = 10_000


@app.command()
def dead(ctx: typer.Context, json: JsonFlag = False) -> None:
    """Effects that failed or may have arrived, and turns that failed, newest first."""

    async def work(services: "Services") -> None:
        found = await services.queue.dead((await services.acting("queue")).tenant)
        if json:
            emit(found)
        else:
            _show(found)

    run(ctx, work)


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="As `queue dead` names them.", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that `queue dead` lists.")] = False,
    json: JsonFlag = False,
) -> None:
    """Try it once more, with a new budget, as the person of USHER_TOKEN. What may have arrived is looked up first where it can be."""
    if bool(ids) == all_:
        raise typer.BadParameter("name what to retry, or say --all")

    async def work(services: "Services") -> int:
        tenant, person = await services.person("queue")
        wanted = ids or [each.id for each in await services.queue.dead(tenant, limit=ALL)]
        tried = await _retry(services, tenant, wanted, person.id)
        if tried and services.settings.database_url is None:
            await services.start(lambda _: None)
            await services.worker.drain()
        if json:
            emit(tried)
        elif tried:
            console().print(f"{len(tried)} tried again by {person.name}; app.py queue dead shows what is left.")
        else:
            console().print("Nothing was tried again.")
        return 0 if len(tried) == len(wanted) else 2

    run(ctx, work)


async def _retry(services: "Services", tenant: str, ids: "Sequence[str]", person: str) -> "list[Dead]":
    """Those that could be; each of the others is a line on stderr."""
    from core.errors import Conflict, NotFound

    tried: list[Dead] = []
    for id in ids:
        try:
            tried.append(await services.queue.retry(tenant, id, by=person))
        except (Conflict, NotFound) as error:
            fail(str(error))
    return tried


def _show(found: "Sequence[Dead]") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("id", "state", "since", "what", "to", "attempts", "problem", box=None, header_style="bold")
    for each in found:
        since = f"{each.at:%Y-%m-%d %H:%M}"
        table.add_row(each.id, each.state, since, each.kind, escape(each.to), str(each.attempts), escape(each.problem))
    console().print(table if found else "Nothing was given up.")
