"""``route``: files in, receipts out."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ports import Arrival
    from core.receipt import Receipt
    from core.services import Services


def route(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=".eml, .mbox, .jsonl, a folder of them, or - for standard input.")],
    company: CompanyOption = None,
    deliver: Annotated[bool, typer.Option("--deliver", help="Deliver the effects; without it they are held.")] = False,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Decide as of this time (ISO 8601), for old messages.")] = None,
    json: JsonFlag = False,
) -> None:
    """Route messages and print one receipt per turn. What cannot be read is named, and the rest is routed."""

    async def work(services: "Services") -> int:
        await _check_token(services)
        screen = console(to_stderr=True)
        await services.start(lambda text: screen.print(f"[dim]{text}[/]"))
        arrivals, bad = await receive(services, paths)
        turns = list(dict.fromkeys(arrival.turn_id for arrival in arrivals if arrival.turn_id))
        await drain(services, turns)
        receipts = await services.receipts.of_turns(services.tenant(), turns)
        show(receipts, json)
        return 2 if bad else 0

    run(ctx, work, company=company, deliver=deliver or None, as_of=at)


async def _check_token(services: "Services") -> None:
    """A token that is set binds the command to its tenant, and must be one of somebody who works on conversations, or hands messages in."""
    from core.errors import Forbidden

    if services.settings.token is not None:
        actor = await services.acting("messages", "converse", "decide")
        if actor.tenant != services.tenant():
            raise Forbidden(who=actor.person, problem=f"has a token of {actor.tenant}, and these are messages of {services.tenant()}")


async def receive(services: "Services", paths: "Sequence[str]") -> "tuple[list[Arrival], int]":
    """Commit every readable message; the number of unreadable ones, each named on stderr."""
    import sys

    from channels.files import read_paths
    from core.errors import InvalidMessage

    arrivals, bad = [], 0
    profile = services.companies[services.tenant()].profile
    for item in read_paths(list(paths), sys.stdin.buffer, authserv_id=profile.authserv_id, received_at=services.clock.now()):
        if isinstance(item, InvalidMessage):
            fail(str(item))
            bad += 1
        else:
            arrivals.append(await services.mailroom.receive(services.tenant(), item))
    return arrivals, bad


async def drain(services: "Services", turns: "Sequence[str]") -> None:
    """Work the queue until it is empty, with a bar on stderr where somebody watches."""
    import asyncio
    import sys

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("routing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("routing", total=len(turns))
        work = asyncio.create_task(services.worker.drain())
        while not work.done():
            await asyncio.wait([work], timeout=0.5 if sys.stderr.isatty() else None)
            bar.update(task, completed=len(await services.receipts.of_turns(services.tenant(), turns)) if sys.stderr.isatty() else 0)
        await work


def show(receipts: "Sequence[Receipt]", json: bool) -> None:
    from channels.cli.render import receipts_table

    if json:
        emit(receipts)
    else:
        screen = console()
        screen.print(receipts_table(receipts, width=screen.width))
