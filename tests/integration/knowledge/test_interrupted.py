"""A run that is killed: what it has done stays done."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from knowledge.snapshot import vectors_name
from tests.integration.knowledge.conftest import Library

ROOT = Path(__file__).parents[3]
SECTIONS = 600


async def test_after_a_killed_run_the_next_one_embeds_only_the_rest(library: Library, chroma_data: Path) -> None:
    await library.ingestion.run()
    library.write("rules", "\n\n".join(f"## Rule {number}\n\nRule number {number} holds." for number in range(SECTIONS)))
    command = ("-m", "tests.integration.knowledge.slow_ingest", str(library.folder), library.tenant, str(chroma_data))
    killed = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=PIPE)
    assert killed.stdout
    for _ in range(3):  # when the third batch begins, the first is stored
        assert await killed.stdout.readline()
    killed.kill()
    await killed.wait()
    assert (await library.documents("annual plans"))[0] == "refunds"
    stored = await library.vectors.count(vectors_name(library.tenant, "public"))
    assert 2 < stored < SECTIONS
    report = await library.ingestion.run()
    assert report.embedded == SECTIONS - (stored - 2)
    assert await library.vectors.count(vectors_name(library.tenant, "public")) == SECTIONS + 2
