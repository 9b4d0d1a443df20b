"""Lexical indexes, kept centrally: one blob per tenant and collection."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from store.database import Database
from store.tables import indexes


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
