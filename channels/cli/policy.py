"""``policy``: which version decides, and the acts that change it. What a policy says in words is in ``policy_words``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from core.services import Services
    from core.views import Activation

app = typer.Typer(help="The escalation policy.", no_args_is_help=True)
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the activation.")]


@app.callback()
def group() -> None:
    """The escalation policy."""


@app.command()
def activate(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A policy.yaml; none: the company folder's.", show_default=False)
    ] = None,
    reason: Reason = "",
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Put a policy in force, with the roster as it is, as the person of USHER_TOKEN. It decides every turn that is begun from now on."""

    async def work(services: "Services") -> None:
        tenant, person = await services.person("policy")
        folder = services.companies[tenant]
        text, name = (folder.policy_text, folder.policy_file) if file is None else (read_policy(file), str(file))
        done = await services.library.activate(tenant, text=text, file=name, person=person.id, reason=reason)
        ctx.meta["subject"] = done.version
        await _tell(services, tenant, done, json=json)

    run(ctx, work, company=company)


@app.command()
def rollback(ctx: typer.Context, reason: Reason = "", company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Put in force again what was before the present version, as the person of USHER_TOKEN. Repeated, it goes further back."""

    async def work(services: "Services") -> None:
        tenant, person = await services.person("policy")
        done = await services.library.rollback(tenant, person=person.id, reason=reason)
        ctx.meta["subject"] = done.version
        await _tell(services, tenant, done, json=json)

    run(ctx, work, company=company)


@app.command()
def versions(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Which version is in force, and who put which in force when and why, newest first."""

    async def work(services: "Services") -> None:
        from rich.markup import escape
        from rich.table import Table

        tenant = (await services.acting("read")).tenant
        state = await services.library.state(tenant)
        if json:
            emit(state.history)
        elif not state.history:
            console().print(f"{state.version} of the company folder decides; none was ever put in force: app.py policy activate")
        else:
            table = Table("version", "since", "who", "how", "why", "", box=None, header_style="bold")
            for each in state.history:
                how = each.kind.replace("_", " ")
                table.add_row(
                    each.version, f"{each.at:%Y-%m-%d %H:%M:%S}", each.person, how, escape(each.reason), "in force" if each.in_force else ""
                )
            console().print(table)
        _warn(services, tenant)

    run(ctx, work, company=company)


async def _tell(services: "Services", tenant: str, done: "Activation", *, json: bool) -> None:
    state = await services.library.state(tenant)
    if json:
        emit([{**done.model_dump(mode="json"), **state.summary}])
    else:
        counts = ", ".join(counted(number, name) for name, number in state.summary.items() if number)
        console().print(f"{done.version} is in force since {done.at:%Y-%m-%d %H:%M:%S}, by {done.person}: {counts}")
    _warn(services, tenant)


def counted(count: int, names: str) -> str:
    """``1 rule``, ``no errors``; people are people."""
    return f"{count or 'no'} {names.removesuffix('s') if count == 1 else names}"


def _warn(services: "Services", tenant: str) -> None:
    if problem := services.library.differs(tenant):
        fail(problem)


def read_policy(file: Path) -> str:
    from core.errors import InvalidFile

    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise InvalidFile(file=str(file), problem=(error.strerror or "cannot be read").lower()) from None
    except UnicodeDecodeError:
        raise InvalidFile(file=str(file), problem="not UTF-8") from None
