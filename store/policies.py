"""Policies under the digest of what they say, and who put which in force when. Rows are added, never changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from core.digest import policy_version
from core.errors import Conflict, NotFound, Unavailable
from core.ports import Clock, StoredPolicy
from core.views import Activation
from store.database import Database, clean
from store.tables import activations, policies

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BEFORE_ANY = "decided until then, from the company folder"

# One after the other for each tenant, so that the order of the rows is the order in which they came into force.
TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('usher.activations ' || :tenant, 0))")
IN_FORCE = text("SELECT DISTINCT ON (tenant) tenant, version FROM activations WHERE tenant = ANY(:tenants) ORDER BY tenant, id DESC")


class Policies:
    """Implements ``core.ports.Shelf``.

    A roll-back undoes the latest activation that has not been undone yet: after A, B and C it leads to B, the next one to A, and none
    leads further; after another activation it leads to what was in force before that one.
    """

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def put(self, tenant: str, text: str, roster: dict[str, object], author: str) -> str:
        """Keep it; its version. Keeping it again changes nothing."""
        version = policy_version(text, roster)
        row = {"tenant": tenant, "version": version, "text": text, "roster": roster}
        async with self._database.transaction(tenant) as db:
            await db.execute(insert(policies).values(**row, author=clean(author), created_at=self._clock.now()).on_conflict_do_nothing())
            await _read(db, tenant, version)
        return version

    async def get(self, tenant: str, version: str) -> StoredPolicy:
        """Raises NotFound, and Unavailable where what is stored is not what was put."""
        async with self._database.transaction(tenant) as db:
            return await _read(db, tenant, version)

    async def active(self, tenant: str) -> str | None:
        """The version in force; None while none was ever put in force."""
        return (await self.in_force([tenant])).get(tenant)

    async def in_force(self, tenants: Sequence[str]) -> dict[str, str]:
        """Tenant → version, for those tenants that ever put one in force."""
        try:
            async with self._database.statement() as db:
                return {row.tenant: row.version for row in await db.execute(IN_FORCE, {"tenants": list(tenants)})}
        except ProgrammingError:  # a database that has not been upgraded yet: nothing can have been put in force
            return {}

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "", instead_of: str | None = None) -> Activation:
        """Put it in force; what is in force already stays so, without another row.

        ``instead_of`` names the stored version that decided while none had been put in force: it is entered first, so that a roll-back
        leads there. Raises NotFound.
        """
        async with self._database.transaction(tenant) as db:
            await db.execute(TURNS, {"tenant": tenant})
            await _read(db, tenant, version)
            known = await _rows(db, tenant)
            if known and known[-1].version == version:
                return _activation(known[-1], latest=True)
            if not known and instead_of not in (None, version):
                await self._enter(db, tenant, instead_of, "activated", person, BEFORE_ANY)
            return await self._enter(db, tenant, version, "activated", person, reason)

    async def before(self, tenant: str) -> str:
        """The version that a roll-back leads to. Raises Conflict when there is none."""
        async with self._database.transaction(tenant) as db:
            return _before(await _rows(db, tenant))

    async def rollback(self, tenant: str, *, person: str, reason: str = "", to: str | None = None) -> Activation:
        """Put what ``before`` names in force again; with ``to``, only when that is it. Raises Conflict."""
        async with self._database.transaction(tenant) as db:
            await db.execute(TURNS, {"tenant": tenant})
            version = _before(await _rows(db, tenant))
            if to not in (None, version):
                raise Conflict(problem=f"somebody else was first: a roll-back leads to {version} now")
            return await self._enter(db, tenant, version, "rolled_back", person, reason)

    async def history(self, tenant: str) -> tuple[Activation, ...]:
        """Every activation, newest first."""
        async with self._database.transaction(tenant) as db:
            rows = await _rows(db, tenant)
        return tuple(_activation(row, latest=row is rows[-1]) for row in reversed(rows))

    async def _enter(self, db: "AsyncConnection", tenant: str, version: str | None, kind: str, person: str, reason: str) -> Activation:
        row = {"version": version, "kind": kind, "person": clean(person), "reason": clean(reason), "at": self._clock.now()}
        entered = await db.execute(insert(activations).values(tenant=tenant, **row).returning(activations))
        return _activation(entered.one(), latest=True)


async def _read(db: "AsyncConnection", tenant: str, version: str) -> StoredPolicy:
    query = select(policies.c.text, policies.c.roster).where(policies.c.tenant == tenant, policies.c.version == version)
    row: Any = (await db.execute(query)).one_or_none()
    if row is None:
        raise NotFound(what="policy", id=version)
    if policy_version(row.text, row.roster) != version:
        raise Unavailable(what=f"policy {version}", problem="what is stored under this digest is something else")
    return StoredPolicy(row.text, row.roster)


async def _rows(db: "AsyncConnection", tenant: str) -> Sequence[Any]:
    return (await db.execute(select(activations).where(activations.c.tenant == tenant).order_by(activations.c.id))).all()


def _before(rows: Sequence[Any]) -> str:
    """Every activation goes on top of a pile, and a roll-back takes the top off: what is below it then."""
    pile: list[str] = []
    for row in rows:
        if row.kind == "activated":
            pile.append(row.version)
        else:
            pile.pop()
    if len(pile) < 2:
        nothing = "no policy was in force before this one" if pile else "no policy has been put in force yet: policy activate does"
        raise Conflict(problem=nothing)
    return pile[-2]


def _activation(row: Any, *, latest: bool) -> Activation:
    named = {name: getattr(row, name) for name in ("version", "kind", "person", "reason", "at")}
    return Activation.model_validate({**named, "in_force": latest})
