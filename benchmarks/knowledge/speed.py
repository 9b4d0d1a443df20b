"""How quick a search is over so many passages, how quick ingestion is, and the memory both take."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.knowledge.corpus import Composed, Corpus
from benchmarks.knowledge.report import Line, Part
from benchmarks.knowledge.shelf import Shelf
from knowledge.chunks import split
from knowledge.pages import Facts, Page
from knowledge.reading import Progress
from knowledge.snapshot import vectors_name

if TYPE_CHECKING:
    from core.ports import Encoder

SIZES = (1_000, 10_000, 100_000)
REAL, SAMPLE = 2_000, 50
P95_MS, PER_SECOND = 25.0, 150.0
TENANT = "bench"
ROOT = Path(__file__).resolve().parents[2]
Say = Callable[[str], None]


class Speed(NamedTuple):
    """Of one process that searches and of its Chroma server; memory in bytes, resident. ``first_s``: the first search, which loads all;
    ``cpu_ms``: processor time of both for one search, which other work on the machine does not change."""

    passages: int
    first_s: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    all_p95_ms: float
    own: int
    chroma: int


async def speed(encoder: "Encoder", company: Path, kept: Path, folder: Path, sizes: Sequence[int], real: int, say: Say) -> Part:
    """``kept``: where corpora stay for the next time; ``folder`` is for this time. ``real``: passages to ingest with the real encoder."""
    text = Corpus(company / "handbook")
    lines: list[Line] = []
    for size in sizes:
        shelf = await _kept(text, encoder, kept, size, say)
        say(f"{size:,} passages: searching")
        lines += _lines(size, await asyncio.to_thread(_measured, shelf.folder))
    lines += [*await _ingestion(text, encoder, folder, real, say)]
    return Part("speed", "one search after the other by a process of its own on two cores, encoding included; vectors are composed", lines)


async def _kept(text: Corpus, encoder: "Encoder", kept: Path, size: int, say: Say) -> Shelf:
    """Built once for this encoder and this way of making it; the product's own ingestion sees to the rest."""
    folder = kept / f"{size}-{text.version}-{encoder.version}"
    shelf = Shelf(folder, Composed(encoder, text))
    if not (folder / "written").exists():
        shelf.write(TENANT, text.pages(_pages(text, size)))
        (folder / "written").touch()
    say(f"{size:,} passages: ingesting what is not there yet")
    began = time.perf_counter()
    try:
        report = await shelf.ingest(TENANT, progress=_tenths(say))
    finally:
        await shelf.close()
    say(f"{size:,} passages: {report.chunks:,} on {report.pages:,} pages, {report.embedded:,} new in {time.perf_counter() - began:.0f} s")
    return shelf


def _tenths(say: Say) -> Progress:
    """Tells how far it has come, ten times for each step."""
    told: set[tuple[str, int]] = set()

    def hear(step: str, done: int, total: int) -> None:
        tenth = step, 10 * done // max(1, total)
        if tenth not in told:
            told.add(tenth)
            say(f"    {step}: {done:,} of {total:,}")

    return hear


def _pages(text: Corpus, passages: int) -> int:
    """How many make about so many passages, as the product cuts them."""
    facts = Facts(title="Sample", audience="public")
    some = [split(Page(document, facts, page.partition("\n---\n")[2])) for document, page in text.pages(SAMPLE)]
    return max(1, round(passages * SAMPLE / sum(map(len, some))))


def _measured(folder: Path) -> Speed:
    command = [sys.executable, "-m", "benchmarks.knowledge.searching", str(folder)]
    return Speed(**json.loads(_output(command)))


def _output(command: list[str]) -> str:
    import subprocess

    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=900).stdout


def _lines(size: int, found: Speed) -> Iterator[Line]:
    about = f"{found.passages:,} passages"
    yield Line(f"{size:,}: search, p50", found.p50_ms, "ms", beside=about)
    yield Line(f"{size:,}: search, p95", found.p95_ms, "ms", bar=P95_MS, most=True)
    yield Line(f"{size:,}: processor time of a search, both", found.cpu_ms, "ms")
    yield Line(f"{size:,}: all three audiences, p95", found.all_p95_ms, "ms")
    yield Line(f"{size:,}: first search, loads the index", found.first_s, "s")
    yield Line(f"{size:,}: memory of the process", found.own / 2**20, "MB")
    yield Line(f"{size:,}: memory of the Chroma server", found.chroma / 2**20, "MB")


async def _ingestion(text: Corpus, encoder: "Encoder", folder: Path, real: int, say: Say) -> Iterator[Line]:
    """From files to a handbook that can be searched, then once more without a change."""
    shelf = Shelf(folder, encoder)
    shelf.write(TENANT, text.pages(_pages(text, real)))
    say(f"ingestion of about {real:,} passages with the real encoder")
    await shelf.vectors.count(vectors_name(TENANT, "public"))  # the server is up
    try:
        began = time.perf_counter()
        report = await shelf.ingest(TENANT)
        took = time.perf_counter() - began
        again = time.perf_counter()
        await shelf.ingest(TENANT)
        unchanged = time.perf_counter() - again
    finally:
        await shelf.close()
    return _ingested(report.chunks, report.pages, took, unchanged)


def _ingested(chunks: int, pages: int, took: float, unchanged: float) -> Iterator[Line]:
    yield Line("ingestion", chunks / took, "per s", bar=PER_SECOND, beside=f"{chunks:,} passages on {pages} pages in {took:.1f} s")
    yield Line("ingestion without a change", unchanged, "s")
