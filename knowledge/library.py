"""The handbooks of all companies served: one Chroma server, a retriever each."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.company import Company
from core.ports import Clock, Encoder, Indexes
from core.types import Answer, Found, Passage
from knowledge.chroma import Vectors
from knowledge.index import HandbookRetriever
from knowledge.ingest import Ingestion
from knowledge.reading import Progress
from knowledge.taking import copy_in, look

LOG = logging.getLogger("usher.knowledge")
Answerer = Callable[[str, str, Found], Answer]
"""Tenant, question, what was found."""
PASSAGES = 6


class Handbooks:
    """``core.services.Knowledge``. ``answer`` cites sentences of passages; without ``url`` the embedded Chroma lives below ``data``."""

    def __init__(
        self,
        companies: Mapping[str, Company],
        *,
        encoder: Encoder,
        indexes: Indexes,
        clock: Clock,
        answer: Answerer,
        data: Path,
        url: str | None = None,
    ) -> None:
        self._companies, self._encoder, self._indexes, self._clock, self._answer = companies, encoder, indexes, clock, answer
        self._vectors = Vectors(data=data, url=url)
        self._retrievers = {
            tenant: HandbookRetriever(
                tenant, encoder=encoder, vectors=self._vectors, indexes=indexes, clock=clock, language=company.profile.default_language
            )
            for tenant, company in companies.items()
        }

    async def ingest(self, tenant: str, progress: Callable[[str], None], bar: Progress | None = None) -> dict[str, object]:
        """Bring the index up to the handbook; what the run did, as counts, and the pages skipped with the reason.

        Those go to the log, too, where nobody watches a bar.
        """
        company = self._companies[tenant]
        run = Ingestion(company.handbook, tenant, encoder=self._encoder, vectors=self._vectors, indexes=self._indexes, clock=self._clock)
        report = await run.run(bar)
        news = (
            f"{report.added} new, {report.changed} changed, {report.removed} removed" if report.embedded or report.removed else "unchanged"
        )
        progress(f"handbook of {company.profile.name}: {report.pages} pages, {report.chunks} passages, {news}")
        for problem in () if bar else report.skipped:
            LOG.warning("page skipped: %s", problem)
        return report.model_dump()

    async def take(self, tenant: str, paths: Sequence[Path]) -> None:
        await asyncio.to_thread(copy_in, paths, self._companies[tenant].handbook)

    async def check(self, tenant: str, paths: Sequence[Path], bar: Progress | None = None) -> dict[str, object]:
        found = await asyncio.to_thread(look, self._companies[tenant].handbook, paths, bar)
        return found.model_dump()

    async def ask(self, tenant: str, question: str) -> Answer:
        found = await self.retriever(tenant).search(question, audiences=("public",), limit=PASSAGES)
        return await asyncio.to_thread(self._answer, tenant, question, found)

    async def contents(self, tenant: str, most: int, known: str) -> tuple[str, tuple[Passage, ...]]:
        return await self.retriever(tenant).contents(most, known)

    def retriever(self, tenant: str) -> HandbookRetriever:
        return self._retrievers[tenant]

    async def close(self) -> None:
        await self._vectors.close()
