"""``approvals``: what waits for a person, and the person's word."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from core.services import Services
    from core.views import Approval, Word

app = typer.Typer(help="What waits for a person.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept on the receipt.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept on the receipt.", show_default=False)]
DigestOption = Annotated[str, typer.Option("--digest", help="What `show` called the request: if it has changed since, nothing happens.")]
TextFile = Annotated[Path | None, typer.Option("--text-file", metavar="FILE", help="The text, from a file.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    company: CompanyOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,
    json: JsonFlag = False,
) -> None:
    """Pending approvals, the most urgent first."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        found = await services.approvals.list(tenant, status=None if all_ else "pending")
        if json:
            emit(found)
            return
        from rich.table import Table

        table = Table("id", "status", "until", "needs", "what", box=None, header_style="bold")
        for each in found:
            needs = _waits_for(each) or ", ".join(need.role for need in each.request.needs)
            what = f"{each.request.plan.owner} · {each.request.plan.reasons[0]}"
            table.add_row(each.id, each.status, f"{each.expires_at:%Y-%m-%d %H:%M}", needs, what)
        console().print(table if found else "Nothing waits for a person.")

    run(ctx, work, company=company)


@app.command()
def show(ctx: typer.Context, id: Id, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """What exactly is asked, with the texts that would leave."""

    async def work(services: "Services") -> None:
        from channels.cli.render import approval_page

        approval = await services.approvals.show((await services.acting("read")).tenant, id)
        if json:
            emit([approval])
        else:
            console().print(approval_page(approval, names(services)))

    run(ctx, work, company=company)


@app.command()
def approve(ctx: typer.Context, id: Id, reason: Reason = "", digest: DigestOption = "", json: JsonFlag = False) -> None:
    """Approve exactly what `show` shows, as the person of USHER_TOKEN."""
    _decide(ctx, id, "approved", reason, json, digest)


@app.command()
def reject(ctx: typer.Context, id: Id, reason: Why, digest: DigestOption = "", json: JsonFlag = False) -> None:
    """Reject it, with a reason; the conversation then takes the strictest path that needs no approval."""
    _decide(ctx, id, "rejected", reason, json, digest)


@app.command()
def respond(
    ctx: typer.Context,
    id: Id,
    text: Annotated[str | None, typer.Option("--text", help="What to tell the customer.")] = None,
    text_file: TextFile = None,
    reason: Reason = "",
    digest: DigestOption = "",
    json: JsonFlag = False,
) -> None:
    """Answer the customer yourself; nothing of the request happens."""
    _decide(ctx, id, "responded", reason, json, digest, text=lambda: _text(text, text_file) or "")


@app.command()
def edit(
    ctx: typer.Context,
    id: Id,
    text: Annotated[str | None, typer.Option("--text", help="The reply's new text.")] = None,
    text_file: TextFile = None,
    subject: Annotated[str | None, typer.Option("--subject")] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="PERSON", help="Roster id of who takes it.")] = None,
    spend: Annotated[list[str] | None, typer.Option("--spend", metavar="LIMIT=AMOUNT", help="What is at stake; may be repeated.")] = None,
    reason: Reason = "",
    digest: DigestOption = "",
    json: JsonFlag = False,
) -> None:
    """Change the request; the policy checks it again, and somebody else must approve it."""

    async def work(services: "Services") -> None:
        from core.types import Edit

        tenant, person = await services.person("decide", "converse")
        shown = await _shown(services, tenant, id, digest)
        wanted = Edit(text=_text(text, text_file), subject=subject, owner=owner, spend=_amounts(spend))
        approval = await services.approvals.edit(tenant, id, person=person.id, digest=shown.request.digest, edit=wanted, reason=reason)
        _say(approval, f"edited by {person.name}; it waits for {_waits_for(approval)}, and not for {person.name}", json)

    run(ctx, work)


@app.command()
def reassign(
    ctx: typer.Context,
    id: Id,
    to: Annotated[list[str], typer.Option("--to", metavar="PERSON", help="Roster id; repeat it for a quorum.")],
    role: Annotated[str | None, typer.Option("--role", help="Which need, where several are open.")] = None,
    reason: Reason = "",
    json: JsonFlag = False,
) -> None:
    """Let other people decide on it."""

    async def work(services: "Services") -> None:
        tenant, person = await services.person("decide", "assign")
        leading = "assign" in (await services.acting("decide", "assign")).rights
        approval = await services.approvals.reassign(tenant, id, person=person.id, to=to, role=role, reason=reason, leading=leading)
        people = ", ".join(names(services).get(each, each) for each in to)
        _say(approval, f"reassigned by {person.name}; {people} may decide on it now", json)

    run(ctx, work)


