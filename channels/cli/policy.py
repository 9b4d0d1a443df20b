"""``policy``: the file that decides, checked."""

from typing import TYPE_CHECKING

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services

app = typer.Typer(help="The escalation policy.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The escalation policy."""


@app.command()
def check(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Read policy, roster and intents; name the first mistake with file and line, or say what is in force."""

    async def work(services: "Services") -> None:
        tenant = services.tenant()
        summary = {"tenant": tenant, "policy_version": services.policy_version(tenant), **services.policy_summary(tenant)}
        emit([summary]) if json else console().print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in summary.items()))

    run(ctx, work, company=company, stored=False)
