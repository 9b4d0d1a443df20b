"""Which version of something decides: who put which in force, one after the other. Rows are added, never changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Table, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from core.errors import Conflict
from core.ports import Clock
from core.views import Activation
from store.database import Database, clean

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BEFORE_ANY = "decided until then, from the company folder"

# One after the other for each tenant, so that the order of the rows is the order in which they came into force.
TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('usher.' || :what || ' ' || :tenant, 0))")


class Activations:
    """Of the versions that a repository keeps, the one in force; ``table`` has who put which there, ``what`` and ``act`` name it to people.

    A roll-back undoes the latest activation that has not been undone yet: after A, B and C it leads to B, the next one to A, and none
    leads further; after another activation it leads to what was in force before that one.
    """

    table: ClassVar[Table]
    what: ClassVar[str]
    act: ClassVar[str]

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def _check(self, db: "AsyncConnection", tenant: str, version: str) -> object:
        """Raises NotFound for a version that is not kept."""
        raise NotImplementedError

    async def active(self, tenant: str) -> str | None:
        """The version in force; None while none was ever put in force."""
        return (await self.in_force([tenant])).get(tenant)

    async def in_force(self, tenants: Sequence[str]) -> dict[str, str]:
        """Tenant → version, for those tenants that ever put one in force."""
        of = self.table.c
        latest = select(of.tenant, of.version).distinct(of.tenant).where(of.tenant.in_(tenants)).order_by(of.tenant, of.id.desc())
        try:
            async with self._database.statement() as db:
                return {row.tenant: row.version for row in await db.execute(latest)}
        except ProgrammingError:  # a database that has not been upgraded yet: nothing can have been put in force
            return {}

    async def activate(self, tenant: str, version: str, *, person: str, reason: str = "", instead_of: str | None = None) -> Activation:
        """Put it in force; what is in force already stays so, without another row.

        ``instead_of`` names the stored version that decided while none had been put in force: it is entered first, so that a roll-back
        leads there. Raises NotFound.
        """
        async with self._database.transaction(tenant) as db:
            await db.execute(TURNS, {"what": self.table.name, "tenant": tenant})
            await self._check(db, tenant, version)
            known = await self._rows(db, tenant)
            if known and known[-1].version == version:
                return _activation(known[-1], latest=True)
            if not known and instead_of not in (None, version):
                await self._enter(db, tenant, instead_of, "activated", person, BEFORE_ANY)
            return await self._enter(db, tenant, version, "activated", person, reason)

    async def before(self, tenant: str) -> str:
        """The version that a roll-back leads to. Raises Conflict when there is none."""
        async with self._database.transaction(tenant) as db:
            return self._before(await self._rows(db, tenant))

    async def rollback(self, tenant: str, *, person: str, reason: str = "", to: str | None = None) -> Activation:
        """Put what ``before`` names in force again; with ``to``, only when that is it. Raises Conflict."""
        async with self._database.transaction(tenant) as db:
            await db.execute(TURNS, {"what": self.table.name, "tenant": tenant})
            version = self._before(await self._rows(db, tenant))
            if to not in (None, version):
                raise Conflict(problem=f"somebody else was first: a roll-back leads to {version} now")
            return await self._enter(db, tenant, version, "rolled_back", person, reason)

    async def history(self, tenant: str) -> tuple[Activation, ...]:
        """Every activation, newest first."""
        async with self._database.transaction(tenant) as db:
            rows = await self._rows(db, tenant)
        return tuple(_activation(row, latest=row is rows[-1]) for row in reversed(rows))

    async def _enter(self, db: "AsyncConnection", tenant: str, version: str | None, kind: str, person: str, reason: str) -> Activation:
        row = {"version": version, "kind": kind, "person": clean(person), "reason": clean(reason), "at": self._clock.now()}
        entered = await db.execute(insert(self.table).values(tenant=tenant, **row).returning(self.table))
        return _activation(entered.one(), latest=True)

    async def _rows(self, db: "AsyncConnection", tenant: str) -> Sequence[Any]:
        return (await db.execute(select(self.table).where(self.table.c.tenant == tenant).order_by(self.table.c.id))).all()

    def _before(self, rows: Sequence[Any]) -> str:
        """Every activation goes on top of a pile, and a roll-back takes the top off: what is below it then."""
        pile: list[str] = []
        for row in rows:
            if row.kind == "activated":
                pile.append(row.version)
            else:
                pile.pop()
        if len(pile) < 2:
            none, first = f"no {self.what} has been put in force yet: {self.act} does", f"no {self.what} was in force before this one"
            raise Conflict(problem=first if pile else none)
        return pile[-2]


def _activation(row: Any, *, latest: bool) -> Activation:
    named = {name: getattr(row, name) for name in ("version", "kind", "person", "reason", "at")}
    return Activation.model_validate({**named, "in_force": latest})
