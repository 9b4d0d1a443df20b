"""The policies of the companies served, by version: what is in force, and what decided some turn. Loaded on demand, never changed."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from core.company import Company, Roster
from core.digest import written
from core.errors import InvalidFile, UsherError
from core.ports import Shelf
from core.views import Activation, PolicyInForce
from core.worktime import Calendar
from policy.calendars import calendars
from policy.loading.load import Compiled, load

log = logging.getLogger("usher.policy")
FOLLOW_S = 1.0
T = TypeVar("T")


class Edition(NamedTuple):
    """A version ready for use: the policy, the people that it names, and its queues' working time."""

    compiled: Compiled
    roster: Roster
    calendars: dict[str, Calendar]
    text: str


class Library:
    """Implements ``core.services.Policies``. ``shelf`` gives None for a command without a database: the folder decides there.

    What is in force is known here as of the last ``refresh``; a turn says itself which version decides it.
    """

    def __init__(self, companies: Mapping[str, Company], shelf: Callable[[], Shelf | None]) -> None:
        self._companies, self._find_shelf = companies, shelf
        self._folders: dict[str, Edition] = {}
        self._kept: dict[tuple[str, str], Edition] = {}
        self._active: dict[str, str] = {}
        self._trouble: dict[str, UsherError] = {}
        self.policies: Mapping[str, Compiled] = _Live(companies, lambda tenant: self.current(tenant).compiled)
        self.rosters: Mapping[str, Roster] = _Live(companies, lambda tenant: self.current(tenant).roster)

    def folder(self, tenant: str) -> Edition:
        """As the company folder says. Raises InvalidFile."""
        if tenant not in self._folders:
            company = self._companies[tenant]
            self._folders[tenant] = _edition(company, company.policy_text, company.policy_file, company.roster)
        return self._folders[tenant]

    def current(self, tenant: str) -> Edition:
        """What is in force. Raises what is wrong with it."""
        if trouble := self._trouble.get(tenant):
            raise trouble.with_traceback(None)
        version = self._active.get(tenant)
        return self._kept[tenant, version] if version else self.folder(tenant)

    def usable(self) -> dict[str, Compiled]:
        """Tenant → what is in force, of those where it can be used: what is wrong with one company's is not the others' trouble."""
        return {tenant: self.current(tenant).compiled for tenant in self._companies if tenant not in self._trouble}

    def calendars(self, tenant: str) -> dict[str, Calendar]:
        """Queue → working time. They tell no authority, so those of the folder do where the version in force cannot be used."""
        return (self.folder if tenant in self._trouble else self.current)(tenant).calendars

    async def edition(self, tenant: str, version: str | None) -> Edition:
        """That version; None: the folder's.

        Raises:
            InvalidFile: it does not fit the company's intents any more.
            NotFound, Unavailable: it was never kept, or is not what was kept.
        """
        folder = self.folder(tenant)
        if version in (None, folder.compiled.version):
            return folder
        assert version is not None  # noqa: S101
        if (tenant, version) not in self._kept:
            text, people = await self.shelf.get(tenant, version)
            made = await asyncio.to_thread(_edition, self._companies[tenant], text, f"policy {version}", _roster(version, people))
            self._kept[tenant, version] = made
        return self._kept[tenant, version]

    @property
    def shelf(self) -> Shelf:
        found = self._find_shelf()
        if found is None:
            raise RuntimeError("this command was opened without a database")
        return found

    # ------------------------------------------------------------ what is in force

    async def refresh(self) -> None:
        """Look up what is in force, one query for all tenants. A version that cannot be used is logged once, and raised by ``current``."""
        for tenant, version in (await self.shelf.in_force(list(self._companies))).items():
            if version != self._active.get(tenant) or tenant in self._trouble:
                await self._put_in_force(tenant, version)

    async def _put_in_force(self, tenant: str, version: str) -> None:
        try:
            self._kept[tenant, version] = await self.edition(tenant, version)
        except UsherError as error:
            if str(error) != str(self._trouble.get(tenant)):
                log.error("%s: the policy in force cannot be used: %s", tenant, error)  # noqa: TRY400 - the sentence says it all
            self._trouble[tenant] = error
        else:
            self._active[tenant] = version
            self._trouble.pop(tenant, None)

    async def follow(self) -> None:
        """Notice within a second what other processes put in force, until cancelled."""
        while True:
            try:
                await self.refresh()
            except UsherError as error:
                log.warning("what is in force is not known anew: %s", error)
            await asyncio.sleep(FOLLOW_S)

    async def begin(self, tenant: str) -> None:
        """Keep the folder's version, so that whatever it decides can be read and resumed by it later. Raises what is wrong with ours."""
        await self._keep(tenant)
        self.current(tenant)

    def differs(self, tenant: str) -> str | None:
        """What to say to somebody when the company folder is not what decides; None while it is."""
        version, folder = self._active.get(tenant), self.folder(tenant).compiled.version
        if version in (None, folder):
            return None
        file = self._companies[tenant].policy_file
        text = self._kept[tenant, version or ""].text
        what = f"{file} differs" if text != self._companies[tenant].policy_text else "roster.yaml differs"
        return f"{what} from the version in force {version}: policy activate puts it in force"

    async def state(self, tenant: str) -> PolicyInForce:
        """What is in force, and how it came to be."""
        await self.refresh()
        now, folder = self.current(tenant), self.folder(tenant).compiled.version
        return PolicyInForce(
            version=now.compiled.version,
            activated=tenant in self._active,
            folder=folder,
            summary=self.summary(tenant),
            history=await self.shelf.history(tenant),
        )

    def summary(self, tenant: str) -> dict[str, int]:
        """Counts of what is in force."""
        policy, roster = self.current(tenant).compiled.policy, self.current(tenant).roster
        parts = {"rules": policy.rules, "guards": policy.guards, "queues": policy.queues, "roles": policy.roles, "people": roster.people}
        return {name: len(part) for name, part in parts.items()}

    async def source(self, tenant: str, version: str | None = None) -> tuple[str, Roster]:
        """Text and people of a version, or of the one in force. Raises NotFound."""
        folder = self.folder(tenant)
        if version is None or version == folder.compiled.version:
            found = self.current(tenant) if version is None else folder
            return found.text, found.roster
        text, people = await self.shelf.get(tenant, version)
        return text, _roster(version, people)

    # ------------------------------------------------------------ acts

    async def activate(self, tenant: str, *, text: str, file: str, person: str, reason: str = "") -> Activation:
        """Check the text against the company's people and intents, keep both, and put them in force; ``file`` names it in errors.

        Raises:
            InvalidFile: it cannot be used; nothing has changed.
        """
        company = self._companies[tenant]
        await asyncio.to_thread(_edition, company, text, file, company.roster)
        version = await self.shelf.put(tenant, text, written(company.roster), person)
        done = await self.shelf.activate(tenant, version, person=person, reason=reason, instead_of=await self._keep(tenant))
        await self.refresh()
        return done

    async def rollback(self, tenant: str, *, person: str, reason: str = "") -> Activation:
        """Put what was in force before the present version in force again; repeated, it goes further back.

        Raises:
            Conflict: nothing was in force before, or somebody else was first.
            InvalidFile: the version from before does not fit the company any more.
        """
        version = await self.shelf.before(tenant)
        await self.edition(tenant, version)
        done = await self.shelf.rollback(tenant, person=person, reason=reason, to=version)
        await self.refresh()
        return done

    async def _keep(self, tenant: str) -> str:
        folder = self.folder(tenant)
        return await self.shelf.put(tenant, folder.text, written(folder.roster), "folder")


def _edition(company: Company, text: str, file: str, roster: Roster) -> Edition:
    """Raises InvalidFile."""
    compiled = load(text, file, roster, company.intents, company.profile)
    return Edition(compiled, roster, calendars(company.profile, compiled.policy, file), text)


def _roster(version: str, people: dict[str, object]) -> Roster:
    try:
        return Roster.model_validate(people)
    except ValidationError as error:
        raise InvalidFile(
            file=f"policy {version}", problem=f"its roster does not fit this version of the product: {error.errors()[0]['msg']}"
        ) from None


class _Live(Mapping[str, T]):
    """What ``find`` gives for each of the tenants at the time of asking."""

    def __init__(self, tenants: Mapping[str, object], find: Callable[[str], T]) -> None:
        self._tenants, self._find = tenants, find

    def __getitem__(self, tenant: str) -> T:
        return self._find(tenant)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tenants)

    def __len__(self) -> int:
        return len(self._tenants)
