"""Receipts, approvals and effects as people read them on a terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from core.intent import Intent
    from core.receipt import Receipt
    from core.types import Cost, Effect, Plan
    from core.views import Approval

LEVELS = {4: "CXO", 3: "executive sponsor", 2: "account team", 1: "queue", 0: "automation"}
COLOURS = {4: "bold magenta", 3: "bold yellow", 2: "cyan", 1: "green", 0: "dim"}


WIDE = 110
"""Columns from which on the reason has a column of its own."""


def receipts_table(receipts: Iterable["Receipt"], names: dict[str, str] | None = None, *, width: int = 140) -> Table:
    """One row a turn: who wrote, what they want, what it is worth, where it goes and why, what waits for whom. ``width`` in characters."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0), expand=True)
    columns = {"who wrote": 28, "wants": 27, "worth": 5, "goes to": 32} if width >= WIDE else {"who wrote": 22, "wants": 22, "worth": 5}
    for title, size in columns.items():
        table.add_column(title, width=size, no_wrap=True, justify="right" if title == "worth" else "left")
    table.add_column("why" if width >= WIDE else "goes to, and why", ratio=1)
    for receipt in receipts:
        who, wanted, worth, goes, why = _row(receipt, names or {})
        table.add_row(
            *((who, wanted, worth, goes, why) if width >= WIDE else (who, wanted, worth, goes.append(f": {why.plain}", "not bold")))
        )
    return table


def _row(receipt: "Receipt", names: dict[str, str]) -> tuple[Text, Text, Text, Text, Text]:
    plan, colour = receipt.plan, COLOURS[receipt.plan.level]
    why = plan.reasons[0] if plan.reasons else ""
    if receipt.status == "waiting":
        needs = ", ".join(need.role.replace("_", " ") for need in plan.approvals) or "a reviewer"
        why = f"waits for {needs}: {why}"
    elif receipt.status == "failed":
        why = "failed: a person must look; nothing was sent"
    return (
        Text(receipt.sender or "anonymous"),
        wants(receipt),
        Text(f"{receipt.value.score:.0f}"),
        Text(goes_to(plan, names), colour),
        Text(why),
    )


def wants(receipt: "Receipt") -> Text:
    intent = receipt.intent
    if receipt.plan.rules == ("automated_mail",):
        return Text("– (a machine)", "dim")
    if intent.out_of_scope or intent.top is None:
        return Text("none of ours", "dim")
    text = Text(intent.top.replace("_", " ") + " ")
    return text.append(f"{intent.confidence:.0%}", "dim" if not intent.abstained else "red")


def goes_to(plan: "Plan", names: dict[str, str]) -> str:
    """``Daniel Osei (cro)``, ``queue support → Aisha Bello``, ``answered``, ``ignored``."""
    owner = names.get(plan.owner or "", plan.owner or "")
    match plan.action:
        case "answer":
            return "answered from the handbook"
        case "clarify":
            return "asked one question"
        case "ignore":
            return "ignored"
        case "handoff":
            return f"{plan.queue} → {owner}"
        case "escalate":
            return f"{owner} ({(plan.role or '').replace('_', ' ')})"


def by_level(receipts: Sequence["Receipt"], names: dict[str, str], *, width: int = 140) -> RenderableType:
    """All receipts, the highest level first, with a heading for each level."""
    parts: list[RenderableType] = []
    for level, title in LEVELS.items():
        group = [receipt for receipt in receipts if receipt.plan.level == level]
        if group:
            parts += [Text(f"\nLevel {level} · {title} · {len(group)}", COLOURS[level]), receipts_table(group, names, width=width)]
    return Group(*parts)


def receipt_page(receipt: "Receipt", names: dict[str, str]) -> RenderableType:
    """Everything one receipt says, in the order in which it came about."""
    plan = receipt.plan
    head = Table.grid(padding=(0, 2))
    for name, value in _facts(receipt, names):
        head.add_row(Text(name, "bold"), Text(value))
    parts: list[RenderableType] = [Text(f"Receipt {receipt.id}", "bold"), head]
    parts += _section("Reading", (*_certainty(receipt.intent), *explained(receipt.intent)))
    parts += _section("Signals", ((s.name, f"{s.value}  [{s.source}]") for s in receipt.signals if s.value is not None))
    parts += _section("Worth", ((c.signal, f"{c.value} → {c.points:g} of {c.weight:g}") for c in receipt.value.contributions))
    parts += _section("Passages", ((f"{p.score:.2f}", f"{p.document} › {p.heading}") for p in receipt.passages))
    parts += _section("Caveats", ((caveat.kind, caveat.detail) for caveat in receipt.caveats))
    parts += _section("Alternatives", ((a.rule, f"{a.action} level {a.level}: {a.because}") for a in plan.alternatives))
    parts += _section("Steps", ((s.agent, f"{s.ms:.1f} ms  v{s.version}  {s.evidence}") for s in receipt.steps))
    parts += _section("Effects", ((e.kind, f"{e.to}  {e.state}  {e.key}") for e in receipt.effects))
    parts += _section("Entries", ((e.kind, f"{e.at:%Y-%m-%d %H:%M:%S}  {e.hash[:16]}…") for e in receipt.entries))
    if plan.draft:
        parts += [Text("\nText", "bold"), Padding(Text(plan.draft), (0, 2))]
    return Group(*parts)


