"""A company's handbook under its own questions."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.advisor.answers import Advisor
from benchmarks.knowledge.answering import Reaction, react, uncited
from benchmarks.knowledge.measure import hit
from benchmarks.knowledge.questions import read
from benchmarks.knowledge.report import Line, Part
from core.yamltext import parse
from knowledge.files import read_text
from policy.schema import Policy

if TYPE_CHECKING:
    from benchmarks.knowledge.shelf import Shelf

HIT_AT_3, ABSTAINED = 0.95, 0.90
FILE = Path("evals") / "knowledge.jsonl"
KINDS = ("answerable", "unanswerable", "underspecified", "out of policy")
SAID = {"underspecified": "underspecified", "out of policy": "out of policy"}


async def example(shelf: "Shelf", company: Path, *, failures: bool = False) -> Part:
    """``failures``: each wrong reaction as a line of its own on top, for people."""
    questions = read(company / FILE)
    report = await shelf.ingest("example", company / "handbook")
    retriever, advisor = shelf.retriever("example"), Advisor(shelf.encoder, plans=_plans(company))
    found = [await react(each, retriever, advisor) for each in questions]
    if failures:
        _tell(found)
    return Part("example", f"{len(questions)} questions to {report.pages} pages, {report.chunks} passages", [*lines(found)])


def _plans(company: Path) -> tuple[str, ...]:
    """The tiers that its policy tells apart."""
    file = company / "policy.yaml"
    policy, _ = parse(Policy, read_text(file), str(file))
    return tuple(dict.fromkeys(tier for queue in policy.queues.values() for tier in queue.limits if tier != "default"))


def lines(found: Sequence[Reaction]) -> Iterator[Line]:
    of = {kind: [each for each in found if each.asked.kind == kind] for kind in KINDS}
    ranks = [each.rank for each in of["answerable"]]
    yield from (Line(f"hit@{k}", hit(ranks, k), bar=HIT_AT_3 if k == 3 else None, beside=f"{len(ranks)} questions") for k in (1, 3, 6))
    yield from (_hits(f"    {name}", part) for name, part in _parts(of["answerable"]).items())
    asked = [each for each in of["answerable"] if each.answer]
    yield Line("answerable: answered, with the gold words", _share(each.right for each in asked), beside=f"{len(asked)} by customers")
    yield Line("answerable: answered with something else", _share(not each.right and not _silent(each) for each in asked))
    yield Line("answerable: wrongly refused", _share(map(_silent, asked)), beside=_reasons(asked))
    silent = of["unanswerable"]
    yield Line("unanswerable: abstained", _share(map(_silent, silent)), bar=ABSTAINED, beside=_reasons(silent))
    yield from (Line(f"{kind}: no answer", _share(map(_silent, of[kind])), beside=_reasons(of[kind])) for kind in KINDS[2:])
    yield from (_told(kind, [_said(each) for each in of[kind] if each.answer]) for kind in KINDS)
    yield Line("lines that stand on no citation", _uncited(found), "count", bar=0, most=True)
    yield Line("found what the sender may not see", sum(each.leaked for each in found), "count", bar=0, most=True)


def _told(kind: str, said: Sequence[str]) -> Line:
    """A row of the confusion matrix."""
    return Line(f"{kind}: told so", _share(each == kind for each in said), beside="said " + _counted(said))


def _hits(name: str, part: Sequence[Reaction]) -> Line:
    return Line(f"{name}: hit@3", hit([each.rank for each in part], 3), beside=f"{len(part)} questions")


def _parts(found: Sequence[Reaction]) -> dict[str, list[Reaction]]:
    return {
        "customers, first message": [each for each in found if each.answer and not each.asked.history],
        "customers, follow-up": [each for each in found if each.answer and each.asked.history],
        "the company's people": [each for each in found if not each.answer],
    }


def _said(each: Reaction) -> str:
    """The kind that the answer takes the question for: what is refused for any other reason is not answered by the handbook."""
    if not _silent(each):
        return "answerable"
    return SAID.get(each.answer.reason if each.answer else "", "unanswerable")


def _silent(each: Reaction) -> bool:
    return each.answer is None or each.answer.abstained


def _uncited(found: Sequence[Reaction]) -> int:
    return sum(len(uncited(each.answer, each.passages)) for each in found if each.answer and not each.answer.abstained)


def _reasons(found: Sequence[Reaction]) -> str:
    return _counted([each.answer.reason or "answered" for each in found if each.answer])


def _counted(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _share(values: Iterable[bool]) -> float:
    listed = [*values]
    return sum(listed) / len(listed) if listed else 0.0


def _tell(found: Sequence[Reaction]) -> None:
    for each in found:
        rank, kind = each.rank, each.asked.kind
        wrong = (rank is None or rank > 3) if kind == "answerable" else not _silent(each)
        if wrong or each.leaked:
            print(f"{each.asked.id}: {kind}, rank {rank}, said {_said(each)}; {_where(each)}", file=sys.stderr)


def _where(each: Reaction) -> str:
    return " | ".join(f"{passage.score:.2f} {passage.document} › {passage.heading.rpartition(' > ')[2]}" for passage in each.passages[:3])
