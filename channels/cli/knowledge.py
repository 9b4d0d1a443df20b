"""``knowledge``: the handbook, ingested, searched and asked."""

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.access import Right
    from core.services import Bar, Services
    from core.types import Answer, Audience, Citation, Passage

app = typer.Typer(help="The handbook.", no_args_is_help=True)

WHY = {
    "empty": "nothing was asked",
    "language": "no page is written in the language of the company",
    "own records": "it is about one ticket, order or invoice, which no handbook knows",
    "unanswerable": "no page speaks of it clearly enough to be quoted; `knowledge search` shows what comes nearest",
    "underspecified": "it depends on what was not said",
    "out of policy": "the rules refuse it or leave it to people",
    "conflict": "pages disagree about it",
    "answered in part": "pages answer only some of what was asked",
}
"""What people read for an abstention's reason."""


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]…", help="Files or folders to copy into the handbook first.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only list what would be read, for whom, and what would be skipped.")] = False,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """Bring the index up to the handbook. Unchanged pages cost nothing; a broken page is named and skipped, with exit 1."""

    async def work(services: "Services") -> int:
        given = paths or []
        putting = bool(given) and not check  # what customers are told changes, and whoever may only read may not change it
        rights: tuple[Right, ...] = ("policy", "admin") if putting else ("read",)
        tenant = (await services.acting(*rights)).tenant
        ctx.meta["looking"] = not putting
        with _bar() as bar:
            if check:
                result = await services.knowledge.check(tenant, given, bar)
            else:
                await services.knowledge.take(tenant, given)
                result = await services.knowledge.ingest(tenant, lambda _: None, bar)
        skipped = result["skipped"]
        assert isinstance(skipped, (list, tuple))  # noqa: S101
        for problem in skipped:
            fail(str(problem))
        if json:
            emit([result])
        elif check:
            _show_pages(result)
        else:
            console().print("{pages} pages, {chunks} passages; {added} new, {changed} changed, {removed} removed".format(**result))
        return 1 if skipped else 0

    run(ctx, work, company=company)


@contextmanager
def _bar() -> "Iterator[Bar]":
    """What is being done, on stderr, where somebody watches."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda step, done, total: progress.update(task, description=step, completed=done, total=total)


def _show_pages(result: "Mapping[str, object]") -> None:
    from rich.table import Table

    table = Table("page", "format", "audience", "in force", "regions", "language", "passages", box=None)
    pages = result["pages"]
    assert isinstance(pages, (list, tuple))  # noqa: S101
    for page in pages:
        days = f"{page['effective'] or ''} – {page['expires'] or ''}" if page["effective"] or page["expires"] else "always"
        regions, language = ", ".join(page["regions"]) or "all", page["language"] or ""
        cells = (page["document"], page["format"], page["audience"], days, regions, language, str(page["passages"]))
        table.add_row(*map(shown, cells))
    console().print(table)


def _place(found: "Passage | Citation") -> str:
    return f"{found.document} › {found.heading}"


@app.command()
def search(
    ctx: typer.Context,
    query: str,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, metavar="K")] = 5,
    internal: Annotated[
        bool, typer.Option("--internal", help="Internal pages as well; what customers are told uses public ones only.")
    ] = False,
    region: Annotated[str | None, typer.Option("--region", help="As for a sender of this region; without it pages of all regions.")] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="Pages in this language only; may be given several times.")
    ] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="As of that day; without it today.")] = None,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """The passages that fit best."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        await services.knowledge.ingest(tenant, lambda _: None)
        audiences: list[Audience] = ["public", "internal"] if internal else ["public"]
        day = on.replace(tzinfo=UTC) if on else None
        regions = (region,) if region else None
        handbook = services.knowledge.retriever(tenant)
        found = await handbook.search(
            query,
            audiences=audiences,
            limit=limit,
            languages=[each.partition("-")[0] for each in language or ()],
            regions=regions,
            at=day,
        )
        if json:
            emit(passage.model_dump(include={"document", "heading", "text", "score"}) for passage in found.passages)
            return
        for passage in found.passages:
            console().print(f"[bold]{passage.score:.2f}  {shown(_place(passage))}[/]\n{shown(passage.text)}\n")
        for passage in found.withheld:
            days = f"{passage.effective or ''} – {passage.expires or ''}"
            console().print(f"[dim]not in force ({days}): {shown(_place(passage))}[/]")

    run(ctx, work, company=company)


@app.command()
def ask(ctx: typer.Context, question: str, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """An answer of cited sentences, or an honest abstention."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        await services.knowledge.ingest(tenant, lambda _: None)
        answer = await services.knowledge.ask(tenant, question)
        if json:
            emit([answer])
        else:
            _show_answer(answer)

    run(ctx, work, company=company)


def _show_answer(answer: "Answer") -> None:
    """Each line with the number of its source, the sources below; or why there is no answer."""
    places = list(dict.fromkeys(_place(cite) for cite in answer.citations))
    if answer.abstained:
        console().print(f"No answer ({answer.reason}): {WHY.get(answer.reason, 'nothing that could be cited was found')}.")
        if answer.question:
            console().print(f"To ask the sender: {shown(answer.question)}")
    for line, cite in zip(answer.answer.splitlines(), answer.citations, strict=False):
        console().print(f"{shown(line)} [dim]\\[{places.index(_place(cite)) + 1}][/]")
    for number, place in enumerate(places, 1):
        best = max(cite.score for cite in answer.citations if _place(cite) == place)
        console().print(f"[dim]  \\[{number}] {best:.2f}  {shown(place)}[/]")
    for caveat in answer.caveats:
        console().print(f"[yellow]{shown(caveat.kind)}: {shown(caveat.detail)}[/]")
