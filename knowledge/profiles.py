"""Every company's systems of record: their files read as they change, what others push, and the profile that it all comes to."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.clock import SystemClock
from core.company import Company, Record
from core.errors import Conflict, InvalidFile, NotFound, UsherError
from core.looking import looking
from core.ports import Clock, FactStore
from core.profile import About, Profile, Recorded, Statement, address_key, is_address, merge
from knowledge.crm import A_MOMENT, impossible
from knowledge.directory import RecordDirectory
from knowledge.files import read_bytes
from knowledge.records import read_record

log = logging.getLogger("usher.knowledge.records")
Progress = Callable[[str], None]
Stamp = tuple[int, int]
Sources = Callable[[str], Mapping[str, Sequence[str]]]


class InvalidFact(UsherError):
    """A statement that no record can have made; nothing of what it came with was recorded."""

    status = 422

    def __init__(self, *, record: str, fact: str, problem: str) -> None:
        super().__init__(f"{record}: {fact}: observed_at: {problem}")


class FileRecord:
    """One file of record of one company, read again when it changes.

    What it states is recorded when it is read, never earlier, so that nothing is known before it was. A file that breaks while the
    product runs leaves in force what it stated before.
    """

    def __init__(self, tenant: str, record: Record, path: Path, store: FactStore, clock: Clock) -> None:
        self._tenant, self._name, self._path, self._store, self._clock = tenant, record.name, path, store, clock
        self._stamp: Stamp | None = None
        self._reading = asyncio.Lock()

    async def refresh(self, progress: Progress | None = None) -> None:
        """Read the file if it has changed since. While somebody else reads it, what it stated before stays in force.

        Raises:
            InvalidFile: it cannot be used, and never could.
        """
        if self._stamp is not None and (self._stamp == _stamp(self._path) or self._reading.locked()):
            return
        async with self._reading:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                await self._read(progress)
                self._stamp = stamp

    async def _read(self, progress: Progress | None) -> None:
        now = self._clock.now()
        known = await self._store.content(self._tenant, self._name, now)
        try:
            content = await asyncio.to_thread(_digest, self._path)
            if content != known:
                self._tell(progress, f"{self._path.name}: reading what changed" if known else f"{self._path.name}: reading it")
                told = await self._store.replace(self._tenant, self._name, self._statements(), now, content=content)
                self._tell(progress, f"{self._path.name}: {_counts(told)}")
            else:
                self._tell(progress, f"{self._path.name}: unchanged")
        except InvalidFile as error:
            if known is None:
                raise
            log.warning("%s cannot be used since it changed (line %s); what it stated before stays in force", error.file, error.line)

    def _statements(self) -> Iterator[Statement]:
        """A clock that is set back (``--at``) makes no row of today one of the future."""
        return read_record(self._name, self._path, max(self._clock.now(), SystemClock().now()))

    async def was_read(self, at: datetime) -> bool:
        return await self._store.content(self._tenant, self._name, at) is not None

    async def about(self, about: About, keys: Collection[str], at: datetime) -> list[Statement]:
        """What the file states of these, observed by then."""

        def find() -> list[Statement]:
            return [said for said in self._statements() if said.about == about and said.key in keys and (said.observed_at or at) <= at]

        return await asyncio.to_thread(find)

    @staticmethod
    def _tell(progress: Progress | None, news: str) -> None:
        if progress is not None:
            progress(news)


class Files:
    """All files of record of one company. Implements ``knowledge.directory.Refreshed``."""

    def __init__(self, records: Sequence[FileRecord]) -> None:
        self._records = records

    async def refresh(self, progress: Progress | None = None) -> None:
        """Nothing while somebody only looks. Raises InvalidFile as ``FileRecord.refresh``."""
        for record in () if looking() else self._records:
            await record.refresh(progress)

    async def unread(self, contact: str, at: datetime, known: Sequence[Statement]) -> tuple[Statement, ...]:
        if not looking():
            return ()
        fresh = [record for record in self._records if not await record.was_read(at)]
        own = [said for record in fresh for said in await record.about("contact", {contact}, at)]
        employers = {str(said.value) for said in (*known, *own) if said.name == "account" and said.value is not None}
        return (*own, *[said for record in fresh for said in await record.about("account", employers, at)])


class Profiles:
    """``core.services.Profiles``. ``sources``: tenant → field → records, the best first, by the policy in force."""

    def __init__(self, companies: Mapping[str, Company], store: FactStore, *, clock: Clock, sources: Sources) -> None:
        self._companies, self._store, self._clock, self._sources = companies, store, clock, sources
        self._files = {tenant: self._files_of(company) for tenant, company in companies.items()}

    def _files_of(self, company: Company) -> Files:
        """A company that says nothing of records and has no crm.csv knows nobody, which is no error."""
        if "records" not in company.profile.model_fields_set and not company.crm.exists():
            return Files(())
        stated = [(record, company.folder / record.file) for record in company.profile.records if record.file]
        return Files([FileRecord(company.id, record, path, self._store, self._clock) for record, path in stated])

    def directory(self, tenant: str, sources: Mapping[str, Sequence[str]]) -> RecordDirectory:
        """What senders are looked up in, under a policy that trusts ``sources``."""
        profile, order = self._companies[tenant].profile, self._order(tenant)
        return RecordDirectory(tenant, self._store, self._files[tenant], domains=profile.domains, order=order, sources=sources)

    async def refresh(self, tenant: str, progress: Progress | None = None) -> None:
        await self._files[tenant].refresh(progress)

    async def look(self) -> None:
        """Read what changed while nobody wrote, so that the next turn knows it. A file that cannot be used is the turn's to report."""
        for tenant, files in self._files.items():
            try:
                await files.refresh()
            except UsherError as error:
                log.debug("%s: %s", tenant, type(error).__name__)

    async def show(self, tenant: str, email: str, as_of: datetime | None = None) -> Profile:
        contact = address_key(email)
        said = await self._store.known(tenant, contact, as_of or self._clock.now()) if is_address(contact) else ()
        profile = merge(contact, said, self._sources(tenant), self._order(tenant))
        if not profile.fields:
            raise NotFound(what="profile of", id=email)
        return profile

    async def push(self, tenant: str, record: str, statements: Sequence[Statement]) -> Recorded:
        """Also raises InvalidFact: observed at no possible time."""
        self._pushed(tenant, record)
        now = self._clock.now()
        for said in statements:
            if said.observed_at and (problem := impossible(said.observed_at, now, A_MOMENT)):
                raise InvalidFact(record=record, fact=said.name, problem=problem)
        return await self._add(tenant, record, statements, now)

    async def read_file(self, tenant: str, record: str, path: Path) -> Recorded:
        self._pushed(tenant, record)
        now = self._clock.now()
        return await self._add(tenant, record, read_record(record, path, now), now)

    async def _add(self, tenant: str, record: str, statements: Iterable[Statement], now: datetime) -> Recorded:
        """What says nothing of when it was observed was observed now."""
        dated = (said._replace(record=record, observed_at=said.observed_at or now) for said in statements)
        return await self._store.record(tenant, record, dated, now)

    def _order(self, tenant: str) -> tuple[str, ...]:
        return tuple(record.name for record in self._companies[tenant].profile.records)

    def _pushed(self, tenant: str, name: str) -> None:
        record = next((each for each in self._companies[tenant].profile.records if each.name == name), None)
        if record is None:
            raise NotFound(what="record of company.yaml", id=name)
        if record.file:
            raise Conflict(problem=f"{name} is read from {record.file}: change that file, and it is read again")


def _stamp(path: Path) -> Stamp:
    """What changes with the file; a missing one has a stamp, too."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()


def _counts(told: Recorded | None) -> str:
    if told is None:
        return "unchanged"
    return f"{told.stated:,} statements, {told.appended:,} new, {told.retracted:,} no longer hold"
