"""``demo``: the main job on the shipped inbox, end to end."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import JsonFlag, console, emit, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from core.receipt import Receipt
    from core.services import Services
    from core.views import Approval, Word

INBOX = "inbox"
DATABASE = "usher_demo"


def demo(
    ctx: typer.Context,
    json: JsonFlag = False,
    picture: Annotated[str | None, typer.Option("--picture", metavar="SVG", hidden=True, help="Save the table for the README.")] = None,
    ask: Annotated[bool | None, typer.Option("--ask/--no-ask", help="Decide the approvals yourself; the default on a terminal.")] = None,
) -> None:
    """Route the example company's inbox: no keys, no services to install. Every run starts from a clean database of its own."""
    import sys

    screen = console(to_stderr=json)
    interactive = (sys.stdin.isatty() and not json) if ask is None else ask
    screen.print("[bold]Usher[/] · the demo: a shared inbox goes in, routed conversations come out\n")

    async def work(services: "Services") -> None:
        import time

        began = time.perf_counter()
        await services.start(lambda text: screen.print(f"  [green]·[/] {text}"))
        turns = await _route(services, screen)
        receipts = await services.receipts.of_turns(services.tenant(), turns)
        if not json:
            from channels.cli.approvals import names
            from channels.cli.render import by_level

            screen.print(by_level(receipts, names(services), width=screen.width))
        if picture:
            _save_picture(services, receipts, picture)
        await _decide(services, screen, interactive)
        receipts = await services.receipts.of_turns(services.tenant(), turns)
        await _close(services, screen, receipts, time.perf_counter() - began)
        if json:
            emit(receipts)

    run(ctx, work, company="knowledge/example", database=DATABASE, fresh=True, database_url="", deliver=True, demo=True)


def _save_picture(services: "Services", receipts: "Sequence[Receipt]", path: str) -> None:
    """What a newcomer sees first: the highest levels whole, a taste of the others."""
    import re
    from io import StringIO
    from pathlib import Path

    from rich.console import Console

    from channels.cli.approvals import names
    from channels.cli.render import by_level

    paper = Console(record=True, width=160, file=StringIO(), force_terminal=True, highlight=False, emoji=False)
    chosen = [[each for each in receipts if each.plan.level == level][:6] for level in range(5)]
    paper.print("[bold]Usher[/] · the demo: a shared inbox goes in, routed conversations come out")
    paper.print(by_level([receipt for group in chosen for receipt in group], names(services)))
    drawing = re.sub(r"@font-face \{.*?\}", "", paper.export_svg(title="python app.py demo"), flags=re.DOTALL)  # fonts from elsewhere
    Path(path).write_text(drawing, "utf-8")


async def _route(services: "Services", screen: "Console") -> list[str]:
    from channels.cli.route import drain, receive

    company = services.companies[services.tenant()]
    arrivals, _ = await receive(services, [str(company.folder / INBOX)])
    turns = list(dict.fromkeys(arrival.turn_id for arrival in arrivals if arrival.turn_id))
    today = services.clock.now()
    screen.print(f"  [green]·[/] {len(arrivals)} messages of {company.profile.name} received, as of {today:%A %d %B %Y, %H:%M} UTC")
    await drain(services, turns)
    return turns


async def _decide(services: "Services", screen: "Console", interactive: bool) -> None:
    """Every pending approval: asked here, or answered by the shipped script."""
    from channels.cli.approvals import names
    from channels.cli.render import approval_page

    pending = await services.approvals.list(services.tenant())
    screen.print(f"\n[bold]{len(pending)} wait for a person[/]\n")
    for approval in pending:
        screen.print(approval_page(approval, names(services)))
        decided = await (_asked(services, screen, approval) if interactive else _scripted(services, screen, approval))
        if decided:
            await services.worker.drain()
        screen.print()


async def _scripted(services: "Services", screen: "Console", approval: "Approval") -> bool:
    company = services.companies[services.tenant()]
    script = company.demo.decisions if company.demo else ()
    found = next((each for each in script if each.rule in approval.request.plan.rules), None)
    if found is None:
        screen.print("    [yellow]left open[/]: nobody has decided yet")
        return False
    await _record(services, approval, found.by, found.outcome, found.reason)
    colour = "green" if found.outcome == "approved" else "red"
    person = company.roster.get(found.by)
    screen.print(f"    [{colour}]{found.outcome}[/] by {person.name if person else found.by} (script): {found.reason}")
    return True


async def _asked(services: "Services", screen: "Console", approval: "Approval") -> bool:
    from rich.prompt import Prompt

    word = Prompt.ask("    approve, reject or skip", choices=["a", "r", "s"], default="s", console=screen)
    if word == "s":
        return False
    reason = Prompt.ask("    why", default="", console=screen) if word == "a" else Prompt.ask("    why", console=screen)
    people = services.companies[services.tenant()].roster.people
    need, refusal = approval.missing()[0], services.approvers.refusal
    by = next(person for person in people if refusal(approval.tenant, person.id, need, approval.request) is None)
    await _record(services, approval, by.id, "approved" if word == "a" else "rejected", reason)
    screen.print(f"    recorded as {by.name}'s decision")
    return True


async def _record(services: "Services", approval: "Approval", person: str, outcome: "Word", reason: str) -> None:
    digest = approval.request.digest
    await services.approvals.decide(approval.tenant, approval.id, person=person, outcome=outcome, digest=digest, reason=reason)


async def _close(services: "Services", screen: "Console", receipts: "Sequence[Receipt]", seconds: float) -> None:
    import sys
    from collections import Counter
    from statistics import median

    from rich.table import Table

    outbox = await services.outbox.list(services.tenant())
    table = Table("outbox", "state", "effects", box=None, header_style="bold", pad_edge=False)
    for (kind, state), count in sorted(Counter((sent.effect.kind, sent.state) for sent in outbox).items()):
        table.add_row(kind, state, str(count))
    screen.print(table)
    reply = next((sent.effect for sent in outbox if sent.effect.key.endswith(":reply") and len(sent.effect.text) > 200), None)
    if reply:
        screen.print(f"\n[bold]One of the answers[/] to {reply.to}, every sentence from the handbook\n")
        screen.print("\n".join(f"    {line}" for line in reply.text.splitlines()), markup=False)
    checked = await services.audit.verify(services.tenant())
    alone = sum(receipt.plan.level == 0 for receipt in receipts)
    pace = median(sum(step.ms for step in receipt.steps) for receipt in receipts)
    screen.print(
        f"\n[bold]{len(receipts)} turns[/] in {seconds:.0f} s, {pace:.0f} ms of work each (median) · {alone} settled by automation alone · "
        f"{sum(receipt.cost.calls for receipt in receipts)} model calls · "
        f"{checked.entries} receipt entries, {'every link holds' if checked.broken is None else checked.broken.problem}"
    )
    top = max(receipts, key=lambda receipt: receipt.plan.level)
    screen.print(f"\n[bold]Where to look next[/]\n  export USHER_DATABASE={DATABASE} USHER_AS_OF={services.clock.now():%Y-%m-%dT%H:%MZ}")
    for command, tells in ((f"audit show {top.id}", "one receipt, whole"), ("approvals list", "what still waits"), ("serve", "the API")):
        screen.print(
            f"  {sys.executable if '.venv' not in sys.executable else '.venv/bin/python'} app.py {command}  [dim]{tells}[/]", soft_wrap=True
        )
    screen.print("  knowledge/example/policy.yaml is the policy that decided all this; docs/tutorial/first-steps.md goes on from here.")
