"""``db``: the database, and one person's data in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, finish, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="The database, and one person's data in it.", no_args_is_help=True)
WHO = "The address that the person writes from; where they gave none, the id of their conversation."
Email = Annotated[str, typer.Argument(metavar="EMAIL", help=WHO)]


@app.callback()
def group() -> None:
    """The database, and one person's data in it."""


@app.command()
def upgrade(ctx: typer.Context, json: JsonFlag = False) -> None:
    """Bring the database to this version's schema; safe to repeat and from several machines at once."""

    async def work(services: "Services") -> None:
        version = await services.upgrade()
        emit([{"schema": version}]) if json else console().print(f"schema {version}")

    run(ctx, work)


@app.command()
def export(
    ctx: typer.Context,
    email: Email,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there, for the owner's eyes only.")] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Everything stored of one person, as one JSON document."""

    async def work(services: "Services") -> None:
        from json import dumps

        actor = await services.acting("admin")
        found = await services.personal_data.export(actor.tenant, email)
        if out is not None:
            write_private(out, dumps(found, ensure_ascii=False, indent=2) + "\n")
        places = found["conversations"]
        count = len(places) if isinstance(places, list) else 0
        if out is None:
            emit([found]) if json else print(dumps(found, ensure_ascii=False, indent=2))  # noqa: T201
        else:
            emit([{"file": str(out), "conversations": count}]) if json else console().print(f"{count} conversations in {out}")

    run(ctx, work, company=company)


@app.command()
def erase(
    ctx: typer.Context,
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Erase everything stored of one person; every chain of receipts still verifies. It cannot be undone."""

    async def work(services: "Services") -> None:
        actor = await services.acting("admin")
        erased = await services.personal_data.erase(actor.tenant, email, by=actor.person)
        if json:
            emit([erased])
        else:
            counts = ", ".join(f"{number} {name}" for name, number in erased.model_dump().items())
            console().print(f"erased: {counts}")

    if yes or _confirmed(email):
        run(ctx, work, company=company)
    raise typer.Exit(1)


def write_private(path: Path, content: str) -> None:
    """Put ``content`` at ``path``, readable by its owner only; whole, or not at all.

    Raises:
        InvalidFile: the folder is missing, read-only or full.
    """
    import os
    import tempfile

    from core.errors import InvalidFile

    try:
        handle, staged = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # created with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(staged).replace(path)
        except BaseException:
            Path(staged).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InvalidFile(file=str(path), problem=(error.strerror or "cannot be written").lower()) from None


def _confirmed(email: str) -> bool:
    """What the person at the terminal says; without a terminal, one line and exit 2."""
    import sys

    from core.errors import InvalidSetting

    def refuse() -> int:
        raise InvalidSetting(name="--yes", problem="erasing cannot be undone; say it where nobody can be asked")

    if not sys.stdin.isatty():
        finish(refuse)
    return typer.confirm(f"Erase everything of {email}? It cannot be undone.")
