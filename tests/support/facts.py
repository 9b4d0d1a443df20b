"""Facts in memory, with the store's own promises: for what needs no database."""

from collections.abc import Iterable
from datetime import datetime

from core.profile import Recorded, Statement


class MemoryFacts:
    """``core.ports.FactStore`` of one tenant."""

    def __init__(self) -> None:
        self.rows: list[Statement] = []
        self._contents: list[tuple[str, str, datetime]] = []

    async def known(self, tenant: str, contact: str, as_of: datetime) -> tuple[Statement, ...]:
        own = [each for each in self._latest(as_of) if each.about == "contact" and each.key == contact]
        accounts = {each.value for each in own if each.name == "account"}
        return (*own, *(each for each in self._latest(as_of) if each.about == "account" and each.key in accounts))

    async def record(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime) -> Recorded:
        said = list(statements)
        before = self._latest(at)
        self.rows += [each for each in (one._replace(recorded_at=at) for one in said) if not any(_same(each, one) for one in before)]
        return Recorded(stated=len(said), appended=len(self.rows) - len(before))

    async def replace(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime, *, content: str) -> Recorded | None:
        if await self.content(tenant, record, at) == content:
            return None
        said = sorted(statements, key=lambda each: (each.observed_at is not None, each.observed_at))
        latest = {(each.about, each.key, each.name): each for each in said}
        gone = [each for each in self._latest(at) if each.record == record and (each.about, each.key, each.name) not in latest]
        self.rows += [each._replace(value=None, recorded_at=at) for each in gone]
        self._contents.append((record, content, at))
        return await self.record(tenant, record, latest.values(), at)

    async def content(self, tenant: str, record: str, as_of: datetime) -> str | None:
        return next((content for name, content, at in reversed(self._contents) if name == record and at <= as_of), None)

    def _latest(self, as_of: datetime) -> list[Statement]:
        known = {
            (each.about, each.key, each.name, each.record): each
            for each in self.rows
            if each.recorded_at and each.recorded_at <= as_of and not (each.observed_at and each.observed_at > as_of)
        }
        return list(known.values())


def _same(one: Statement, other: Statement) -> bool:
    return one._replace(recorded_at=None) == other._replace(recorded_at=None)
