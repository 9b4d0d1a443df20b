"""Deputies: who decides in an absent person's place, from when until when."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Forbidden, NotFound
from core.ports import Approvers, Clock
from core.views import Delegation
from store.database import Database, clean, new_id
from store.tables import delegations


class Delegations:
    """``approvers`` is the policy's word on who may stand in for whom."""

    def __init__(self, database: Database, *, clock: Clock, approvers: Approvers) -> None:
        self._database, self._clock, self._approvers = database, clock, approvers

    async def add(self, tenant: str, *, person: str, deputy: str, starts_at: datetime, ends_at: datetime, by: str) -> Delegation:
        """From ``starts_at`` until ``ends_at`` ``deputy`` decides what ``person`` may decide; what reaches a deputy goes no further.

        Who settles it for somebody else must lead, and can give it neither to themselves nor to somebody who stands lower.

        Raises:
            NotFound: one of them is not in the roster.
            Forbidden: ``by`` may not settle it, or the deputy not have it.
            Conflict: it ends before it begins or before now, or a person would stand in for themselves.
        """
        now = self._clock.now()
        for id in (person, deputy):
            if not self._approvers.knows(tenant, id):
                raise NotFound(what="person in the roster", id=id)
        if by != person:
            self._check_settles(tenant, person, deputy, by)
        if person == deputy:
            raise Conflict(problem=f"{person} cannot stand in for {person}")
        if ends_at <= max(starts_at, now):
            raise Conflict(problem="a delegation must end after it begins, and not in the past")
        row = {"id": new_id("d"), "tenant": tenant, "person": clean(person), "deputy": clean(deputy), "starts_at": starts_at}
        values = row | {"ends_at": ends_at, "created_by": by, "created_at": now}
        async with self._database.transaction(tenant) as db:
            return _delegation((await db.execute(insert(delegations).values(values).returning(delegations))).one())

    def _check_settles(self, tenant: str, person: str, deputy: str, by: str) -> None:
        refused = self._approvers.refusal_of_deputy(tenant, person, deputy)
        if not self._approvers.leads(tenant, by):
            raise Forbidden(who=by, problem=f"may not settle who stands in for {person}")
        if deputy == by or refused:
            raise Forbidden(who=deputy, problem=f"cannot stand in for {person} on {by}'s word: {refused or 'nobody appoints themselves'}")

    async def list(self, tenant: str) -> tuple[Delegation, ...]:
        """Those that have not ended, revoked ones left out, the first to begin first."""
        columns = delegations.c
        open = (columns.tenant == tenant, columns.revoked_at.is_(None), columns.ends_at > self._clock.now())
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(select(delegations).where(*open).order_by(columns.starts_at, columns.id))).all()
        return tuple(_delegation(row) for row in rows)

    async def get(self, tenant: str, id: str) -> Delegation:
        """Also one that has ended.

        Raises:
            NotFound: the tenant has no such delegation.
        """
        which = (delegations.c.tenant == tenant, delegations.c.id == clean(id))
        async with self._database.transaction(tenant) as db:
            row = (await db.execute(select(delegations).where(*which))).one_or_none()
        if row is None:
            raise NotFound(what="delegation", id=id)
        return _delegation(row)

    async def revoke(self, tenant: str, id: str) -> Delegation:
        """It ends now.

        Raises:
            NotFound: the tenant has no such delegation.
        """
        which = (delegations.c.tenant == tenant, delegations.c.id == clean(id))
        async with self._database.transaction(tenant) as db:
            await db.execute(update(delegations).where(*which, delegations.c.revoked_at.is_(None)).values(revoked_at=self._clock.now()))
        return await self.get(tenant, id)


def _delegation(row: Any) -> Delegation:
    return Delegation.model_validate({name: getattr(row, name) for name in Delegation.model_fields})
