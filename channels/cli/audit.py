"""``audit``: receipts that prove themselves, and who did what."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.approvals import names
from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="Receipts and their chain.", no_args_is_help=True)


@app.command()
def verify(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Recompute every chain and the ledger; exit 1 and the first broken link when one does not hold."""

    async def work(services: "Services") -> int:
        result = await services.audit.verify((await services.acting("read")).tenant)
        if json:
            emit([result])
        elif result.broken:
            fail(f"conversation {result.broken.conversation}, entry {result.broken.seq}: {result.broken.problem}")
        else:
            console().print(
                f"{result.entries} entries of {result.conversations} conversations, {result.ledger} ledger lines: every link holds"
            )
        return 1 if result.broken else 0

    run(ctx, work, company=company)


@app.command()
def show(
    ctx: typer.Context, id: Annotated[str, typer.Argument(metavar="ID")], company: CompanyOption = None, json: JsonFlag = False
) -> None:
    """One receipt, whole: by receipt or turn id."""

    async def work(services: "Services") -> None:
        from channels.cli.render import receipt_page

        receipt = await services.receipts.get((await services.acting("read")).tenant, id)
        emit([receipt]) if json else console().print(receipt_page(receipt, names(services)))

    run(ctx, work, company=company)


@app.command()
def acts(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 100,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Who did what, and what was refused, newest first. The outcome is an HTTP status: 200 done, 403 refused."""

    async def work(services: "Services") -> None:
        from rich.table import Table

        found = await services.acts.list((await services.acting("admin")).tenant, limit=limit)
        if json:
            emit(found)
            return
        table = Table("at", "who", "action", "subject", "outcome", box=None, header_style="bold")
        for act in found:
            table.add_row(f"{act.at:%Y-%m-%d %H:%M:%S}", act.person, act.action, act.subject, act.outcome)
        console().print(table if found else "Nobody has done anything yet.")

    run(ctx, work, company=company)


@app.command()
def spending(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Days.")] = 31,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """What the chat model cost by day of the company, newest first; what is under way counts as the most that it can cost."""

    async def work(services: "Services") -> None:
        from rich.table import Table

        found = await services.spending.by_day((await services.acting("read")).tenant, limit=limit)
        if json:
            emit(found)
            return
        table = Table("day", "calls", "prompt tokens", "answer tokens", "US$", box=None, header_style="bold")
        for day in found:
            table.add_row(str(day.day), f"{day.calls:,}", f"{day.prompt_tokens:,}", f"{day.completion_tokens:,}", f"{day.usd:.4f}")
        console().print(table if found else "No chat model was called yet.")

    run(ctx, work, company=company)
