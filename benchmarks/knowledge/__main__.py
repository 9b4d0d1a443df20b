"""``python -m benchmarks.knowledge``: the handbook's search and answers, each figure beside its bar. Never a timed test."""

import argparse
import asyncio
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from agents.intent.remembered import Remembering
from benchmarks.knowledge import sets
from benchmarks.knowledge.example import example
from benchmarks.knowledge.isolation import isolation
from benchmarks.knowledge.public import policyqa, techqa
from benchmarks.knowledge.report import Part, as_json, show
from benchmarks.knowledge.shelf import Shelf
from benchmarks.knowledge.speed import REAL, SIZES, speed
from core.errors import UsherError
from knowledge.encoder import OnnxEncoder

Say = Callable[[str], None]
Section = Callable[[Namespace, Path, Say], Coroutine[Any, Any, Part]]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE, KEPT, ENCODER = ROOT / "knowledge" / "example", ROOT / "build" / "knowledge-bench", ROOT / "build" / "encoder"
QUICK_SITES, QUICK_ASKED, QUICK_REAL, QUICK_QUERIES = 3, 60, 200, 200


async def _techqa(options: Namespace, folder: Path, say: Say) -> Part:
    whole = sets.techqa(options.data)
    return await _shelved(folder, lambda shelf: techqa(shelf, whole.smaller(QUICK_ASKED) if options.quick else whole, say))


async def _policyqa(options: Namespace, folder: Path, say: Say) -> Part:
    sites = [*sets.policyqa(options.data)]
    some = [site.smaller(QUICK_ASKED // QUICK_SITES) for site in sites[:QUICK_SITES]] if options.quick else sites
    return await _shelved(folder, lambda shelf: policyqa(shelf, some, say))


async def _example(options: Namespace, folder: Path, _: Say) -> Part:
    return await _shelved(folder, lambda shelf: example(shelf, options.company, failures=options.failures))


async def _speed(options: Namespace, folder: Path, say: Say) -> Part:
    sizes, real = (options.sizes[:1], QUICK_REAL) if options.quick else (options.sizes, REAL)
    return await speed(OnnxEncoder(ENCODER), EXAMPLE, KEPT, folder, sizes, real, say)


async def _isolation(options: Namespace, folder: Path, say: Say) -> Part:
    return await _shelved(folder, lambda shelf: isolation(shelf, say, *[QUICK_QUERIES] * options.quick))


async def _shelved(folder: Path, work: Callable[[Shelf], Awaitable[Part]]) -> Part:
    """With an encoder that keeps what it encoded: the rankings of one question differ, its vector does not."""
    shelf = Shelf(folder, Remembering(OnnxEncoder(ENCODER), most=None))
    try:
        return await work(shelf)
    finally:
        await shelf.close()


SECTIONS: dict[str, Section] = {
    "techqa": _techqa,
    "policyqa": _policyqa,
    "example": _example,
    "speed": _speed,
    "isolation": _isolation,
}


def main() -> int:
    options, began = arguments(), time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", file=sys.stderr, flush=True)

    if missing := _missing(options):
        print(f"bench-knowledge: {missing}", file=sys.stderr)
        return 2
    parts = []
    for name in options.sections:
        try:
            parts.append(_run(SECTIONS[name], options, say))
        except UsherError as error:
            print(f"bench-knowledge: {error}", file=sys.stderr)
            return 2
        if not options.json:
            show(parts[-1])
    if options.json:
        print(as_json(parts))
    elif options.quick:
        print("\n--quick: parts of the sets, whose figures say nothing about the bars")
    say("done")
    return 0 if options.quick or all(part.fine for part in parts) else 1


def _run(section: Section, options: Namespace, say: Say) -> Part:
    with tempfile.TemporaryDirectory(prefix="usher-bench-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(section(options, Path(folder), say))


def _missing(options: Namespace) -> str:
    """What cannot be done without, in one line."""
    for name, folder in (("techqa", "techqa_sample"), ("policyqa", "policyqa")):
        if name in options.sections and not (options.data / folder).is_dir():
            return f"{name} is not in {options.data}; say where the public sets are with --data"
    return ""


def arguments() -> Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; none: all")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the public sets")
    parser.add_argument("--company", type=Path, default=EXAMPLE, metavar="FOLDER", help="example: with its evals/knowledge.jsonl")
    parser.add_argument("--quick", action="store_true", help="parts of the sets and small corpora: does it run?")
    parser.add_argument("--json", action="store_true", help="the figures as JSON instead of a table")
    parser.add_argument("--failures", action="store_true", help="example: each question that found or said the wrong thing")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="N", help="speed: passages in the handbook")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {min(unknown)!r}")
    options.sections = options.sections or list(SECTIONS)
    return options


if __name__ == "__main__":
    sys.exit(main())
