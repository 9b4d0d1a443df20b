"""Policies under the digest of what they say, and which of them is in force. Rows are added, never changed."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.digest import policy_version
from core.errors import NotFound, Unavailable
from core.ports import StoredPolicy
from store.activations import Activations
from store.database import clean
from store.tables import activations, policies

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class Policies(Activations):
    """Implements ``core.ports.Shelf``."""

    table, what, act = activations, "policy", "policy activate"

    async def put(self, tenant: str, text: str, roster: dict[str, object], author: str) -> str:
        """Keep it; its version. Keeping it again changes nothing."""
        version = policy_version(text, roster)
        row = {"tenant": tenant, "version": version, "text": text, "roster": roster}
        async with self._database.transaction(tenant) as db:
            await db.execute(insert(policies).values(**row, author=clean(author), created_at=self._clock.now()).on_conflict_do_nothing())
            await self._check(db, tenant, version)
        return version

    async def get(self, tenant: str, version: str) -> StoredPolicy:
        """Raises NotFound, and Unavailable where what is stored is not what was put."""
        async with self._database.transaction(tenant) as db:
            return await self._check(db, tenant, version)

    async def _check(self, db: "AsyncConnection", tenant: str, version: str) -> StoredPolicy:
        query = select(policies.c.text, policies.c.roster).where(policies.c.tenant == tenant, policies.c.version == version)
        row: Any = (await db.execute(query)).one_or_none()
        if row is None:
            raise NotFound(what="policy", id=version)
        if policy_version(row.text, row.roster) != version:
            raise Unavailable(what=f"policy {version}", problem="what is stored under this digest is something else")
        return StoredPolicy(row.text, row.roster)