@app.command()
def delegate(
    ctx: typer.Context,
    deputy: Annotated[str, typer.Argument(metavar="DEPUTY", help="Roster id of who decides meanwhile.")],
    until: Annotated[datetime, typer.Option("--until", help="Until when, UTC.")],
    since: Annotated[datetime | None, typer.Option("--from", help="From when, UTC; now, where it is left out.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Who is absent, if not you.")] = None,
    json: JsonFlag = False,
) -> None:
    """Let a deputy decide while you are absent; meanwhile no new work comes to you."""

    async def work(services: "Services") -> None:
        tenant, by = await services.person("decide", "assign")
        absent = person or by.id
        if absent != by.id:
            await services.person("assign")
        starts = since.replace(tzinfo=UTC) if since else services.clock.now()
        made = await services.delegations.add(
            tenant, person=absent, deputy=deputy, starts_at=starts, ends_at=until.replace(tzinfo=UTC), by=by.id
        )
        emit([made]) if json else console().print(f"{deputy} decides for {absent} until {made.ends_at:%Y-%m-%d %H:%M} UTC ({made.id})")

    run(ctx, work)


def _decide(ctx: typer.Context, id: str, outcome: "Word", reason: str, json: bool, digest: str, *, text: Callable[[], str] = str) -> None:
    async def work(services: "Services") -> None:
        tenant, person = await services.person("decide")
        shown = await _shown(services, tenant, id, digest)
        approval = await services.approvals.decide(
            tenant, id, person=person.id, outcome=outcome, digest=shown.request.digest, reason=reason, text=text()
        )
        if services.settings.database_url is None:
            await services.start(lambda _: None)
            await services.worker.drain()
        done = f"{outcome} by {person.name}, the approval is {approval.status}"
        follow = f"; it waits for {_waits_for(approval)}" if approval.status == "pending" else ""
        after = await services.approvals.show(tenant, id)
        _say(after, f"{done}{follow}; app.py audit show {approval.turn_id} tells what followed.", json)

    run(ctx, work)


async def _shown(services: "Services", tenant: str, id: str, digest: str) -> "Approval":
    """The approval as it is, if that is what ``digest`` names; one that somebody has changed must be named."""
    from core.errors import Conflict

    approval = await services.approvals.show(tenant, id)
    if not digest and approval.edits and approval.status == "pending":
        last = approval.edits[-1]
        problem = f"approval {approval.id} was altered by {last.person} at {last.at:%Y-%m-%d %H:%M:%S %Z}"
        raise Conflict(problem=f"{problem}: look at it again and say --digest {approval.request.digest[:12]}")
    if digest and (len(digest) < 12 or not approval.request.digest.startswith(digest)):
        raise Conflict(problem=f"approval {approval.id} was altered: it asks for something else than {digest}; look at it again")
    return approval


def _say(approval: "Approval", text: str, json: bool) -> None:
    if json:
        emit([approval])
    else:
        console().print(text)


def _waits_for(approval: "Approval") -> str:
    waits = (", ".join(approval.assignees.get(need.role, (f"{need.quorum} × {need.role}",))) for need in approval.missing())
    return " and ".join(waits)


def _text(text: str | None, file: Path | None) -> str | None:
    """The text given, or the file's."""
    from core.errors import InvalidFile

    if file is None:
        return text
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFile(file=str(file), problem=str(error)) from None


def _amounts(given: list[str] | None) -> dict[str, float] | None:
    """``refund_usd=1200`` → limit and amount."""
    from core.errors import InvalidSetting

    amounts = {}
    for each in given or ():
        name, _, number = each.partition("=")
        try:
            amounts[name] = float(number)
        except ValueError:
            raise InvalidSetting(name="--spend", problem=f"{each!r} is not LIMIT=AMOUNT") from None
    return amounts or None


def names(services: "Services") -> dict[str, str]:
    """Roster id → name, over all companies served."""
    return {person.id: person.name for company in services.companies.values() for person in company.roster.people}
