"""``intents correct`` and ``review``: what people say a message wanted, and whether the next training learns from it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.learning import Example, Outcome
    from core.services import Services

app = typer.Typer()
ALL = 100_000


@app.command()
def correct(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="TURN", help="The id of a turn or of its receipt.")],
    intent: Annotated[str | None, typer.Option("--intent", metavar="X", help="What the message wanted.")] = None,
    none: Annotated[bool, typer.Option("--none", help="It wanted none of the company's intents.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the example.")] = "",
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Say what a message wanted, as the person of USHER_TOKEN. It is learned from once it has been reviewed; no decision changes by it."""

    async def work(services: "Services") -> None:
        from core.errors import InvalidSetting

        if (intent is None) != none:
            raise InvalidSetting(name="--intent", problem="say which, or --none for none of the company's intents")
        tenant, person = await services.person("converse", "decide")
        kept = await services.examples.correct(tenant, id, label=intent, person=person.id, reason=reason)
        emit([kept]) if json else console().print(f"{kept.id}: {_wanted(kept)}, kept for review", markup=False)

    run(ctx, work, company=company)


@app.command()
def review(
    ctx: typer.Context,
    accept: Annotated[list[str] | None, typer.Option("--accept", metavar="ID", help="Learn from it; may be repeated.")] = None,
    reject: Annotated[list[str] | None, typer.Option("--reject", metavar="ID", help="Do not learn from it; may be repeated.")] = None,
    accept_all: Annotated[bool, typer.Option("--accept-all", help="Learn from everything that is pending.")] = False,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """What people said that messages wanted, and waits for a word. At a terminal each is asked for; elsewhere they are listed."""

    async def work(services: "Services") -> None:
        words = _words(accept or (), reject or ())
        asking = not (words or accept_all or json) and sys.stdin.isatty() and sys.stdout.isatty()
        if not (words or accept_all or asking):
            ctx.meta["looking"] = True
            tenant = (await services.acting("read")).tenant
            _show(await services.examples.list(tenant, limit=ALL), json=json)
            return
        tenant, person = await services.person("policy")
        pending = await services.examples.list(tenant, limit=ALL) if accept_all or asking else ()
        words = _words([each.id for each in pending]) | words if accept_all else words | _asked(pending)
        ctx.meta["subjects"] = list(words)
        done = await services.examples.review(tenant, words, person=person.id)
        emit(done) if json else _told(done)

    run(ctx, work, company=company)


def _words(accepted: "Sequence[str]", rejected: "Sequence[str]" = ()) -> "dict[str, Outcome]":
    words: dict[str, Outcome] = dict.fromkeys(accepted, "accepted")
    words.update(dict.fromkeys(rejected, "rejected"))
    return words


def _asked(pending: "Sequence[Example]") -> "dict[str, Outcome]":
    """What the person at the terminal says of each; skipped ones are left out."""
    words: dict[str, Outcome] = {}
    for at, each in enumerate(pending, 1):
        console().print(f"\n{at} of {len(pending)}: {each.text}", markup=False)
        console().print(f"  {_wanted(each)}, says {each.person} at {each.created_at:%Y-%m-%d %H:%M}; {_said(each)}", markup=False)
        word = typer.prompt("  learn from it? yes, no, skip, quit", default="s", show_default=False).strip().lower()[:1]
        if word == "q":
            break
        if word in ("y", "n"):
            words[each.id] = "accepted" if word == "y" else "rejected"
    return words


def _show(pending: "Sequence[Example]", *, json: bool) -> None:
    if json:
        emit(pending)
        return
    if not pending:
        console().print("nothing waits for review")
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("id", "text", "said", "corrected to", "who", "when", box=None, header_style="bold")
    for each in pending:
        said = f"{each.said or 'none'} {each.sure:.0%}"
        shown = [escape(part) for part in (each.text, said, each.label or "none of these", each.person)]
        table.add_row(each.id, *shown, f"{each.created_at:%Y-%m-%d %H:%M}")
    console().print(table)
    console().print("app.py intents review --accept ID, --reject ID or --accept-all")


def _told(done: "Sequence[Example]") -> None:
    accepted = sum(each.status == "accepted" for each in done)
    console().print(f"{accepted} accepted, {len(done) - accepted} rejected" + ("; intents train learns from them" if accepted else ""))


def _wanted(example: "Example") -> str:
    return f"it wanted {example.label}" if example.label is not None else "it wanted none of the company's intents"


def _said(example: "Example") -> str:
    return f"the model said {example.said or 'none'} ({example.sure:.0%})"
