"""``python -m tests.integration.knowledge.slow_ingest HANDBOOK TENANT DATA``: a run that says when it begins each batch, to be killed."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.clock import SystemClock
from knowledge.chroma import Vectors
from knowledge.ingest import Ingestion
from tests.integration.knowledge.conftest import MemoryIndexes, WordEncoder


class SlowEncoder(WordEncoder):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if "\n" in texts[0]:  # chunks, not headings
            print(len(texts), flush=True)  # noqa: T201 - this is what the test waits for
            time.sleep(0.3)
        return super().encode(texts)


async def main(handbook: str, tenant: str, data: str) -> None:
    vectors = Vectors(data=Path(data))
    run = Ingestion(Path(handbook), tenant, encoder=SlowEncoder(), vectors=vectors, indexes=MemoryIndexes(), clock=SystemClock())
    await run.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
