"""The handbooks of all companies served: one Chroma server, a retriever each."""

from collections.abc import Callable, Mapping
from pathlib import Path

from core.company import Company
from core.ports import Clock, Encoder, Indexes
from core.types import Answer, Passage
from knowledge.chroma import Vectors
from knowledge.index import HandbookRetriever
from knowledge.ingest import Ingestion

Answerer = Callable[[str, tuple[Passage, ...], str], Answer]
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
        self._companies, self._encoder, self._indexes, self._answer = companies, encoder, indexes, answer
        self._vectors = Vectors(data=data, url=url)
        self._retrievers = {
            tenant: HandbookRetriever(tenant, encoder=encoder, vectors=self._vectors, indexes=indexes, clock=clock) for tenant in companies
        }

    async def ingest(self, tenant: str, progress: Callable[[str], None]) -> dict[str, object]:
        """Bring the index up to the handbook; what the run did, as counts, and the pages skipped with the reason."""
        company = self._companies[tenant]
        run = Ingestion(company.handbook, tenant, encoder=self._encoder, vectors=self._vectors, indexes=self._indexes)
        report = await run.run()
        news = (
            f"{report.added} new, {report.changed} changed, {report.removed} removed" if report.embedded or report.removed else "unchanged"
        )
        progress(f"handbook of {company.profile.name}: {report.pages} pages, {report.chunks} passages, {news}")
        return report.model_dump()

    async def ask(self, tenant: str, question: str) -> Answer:
        passages = await self.retriever(tenant).search(question, audiences=("public",), limit=PASSAGES)
        return self._answer(question, passages, self._companies[tenant].profile.default_language)

    def retriever(self, tenant: str) -> HandbookRetriever:
        return self._retrievers[tenant]

    async def close(self) -> None:
        await self._vectors.close()
