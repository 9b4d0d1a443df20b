"""``tokens``: who may act. Whoever can open the database may issue them."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="Tokens of people and services.", no_args_is_help=True)


@app.command()
def issue(
    ctx: typer.Context,
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="Roster id; none: a service, which may hand messages in and read.")
    ] = None,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days until it expires.")] = 90,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Issue a token; its secret is shown this once. Set it as USHER_TOKEN, or send it as a bearer token."""

    async def work(services: "Services") -> None:
        from datetime import timedelta

        from core.errors import NotFound

        tenant = services.tenant()
        found = services.companies[tenant].roster.get(person) if person else None
        if person and found is None:
            raise NotFound(what="person in the roster", id=person)
        who, role = (found.id, found.role) if found else (label or "service", "service")
        until = services.clock.now() + timedelta(days=days)
        secret, token = await services.tokens.issue(tenant, person=who, role=role, label=label, expires_at=until)
        if json:
            emit([{**token.model_dump(mode="json"), "secret": secret}])
        else:
            console().print(f"{secret}\n[dim]{who}, {role}, until {until:%Y-%m-%d}; not shown again[/]", soft_wrap=True)

    run(ctx, work, company=company)


@app.command("list")
def list_(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """All tokens, without their secrets."""

    async def work(services: "Services") -> None:
        from rich.table import Table

        found = await services.tokens.list(services.tenant())
        if json:
            emit(found)
            return
        table = Table("id", "who", "role", "label", "until", "revoked", box=None, header_style="bold")
        for token in found:
            until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "–"
            revoked = f"{token.revoked_at:%Y-%m-%d}" if token.revoked_at else ""
            table.add_row(token.id, token.person, token.role, token.label, until, revoked)
        console().print(table if found else "No tokens yet: app.py tokens issue PERSON")

    run(ctx, work, company=company)


@app.command()
def revoke(ctx: typer.Context, id: Annotated[str, typer.Argument(metavar="ID")], company: CompanyOption = None) -> None:
    """Revoke a token; it stops working at once."""

    async def work(services: "Services") -> None:
        await services.tokens.revoke(services.tenant(), id)
        console().print(f"revoked {id}")

    run(ctx, work, company=company)
