"""``policy`` in words: what is wrong with one, why a message went where it went, what the file may say, and a first one to start from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.common import CompanyOption, JsonFlag, console, emit, fail, finish, run
from channels.cli.policy import app, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.receipt import Receipt
    from core.services import Services
    from policy.telling.explain import Explanation
    from policy.telling.findings import Finding

__all__ = ["app"]

Message = Annotated[
    str, typer.Argument(metavar="MESSAGE", help=".eml, .mbox or .jsonl, - for standard input, or the id of a receipt or conversation.")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="Decide as of this time (ISO 8601), for old messages.")]
PolicyFile = Annotated[Path | None, typer.Argument(metavar="FILE", help="A policy.yaml; none: the company folder's.", show_default=False)]


@app.command()
def check(ctx: typer.Context, file: PolicyFile = None, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """What is wrong with the policy, or worth a look, with file and line. Exit 1 for errors, 2 when it cannot be used at all."""

    async def work(services: "Services") -> int:
        tenant = services.tenant()
        version, summary, findings = _checked(services, tenant, file)
        errors = sum(each.severity == "error" for each in findings)
        if json:
            found = [each.model_dump() for each in findings]
            emit([{"tenant": tenant, "policy_version": version, **summary, "errors": errors, "findings": found}])
        else:
            _print_findings(findings)
            counts = ", ".join(counted(count, name) for name, count in summary.items() if count)
            judged = f"{counted(errors, 'errors')}, {counted(len(findings) - errors, 'warnings')}"
            console().print(f"{tenant}, policy {version}: {counts}; {judged}")
        return 1 if errors else 0

    run(ctx, work, company=company, stored=False)


@app.command()
def explain(ctx: typer.Context, message: Message, company: CompanyOption = None, at: At = None, json: JsonFlag = False) -> None:
    """Why a message goes, or went, where it goes: the decision in words. Nothing is stored and nothing leaves."""

    async def work(services: "Services") -> None:
        tenant = (await services.acting("read")).tenant
        receipts = await _previewed(services, message) if _is_file(message) else [await _stored(services, tenant, message)]
        pages = [await _explained(services, receipt) for receipt in receipts]
        if json:
            emit(pages)
        else:
            for page in pages:
                _print_page(page)

    run(ctx, work, company=company, as_of=at)


@app.command()
def scorecard(ctx: typer.Context, company: CompanyOption = None, json: JsonFlag = False) -> None:
    """How far the value scorecard tells won from lost, on past deals that it has not seen: Brier score, base rate, each signal."""

    async def work(services: "Services") -> None:
        from channels.cli.scorecard import page
        from policy.scoring.scorecard import ScorecardReport

        report = services.scorecard(services.tenant())
        assert isinstance(report, ScorecardReport)  # noqa: S101 - narrows for the type checker
        if json:
            emit([report])
        else:
            console().print(page(report))

    run(ctx, work, company=company, stored=False)


@app.command()
def schema() -> None:
    """The JSON Schema of policy.yaml, for editors that complete and check it."""

    def work() -> None:
        from policy.loading.json_schema import text

        typer.echo(text(), nl=False)

    finish(work)


@app.command()
def reference() -> None:
    """Every field of policy.yaml and every signal, in Markdown."""

    def work() -> None:
        from policy.loading.reference import reference as page

        typer.echo(page(), nl=False)

    finish(work)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that does not exist yet, or is empty.")], json: JsonFlag = False
) -> None:
    """Write a small company folder that works, to start from."""

    def work() -> None:
        from channels.cli.starting import write_company

        files = write_company(folder)
        if json:
            emit([{"folder": str(folder), "files": files}])
            return
        for name in files:
            typer.echo(folder / name)
        typer.echo(f"Now: app.py policy check --company {folder}")

    finish(work)


# ---------------------------------------------------------------- check


def _checked(services: "Services", tenant: str, file: Path | None) -> "tuple[str, dict[str, int], Sequence[Finding]]":
    """Version, counts and findings of the policy of the company folder, or of ``file``. Raises InvalidFile when it does not load."""
    from channels.cli.policy import read_policy
    from core.digest import policy_version, written
    from core.yamltext import Lines
    from policy.loading.load import load
    from policy.telling.check import check as findings_of

    folder = services.companies[tenant]
    text, name = (folder.policy_text, folder.policy_file) if file is None else (read_policy(file), str(file))
    compiled = load(text, name, folder.roster, folder.intents, folder.profile)
    policy = compiled.policy
    parts = {"rules": policy.rules, "guards": policy.guards, "overrides": policy.overrides, "queues": policy.queues, "roles": policy.roles}
    summary = {**{part: len(found) for part, found in parts.items()}, "people": len(folder.roster.people)}
    now = services.clock.now()
    version = policy_version(text, written(folder.roster))
    return version, summary, findings_of(policy, Lines(text, name), folder.roster, folder.intents, folder.profile, now)


def _print_findings(findings: "Sequence[Finding]") -> None:
    from rich.table import Table
    from rich.text import Text

    if not findings:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("", "line", "about"):
        table.add_column(column, no_wrap=True)
    table.add_column("what")
    for each in findings:
        style = "bold red" if each.severity == "error" else "yellow"
        table.add_row(Text(each.severity, style), str(each.line or ""), each.kind, Text(each.text))
    screen = console()
    screen.print(Text(findings[0].file, "dim"))
    screen.print(table)


# ---------------------------------------------------------------- explain


def _is_file(message: str) -> bool:
    return message == "-" or Path(message).suffix.lower() in (".eml", ".mbox", ".jsonl") or Path(message).exists()


async def _stored(services: "Services", tenant: str, id: str) -> "Receipt":
    """The receipt of that id or turn, or the last one of that conversation. Raises NotFound."""
    from core.errors import NotFound

    try:
        return await services.receipts.get(tenant, id)
    except NotFound:
        receipts = await services.receipts.of_conversation(tenant, id)
        if not receipts:
            raise NotFound(what="message file, receipt or conversation", id=id) from None
        return receipts[-1]


async def _previewed(services: "Services", path: str) -> "Sequence[Receipt]":
    """What would be decided of the last message of each conversation in the file; those before it are its history."""
    import sys

    from channels.files import read_paths
    from channels.preview import turns
    from core.errors import InvalidMessage
    from core.looking import only_looking

    screen, tenant = console(to_stderr=True), services.tenant()
    with only_looking():
        await services.start(lambda text: screen.print(f"[dim]{text}[/]"))
    profile, now = (
        services.companies[tenant].profile,
        services.clock.now(),
    )  # after what the records state was read: none of it is from later
    messages = []
    for item in read_paths([path], sys.stdin.buffer, authserv_id=profile.authserv_id, received_at=now):
        if isinstance(item, InvalidMessage):
            raise item
        messages.append(item)
    return [await services.preview(turn) for turn in turns(messages, tenant, now)]


async def _explained(services: "Services", receipt: "Receipt") -> "Explanation":
    """By the policy version that decided; where it is not kept any more, by the company folder's, and that is said."""
    from core.errors import UsherError
    from policy.loading.load import load
    from policy.telling.explain import Told
    from policy.telling.explain import explain as in_words

    folder = services.companies[receipt.tenant]
    text, roster, name = folder.policy_text, folder.roster, folder.policy_file
    try:
        text, roster = await services.library.source(receipt.tenant, receipt.policy_version)
        name = f"policy {receipt.policy_version}"
    except UsherError:
        fail(f"policy {receipt.policy_version}, which decided, is not kept here: the rules are those of the company folder")
    compiled = load(text, name, roster, folder.intents, folder.profile)
    return in_words(Told(receipt, compiled, roster))


def _print_page(page: "Explanation") -> None:
    from rich.padding import Padding
    from rich.text import Text

    from channels.preview import PREVIEW

    screen = console()
    screen.print(Text(page.summary, "bold"))
    for section in page.sections:
        screen.print(Text(f"\n{section.title}", "bold cyan"))
        for line in section.lines:
            screen.print(Padding(Text(line), (0, 0, 0, 2)))
    kept = "only looked at: nothing was stored" if page.receipt == f"r-{PREVIEW}" else f"receipt {page.receipt}"
    screen.print(Text(f"\nPolicy {page.policy_version}, {kept}", "dim"))