def _facts(receipt: "Receipt", names: dict[str, str]) -> Iterable[tuple[str, str]]:
    plan = receipt.plan
    yield "from", f"{receipt.sender}  ({receipt.channel}, {receipt.received_at:%Y-%m-%d %H:%M} UTC)"
    yield "wants", ", ".join(f"{label.label} {label.confidence:.0%}" for label in receipt.intent.labels[:3]) or "nothing recognised"
    yield "goes to", f"{goes_to(plan, names)} · level {plan.level}, {LEVELS[plan.level]}"
    yield "backups", ", ".join(names.get(person, person) for person in plan.backups) or "–"
    yield "why", "; ".join(plan.reasons)
    yield "rules", f"{', '.join(plan.rules)}  (policy {receipt.policy_version})"
    yield "verdict", f"{receipt.verdict} {'; '.join(receipt.verdict_reasons)}"
    yield "cost", cost(receipt.cost)
    if receipt.degraded:
        yield "degraded", "; ".join(receipt.degraded)


def _certainty(intent: "Intent") -> Iterable[tuple[str, str]]:
    """How sure the reading is, from where on it decides by itself, and what else it could be."""
    if not intent.labels:
        return
    if intent.threshold is not None and intent.bound is not None:
        yield "sure", f"{intent.sure:.3f}, decides from {intent.threshold:.3f} on, so that at most {intent.bound:.1%} are wrong"
    elif intent.caution:
        yield "sure", f"{intent.sure:.3f}, decides nothing: {intent.caution}"
    else:
        yield "sure", f"{intent.sure:.3f}"
    if intent.coverage:
        yield "set", f"{', '.join(intent.set)}  (has the right one in {intent.coverage:.0%} of such messages)"
    yield "none", f"{intent.none:.1%} chance that it is none of ours"
    if intent.denied:
        yield "denied", ", ".join(intent.denied)


def explained(intent: "Intent") -> Iterable[tuple[str, str]]:
    """The nearest examples, and the words that moved the reading."""
    yield from (("near", f"{near.similarity:.2f} {near.label}: {near.text[:70]}") for near in intent.nearest[:3] if intent.words)
    if intent.words:
        yield "words", ", ".join(f"{moved.word} {moved.weight:+.1f}" for moved in intent.words)


def cost(cost: "Cost") -> str:
    """``1 model call, 412 + 38 tokens, $0.0003``: of the prompt, and of the answer."""
    if not cost.calls:
        return "no model call"
    calls = "1 model call" if cost.calls == 1 else f"{cost.calls} model calls"
    tokens = f"{cost.prompt_tokens} + {cost.completion_tokens} tokens{' (estimated)' if cost.estimated else ''}"
    return f"{calls}, {tokens}, ${cost.usd:.4f}"


def _section(title: str, rows: Iterable[tuple[str, str]]) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(Text(f"  {name}"), Text(value))
    return [Text(f"\n{title}", "bold"), table] if table.row_count else []


def approval_page(approval: "Approval", names: dict[str, str]) -> RenderableType:
    """What is asked, to whom it would go, the exact texts, who may decide, until when."""
    request, plan = approval.request, approval.request.plan
    lines = [
        f"[bold]{escape(goes_to(plan, names))}[/] · level {plan.level} · {escape('; '.join(plan.reasons))}",
        (
            f"[dim]needs[/] {', '.join(f'{need.quorum} × {need.role}' for need in request.needs)}"
            f"   [dim]status[/] {approval.status}   [dim]until[/] {approval.expires_at:%a %H:%M} UTC   [dim]rule[/] {', '.join(plan.rules)}"
            f"   [dim]digest[/] {request.digest[:12]}"
        ),
    ]
    lines += [
        f"[dim]asked to[/] {', '.join(names.get(id, id) for id in people)} [dim]for {role}[/]"
        for role, people in approval.assignees.items()
    ]
    lines += [f"[dim]edited by[/] {names.get(edit.person, edit.person)} [dim]{escape(edit.reason)}[/]" for edit in approval.edits]
    lines += [f"[dim]{vote.outcome} by[/] {names.get(vote.person, vote.person)} [dim]{escape(vote.reason)}[/]" for vote in approval.votes]
    return Group(*lines, *(_effect(effect, names) for effect in request.effects))


def _effect(effect: "Effect", names: dict[str, str]) -> RenderableType:
    text = Text(f"{effect.kind} → {names.get(effect.to, effect.to)}\n", "bold")
    return Padding(text.append(effect.text, "not bold"), (0, 0, 0, 4))
