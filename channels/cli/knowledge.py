"""``knowledge``: the handbook, ingested, searched and asked."""

from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, run

if TYPE_CHECKING:
    from core.services import Services
    from core.types import Audience

app = typer.Typer(help="The handbook.", no_args_is_help=True)


@app.command()
def ingest(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """Bring the index up to the handbook. Unchanged pages cost nothing; a broken page is named and skipped, with exit 1."""

    async def work(services: "Services") -> int:
        screen, tenant = console(to_stderr=True), (await services.acting("read")).tenant
        result = dict(await services.knowledge.ingest(tenant, lambda text: screen.print(f"[dim]{text}[/]")))
        skipped = result.get("skipped") or ()
        for problem in skipped if isinstance(skipped, (list, tuple)) else ():
            fail(str(problem))
        emit([result]) if json else console().print(", ".join(f"{name} {value}" for name, value in result.items() if name != "skipped"))
        return 1 if skipped else 0

    run(ctx, work, company=company)


@app.command()
def search(
    ctx: typer.Context,
    query: str,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, metavar="K")] = 5,
    internal: Annotated[
        bool, typer.Option("--internal", help="Internal pages as well; what customers are told uses public ones only.")
    ] = False,
    company: CompanyOption = None,
    json: JsonFlag = False,
) -> None:
    """The passages that fit best."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        await services.knowledge.ingest(tenant, lambda _: None)
        audiences: list[Audience] = ["public", "internal"] if internal else ["public"]
        found = await services.knowledge.retriever(tenant).search(query, audiences=audiences, limit=limit)
        if json:
            emit(passage.model_dump(include={"document", "heading", "text", "score"}) for passage in found)
            return
        for passage in found:
            console().print(f"[bold]{passage.score:.2f}  {passage.document} › {passage.heading}[/]\n{passage.text}\n", markup=True)

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
        elif answer.abstained:
            console().print(f"The handbook does not answer this ({answer.reason}).")
        else:
            console().print(answer.answer, markup=False)
            for cite in answer.citations:
                console().print(f"[dim]  {cite.score:.2f}  {cite.document} › {cite.heading}[/]")

    run(ctx, work, company=company)
