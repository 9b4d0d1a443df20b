"""``intents train`` on what people taught, and the versions that it makes: listed, compared, put in force, taken back."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from core.learning import Comparison, Models, Trained
    from core.services import Progress, Services
    from core.views import Activation

app = typer.Typer()
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the activation.")]
FLIPS = 20


async def learn(ctx: typer.Context, services: "Services", compare: str | None, say: "Progress", *, json: bool) -> None:
    """Train the company's model on its folder and what people taught, keep it, and compare it with another."""
    actor = await services.acting("policy", "admin")
    trained = await services.intents.learn(actor.tenant, person=actor.person, progress=say)
    ctx.meta["subject"] = trained.version
    for each in trained.skipped:
        say(f"{each.id} is not learned from: {each.why}")
    found = await services.intents.compare(actor.tenant, compare, trained.version, say) if compare else None
    if json:
        emit([{**trained.model_dump(mode="json"), **({"comparison": found.model_dump(mode="json")} if found else {})}])
        return
    _tell_trained(trained)
    if found:
        _tell_comparison(found)
    if (await services.intents.state(actor.tenant)).version != trained.version:
        console().print(f"not in force; app.py intents activate {trained.version}")


def _tell_trained(trained: "Trained") -> None:
    taught = f", {trained.examples} of them taught by corrections" if trained.examples else ""
    console().print(f"model {trained.version}: {trained.utterances:,} utterances{taught}")


def _tell_comparison(found: "Comparison") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "accuracy", "log loss", "automatic", "wrong of those", box=None, header_style="bold")
    for name, each in (("old", found.old), ("new", found.new)):
        wrong = "–" if each.wrong is None else f"{each.wrong:.1%}"
        table.add_row(f"{name} {each.version}", f"{each.accuracy:.1%}", f"{each.log_loss:.3f}", f"{each.automatic:.1%}", wrong)
    screen = console()
    screen.print(table)
    left = f" ({found.unjudged:,} more were not held out)" if found.unjudged else ""
    screen.print(f"on {found.n:,} texts that neither learned from{left}: {found.better} only the new has right, {found.worse} only the old")
    screen.print(f"chance alone splits them so unevenly with p = {found.p_value:.3g} (McNemar, exact)")
    for flip in found.flips[:FLIPS]:
        mark = "better" if flip.new == flip.truth else "worse" if flip.old == flip.truth else "other"
        screen.print(escape(f"  {mark:<6} {flip.old or 'none'} → {flip.new or 'none'}  {flip.text[:80]}"))
    if len(found.flips) > FLIPS:
        screen.print(f"  and {len(found.flips) - FLIPS} more; --json has all")


@app.command()
def versions(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """The models that were kept, newest first, and which is in force."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        state = await services.intents.state(tenant)
        emit([state]) if json else _show(state)
        await _warn(services, tenant)

    run(ctx, work, company=company)


@app.command()
def activate(
    ctx: typer.Context,
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="As `intents versions` names it; none: trained now.", show_default=False)
    ] = None,
    reason: Reason = "",
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Put a model in force, as the person of USHER_TOKEN. It reads every turn that is begun from now on."""

    async def work(services: "Services") -> None:
        ctx.meta["action"] = "activate_model"
        tenant, person = await services.person("policy")
        say = console(to_stderr=True).print
        name = version or (await services.intents.learn(tenant, person=person.id, progress=say)).version
        done = await services.intents.activate(tenant, name, person=person.id, reason=reason)
        ctx.meta["subject"] = done.version
        await _tell(services, tenant, done, json=json)

    run(ctx, work, company=company)


@app.command()
def rollback(ctx: typer.Context, reason: Reason = "", company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Put in force again what was before the present model, as the person of USHER_TOKEN. Repeated, it goes further back."""

    async def work(services: "Services") -> None:
        ctx.meta["action"] = "rollback_model"
        tenant, person = await services.person("policy")
        done = await services.intents.rollback(tenant, person=person.id, reason=reason)
        ctx.meta["subject"] = done.version
        await _tell(services, tenant, done, json=json)

    run(ctx, work, company=company)


async def _tell(services: "Services", tenant: str, done: "Activation", *, json: bool) -> None:
    if json:
        emit([done])
    else:
        console().print(f"{done.version} is in force since {done.at:%Y-%m-%d %H:%M:%S}, by {done.person}")
    await _warn(services, tenant)


def _show(state: "Models") -> None:
    from rich.table import Table

    if not state.activated:
        console().print(f"{state.folder} of the company folder decides; none was ever put in force: app.py intents activate")
    if not state.versions:
        return
    table = Table("version", "when", "by", "utterances", "taught", "", box=None, header_style="bold")
    for each in state.versions:
        lost = f" ({each.lost} erased since)" if each.lost else ""
        made, active = f"{each.created_at:%Y-%m-%d %H:%M:%S}", "in force" if each.active else ""
        table.add_row(each.version, made, each.author, f"{each.utterances:,}", f"{each.examples}{lost}", active)
    console().print(table)


async def _warn(services: "Services", tenant: str) -> None:
    if problem := await services.intents.differs(tenant):
        fail(problem)
