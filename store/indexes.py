"""Lexical indexes, kept centrally: one blob per tenant and collection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from store.database import Database
from store.tables import indexes

LOCK = text("SELECT pg_advisory_lock(hashtextextended('usher.' || :work || ' ' || :tenant, 0))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('usher.' || :work || ' ' || :tenant, 0))")


class Indexes:
    """Implements ``core.ports.Indexes``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self, tenant: str, collection: str) -> str | None:
        query = select(indexes.c.version).where(indexes.c.tenant == tenant, indexes.c.collection == collection)
        async with self._database.transaction(tenant) as db:
            version: str | None = await db.scalar(query)
            return version

    async def read(self, tenant: str, collection: str) -> tuple[str, bytes] | None:
        query = select(indexes.c.version, indexes.c.blob).where(indexes.c.tenant == tenant, indexes.c.collection == collection)
        async with self._database.transaction(tenant) as db:
            row = (await db.execute(query)).one_or_none()
        return None if row is None else (row.version, bytes(row.blob))

    async def write(self, tenant: str, collection: str, version: str, blob: bytes) -> None:
        new = insert(indexes).values(tenant=tenant, collection=collection, version=version, blob=blob)
        query = new.on_conflict_do_update(index_elements=["tenant", "collection"], set_={"version": version, "blob": blob})
        async with self._database.transaction(tenant) as db:
            await db.execute(query)

    @asynccontextmanager
    async def alone(self, tenant: str, work: str) -> AsyncIterator[None]:
        """On a connection of its own, outside any transaction; the server lets go when the process or the connection ends."""
        place = {"work": work, "tenant": tenant}
        async with self._database.statement() as db:
            await db.execute(LOCK, place)
            try:
                yield
            finally:
                await db.execute(UNLOCK, place)
