"""``tokens``: who may act. Whoever can open the database may issue them until there is an administrator's token."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run
from core.access import RIGHTS, Right

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    scope: Annotated[
        list[str] | None, typer.Option("--scope", metavar="RIGHT", help="Only this right of what the holder may do; repeat for more.")
    ] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Issue a token; its secret is shown this once. Set it as USHER_TOKEN, or send it as a bearer token."""

    async def work(services: "Services") -> None:
        from core.identity import issue_token

        actor = await services.acting("admin")
        secret, token = await issue_token(services, actor, person=person, label=label, days=days, scopes=_rights(scope or ()))
        ctx.meta["subject"] = token.id
        if json:
            emit([{**token.model_dump(mode="json"), "secret": secret}])
        else:
            only = f", only {', '.join(token.scopes)}" if token.scopes else ""
            told = f"{token.person}, {token.role}{only}, until {token.expires_at:%Y-%m-%d}"
            console().print(f"{secret}\n[dim]{told}; not shown again[/]", soft_wrap=True)

    run(ctx, work, company=company)


def _rights(names: "Sequence[str]") -> "list[Right]":
    from core.errors import InvalidSetting

    known = sorted(RIGHTS["admin"])
    if unknown := [name for name in names if name not in known]:
        raise InvalidSetting(name="--scope", problem=f"there is no right {unknown[0]!r}; there are {', '.join(known)}")
    return [right for right in RIGHTS["admin"] if right in names]


@app.command("list")
def list_(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """All tokens, without their secrets."""

    async def work(services: "Services") -> None:
        from rich.table import Table

        found = await services.tokens.list((await services.acting("admin")).tenant)
        if json:
            emit(found)
            return
        table = Table("id", "who", "role", "only", "label", "until", "revoked", box=None, header_style="bold")
        for token in found:
            until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "–"
            revoked = f"{token.revoked_at:%Y-%m-%d}" if token.revoked_at else ""
            table.add_row(token.id, token.person, token.role, ", ".join(token.scopes), token.label, until, revoked)
        console().print(table if found else "No tokens yet: app.py tokens issue PERSON")

    run(ctx, work, company=company)


@app.command()
def revoke(ctx: typer.Context, id: Annotated[str, typer.Argument(metavar="ID")], company: CompanyOption = None) -> None:
    """Revoke a token; it stops working at once."""

    async def work(services: "Services") -> None:
        await services.tokens.revoke((await services.acting("admin")).tenant, id)
        console().print(f"revoked {id}")

    run(ctx, work, company=company)
