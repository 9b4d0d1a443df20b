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

    from core.services import Services

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, one object per line.")]
CompanyOption = Annotated[str | None, typer.Option("--company", metavar="D", help="Company folder, instead of USHER_COMPANY.")]


# Opens the services for one command; keyword arguments replace settings by name.
Connect = Callable[..., AbstractAsyncContextManager["Services"]]


def run(ctx: typer.Context, work: "Callable[[Services], Awaitable[int | None]]", **overrides: object) -> None:
    """Run ``work`` on opened services; its number is the exit code. An expected error is one line on stderr and exit 2."""

    async def session() -> int:
        connect: Connect = ctx.obj
        async with connect(**{name: value for name, value in overrides.items() if value is not None}) as services:
            return await work(services) or 0

    finish(lambda: asyncio.run(session()))


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
    print(f"usher: {' '.join(problem.split())}", file=sys.stderr)  # noqa: T201


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
