"""``facts``: what is known of a contact, and facts from a file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.profile import Profile
    from core.services import Services

app = typer.Typer(help="What the systems of record state about contacts and accounts.", no_args_is_help=True)


@app.command()
def show(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The contact's address.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="What was known then (ISO 8601; UTC where no zone is named).")
    ] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """The profile of a contact and their account: each field with its source and what disagrees."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read", "admin")).tenant
        if as_of is None:
            await services.profiles.refresh(tenant)
        found = await services.profiles.show(tenant, email, _instant(as_of))
        emit([found]) if json else _print(found)

    run(ctx, work, company=company)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file: email or account, fields by name, updated_at.")],
    record: Annotated[str, typer.Option("--record", metavar="NAME", help="The record that states it, declared with pushed: true.")],
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Record what a file states, for a system of record that otherwise pushes; what it does not mention stays as it is."""

    async def work(services: "Services") -> None:
        actor = await services.acting("facts", "admin")
        ctx.meta["subject"] = record
        told = await services.profiles.read_file(actor.tenant, record, file)
        emit([told]) if json else console().print(f"{told.stated:,} statements, {told.appended:,} of them new")

    run(ctx, work, company=company)


def _instant(text: str | None) -> "datetime | None":
    from datetime import UTC

    from core.errors import InvalidSetting

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidSetting(name="--as-of", problem=f"{text!r} is no time; write 2026-03-10T14:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _print(found: "Profile") -> None:
    from rich.markup import escape
    from rich.table import Table

    from policy.telling.words import value_of

    table = Table("field", "value", "record", "about", "observed", "known since", "version", box=None, header_style="bold")
    for fact in found.fields:
        times = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (fact.observed_at, fact.recorded_at)]
        table.add_row(fact.name, escape(value_of(fact.value)), fact.record, fact.about, *times, escape(fact.version))
        for other in fact.conflicts:
            seen = f"{other.observed_at:%Y-%m-%d %H:%M}" if other.observed_at else ""
            table.add_row("", f"[yellow]not {escape(value_of(other.value))}[/]", other.record, other.about, seen, "", escape(other.version))
    console().print(f"{escape(found.contact)}{f' of {escape(found.account)}' if found.account else ''}")
    console().print(table)
