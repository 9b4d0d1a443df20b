"""``approvals``: what waits for a person, and the person's word."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="What waits for a person.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept on the receipt.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    company: CompanyOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,
    json: JsonFlag = False,
) -> None:
    """Pending approvals, the most urgent first."""

    async def work(services: "Services") -> None:
        found = await services.approvals.list(services.tenant(), status=None if all_ else "pending")
        if json:
            emit(found)
            return
        from rich.table import Table

        table = Table("id", "status", "until", "needs", "what", box=None, header_style="bold")
        for each in found:
            needs = ", ".join(need.role for need in each.request.needs)
            what = f"{each.request.plan.owner} · {each.request.plan.reasons[0]}"
            table.add_row(each.id, each.status, f"{each.expires_at:%Y-%m-%d %H:%M}", needs, what)
        console().print(table if found else "Nothing waits for a person.")

    run(ctx, work, company=company)


@app.command()
def show(ctx: typer.Context, id: Id, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """What exactly is asked, with the texts that would leave."""

    async def work(services: "Services") -> None:
        from channels.cli.render import approval_page

        approval = await services.approvals.show(services.tenant(), id)
        if json:
            emit([approval])
        else:
            console().print(approval_page(approval, names(services)))

    run(ctx, work, company=company)


@app.command()
def approve(ctx: typer.Context, id: Id, reason: Reason = "", json: JsonFlag = False) -> None:
    """Approve exactly what `show` shows, as the person of USHER_TOKEN."""
    _decide(ctx, id, "approved", reason, json)


@app.command()
def reject(
    ctx: typer.Context, id: Id, reason: Annotated[str, typer.Option("--reason", help="Why; kept on the receipt.")], json: JsonFlag = False
) -> None:
    """Reject it, with a reason; the conversation then takes the strictest path that needs no approval."""
    _decide(ctx, id, "rejected", reason, json)


def _decide(ctx: typer.Context, id: str, outcome: Literal["approved", "rejected"], reason: str, json: bool) -> None:
    async def work(services: "Services") -> None:
        tenant, person = await services.person()
        asked = await services.approvals.show(tenant, id)
        approval = await services.approvals.decide(
            tenant, id, person=person.id, outcome=outcome, digest=asked.request.digest, reason=reason
        )
        if services.settings.database_url is None:
            await services.start(lambda _: None)
            await services.worker.drain()
        if json:
            emit([await services.approvals.show(tenant, id)])
        else:
            console().print(
                f"{outcome} by {person.name}, the approval is {approval.status}; app.py audit show {approval.turn_id} tells what followed."
            )

    run(ctx, work)


def names(services: "Services") -> dict[str, str]:
    """Roster id → name, over all companies served."""
    return {person.id: person.name for company in services.companies.values() for person in company.roster.people}
