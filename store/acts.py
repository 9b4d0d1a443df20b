"""Acts: who did what, and what they were refused. Rows are added, never changed."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.ports import Clock
from core.views import Act
from store.database import Database, clean
from store.tables import acts

# What an id looks like; anything else in its place could be somebody's name or address, and is not written down.
ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class Acts:
    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def record(self, tenant: str, *, person: str, token_id: str | None, action: str, subject: str, outcome: str) -> None:
        """One act, now. ``outcome`` is an HTTP status, on the command line too: 200 done, 403 refused, and so on."""
        named = {"person": clean(person), "token_id": token_id, "action": clean(action), "outcome": outcome}
        known = subject if ID.fullmatch(subject) else ""
        async with self._database.transaction(tenant) as db:
            await db.execute(insert(acts).values(tenant=tenant, at=self._clock.now(), subject=known, **named))

    async def list(self, tenant: str, *, limit: int = 100) -> tuple[Act, ...]:
        """Newest first."""
        query = select(acts).where(acts.c.tenant == tenant).order_by(acts.c.id.desc()).limit(limit)
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(query)).all()
        return tuple(_act(row) for row in rows)


def _act(row: Any) -> Act:
    return Act.model_validate({name: getattr(row, name) for name in Act.model_fields})
