"""What every command shares: how it reaches the services, how it prints, how it fails."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from core.access import Actor
    from core.services import Services

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, one object per line.")]
CompanyOption = Annotated[str | None, typer.Option("--company", metavar="D", help="Company folder, instead of USHER_COMPANY.")]


LOOKING = frozenset({"list", "show", "verify", "acts", "spending", "dead", "ingest", "search", "ask", "upgrade", "versions"})

# Opens the services for one command; keyword arguments replace settings by name.
Connect = Callable[..., AbstractAsyncContextManager["Services"]]


def shown(text: str) -> str:
    """Text from outside as a terminal may have it: no markup and no control signs but line ends are obeyed in it."""
    from rich.markup import escape

    return escape(_plain(text))


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def run(ctx: typer.Context, work: "Callable[[Services], Awaitable[int | None]]", **overrides: object) -> None:
    """Run ``work`` on opened services; its number is the exit code. An expected error is one line on stderr and exit 2."""

    async def session() -> int:
        connect: Connect = ctx.obj
        async with connect(**{name: value for name, value in overrides.items() if value is not None}) as services:
            return await recorded(ctx, services, work)

    finish(lambda: asyncio.run(session()))


async def recorded(ctx: typer.Context, services: "Services", work: "Callable[[Services], Awaitable[int | None]]") -> int:
    """Run ``work``; what a command did as somebody (``Services.acting``), and what it was refused, goes on record, in ids only.

    Commands that only look are not recorded; an exit code of its own means that not all of it happened (409).
    ``ctx.meta["subject"]`` names what a command made, ``"subjects"`` what it changed, ``"action"`` what it did where its own name does not
    say it; ``"looking"`` says that this time it only looked.
    """
    from core.errors import UsherError

    outcome = 500
    try:
        code = await work(services) or 0
        outcome = 409 if code else 200
    except UsherError as error:
        outcome = error.status
        raise
    finally:
        if services.doing and not ctx.meta.get("looking", ctx.info_name in LOOKING):
            await _record(ctx, services, services.doing, str(outcome))
    return code


async def _record(ctx: typer.Context, services: "Services", by: "Actor", outcome: str) -> None:
    made = ctx.meta.get("subject") or ctx.params.get("id") or ""
    for subject in ctx.params.get("ids") or ctx.meta.get("subjects") or [made]:
        act = {"action": ctx.meta.get("action") or ctx.info_name or "", "subject": str(subject), "outcome": outcome}
        await services.acts.record(by.tenant, person=by.person, token_id=by.token_id, **act)


def finish(call: Callable[[], int | None]) -> None:
    """Exit with what ``call`` returns; 2 with one line on stderr when it raises an expected error."""
    from core.errors import UsherError

    try:
        code = call() or 0
    except UsherError as error:
        fail(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        fail("interrupted; what was committed is kept and goes on at the next start")
        code = 130
    raise typer.Exit(code)


def fail(problem: str) -> None:
    print(f"usher: {' '.join(_plain(problem).split())}", file=sys.stderr)  # noqa: T201


def emit(values: Iterable[Any]) -> None:
    """One JSON object a line on stdout; pydantic values as their JSON."""
    for value in values:
        text = value.model_dump_json() if hasattr(value, "model_dump_json") else json.dumps(value, ensure_ascii=False, default=str)
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def console(*, to_stderr: bool = False) -> "Console":
    """A console as wide as the terminal, or 140 columns where there is none."""
    from rich.console import Console

    interactive = sys.stderr.isatty() if to_stderr else sys.stdout.isatty()
    return Console(stderr=to_stderr, width=None if interactive else 140, highlight=False, emoji=False)
