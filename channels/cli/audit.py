"""``audit``: receipts that prove themselves."""

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
        result = await services.audit.verify(services.tenant())
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

        receipt = await services.receipts.get(services.tenant(), id)
        emit([receipt]) if json else console().print(receipt_page(receipt, names(services)))

    run(ctx, work, company=company)
