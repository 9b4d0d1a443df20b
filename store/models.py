"""Intent models under the digest of what they learned from, and which of them is in force."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound
from core.learning import Example, ModelVersion, StoredModel
from store.activations import Activations
from store.database import clean
from store.examples import example_of
from store.tables_learning import examples, model_activations, models

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class Models(Activations):
    """Implements ``core.learning.ModelShelf``."""

    table, what, act = model_activations, "model", "intents activate"

    async def accepted(self, tenant: str) -> tuple[Example, ...]:
        """Every accepted example, oldest first."""
        taken = (examples.c.tenant == tenant, examples.c.status == "accepted")
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(select(examples).where(*taken).order_by(examples.c.created_at, examples.c.id))).all()
        return tuple(example_of(row) for row in rows)

    async def put(
        self, tenant: str, version: str, *, content: dict[str, Any], examples: Sequence[str], utterances: int, blob: bytes, author: str
    ) -> None:
        """Keep it; keeping it again changes nothing."""
        made = {"content": content, "examples": list(examples), "utterances": utterances, "blob": blob}
        row = {"tenant": tenant, "version": version, "author": clean(author), "created_at": self._clock.now(), **made}
        async with self._database.transaction(tenant) as db:
            await db.execute(insert(models).values(row).on_conflict_do_nothing())

    async def get(self, tenant: str, version: str) -> StoredModel:
        """Raises NotFound."""
        mine = (models.c.tenant == tenant, models.c.version == clean(version))
        query = select(models.c.content, models.c.examples, models.c.blob).where(*mine)
        async with self._database.transaction(tenant) as db:
            row: Any = (await db.execute(query)).one_or_none()
        if row is None:
            raise NotFound(what="model", id=version)
        return StoredModel(row.content, tuple(row.examples), bytes(row.blob))

    async def list(self, tenant: str) -> tuple[ModelVersion, ...]:
        """Newest first."""
        of = models.c
        columns = (of.version, of.author, of.created_at, of.utterances, of.lost, func.cardinality(of.examples).label("examples"))
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(select(*columns).where(of.tenant == tenant).order_by(of.created_at.desc(), of.version))).all()
            known = await self._rows(db, tenant)
        active = known[-1].version if known else None
        return tuple(ModelVersion.model_validate({**row._asdict(), "active": row.version == active}) for row in rows)

    async def _check(self, db: "AsyncConnection", tenant: str, version: str) -> None:
        if not await db.scalar(select(models.c.version).where(models.c.tenant == tenant, models.c.version == clean(version))):
            raise NotFound(what="model", id=version)
