"""Composition root: settings → services → commands and web app. It only wires, and nothing else reads the environment."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

from agents.assembly import Assembly
from core.errors import InvalidSetting, UsherError
from core.identity import Identity
from store.stored import Stored

if TYPE_CHECKING:
    from agents.crew import Crew
    from agents.intent.library import IntentLibrary
    from channels.calendar.agendas import Agendas
    from channels.filebox import FileDeliverer
    from core.company import Company, Roster
    from core.deals import PastDeal
    from core.ports import Clock
    from core.receipt import Receipt
    from core.services import Progress
    from core.settings import Settings
    from core.types import Turn
    from core.worktime import Calendar
    from graph.lessons import Lessons
    from graph.router import Router
    from knowledge.directory import RecordDirectory
    from knowledge.encoder import OnnxEncoder
    from knowledge.library import Handbooks
    from knowledge.profiles import Profiles
    from policy.deciding.approvers import Approvers
    from policy.library import Library
    from policy.loading.load import Compiled
    from policy.scoring.scorecard import ScorecardReport
    from store.mailroom import Mailroom
    from store.outbox import Outbox
    from store.personal import PersonalData
    from store.worker import Worker

ROOT = Path(__file__).resolve().parent


class Usher(Stored, Assembly, Identity):
    """``core.services.Services``: each part is made when it is first used."""

    def __init__(self, settings: "Settings", companies: "dict[str, Company]", clock: "Clock", *, deliver: bool = False) -> None:
        self.settings, self.companies, self.clock = settings, companies, clock
        self._deliver = deliver
        self._deals: dict[str, Sequence[PastDeal]] = {}
        self._agendas: dict[tuple[object, ...], Agendas] = {}

    # ------------------------------------------------------------ what is stored

    async def open_database(self, *, fresh: bool) -> None:
        """Connect, start the embedded server where no URL is given, and bring the schema up."""
        from store.database import Database
        from store.migrate import upgrade

        if self.settings.database_url:
            url = self.settings.database_url.get_secret_value()
        else:
            name = self.settings.database
            url = await (self._embedded.fresh(name) if fresh else self._embedded.url(name))
        self._database = Database(url)
        if not self.settings.database_url:
            await upgrade(url)

    @cached_property
    def _embedded(self) -> Any:
        from store.embedded import EmbeddedPostgres

        return EmbeddedPostgres(self.settings.data)

    @cached_property
    def mailroom(self) -> "Mailroom":
        from store.mailroom import Mailroom

        settle = {tenant: company.profile.settle_s for tenant, company in self.companies.items()}
        return Mailroom(self.database, clock=self.clock, settle_s=settle, held=not self._deliver, watches=self.watches)

    @cached_property
    def files(self) -> "FileDeliverer":
        from channels.filebox import FileDeliverer

        return FileDeliverer(self.settings.data / "delivered")

    @cached_property
    def personal_data(self) -> "PersonalData":
        from store.personal import PersonalData

        return PersonalData(self.database, clock=self.clock, forget=self.files, read=self.files)

    @cached_property
    def outbox(self) -> "Outbox":
        from channels.dispatch import dispatchers
        from store.outbox import Outbox

        named, rest = dispatchers(self.settings.dispatch, self.files)
        return Outbox(self.database, clock=self.clock, deliverers=named, default=rest)

    @cached_property
    def worker(self) -> "Worker":
        from store.worker import Worker

        return Worker(
            self.database,
            clock=self.clock,
            handle=self.router.handle,
            resume=self.router.resume,
            fail=self.turns.fail,
            deliver=self.outbox.deliver,
            revive=None if self.settings.database_url else lambda: self._embedded.url(self.settings.database),
            concurrency=self.settings.workers,
            turn_s=60 + 2 * self.settings.llm_timeout_s,
            also=(
                (3600.0, self._forget_what_is_old),
                (5.0, self.profiles.look),
                (1.0, self.library.refresh),
                (1.0, self.intents.refresh),
                (60.0, self.recalibrate),
                (300.0, self._read_calendars),
                (5.0, self.study),
            ),
        )

    async def _forget_what_is_old(self) -> None:
        """Retention by policy; and files whose delivery was under way while they were erased."""
        from policy.jurisdiction import retention
        from store.retention import expire

        policies = {tenant: compiled.policy for tenant, compiled in self.library.usable().items()}
        kept = {tenant: timedelta(seconds=policy.retention) for tenant, policy in policies.items() if policy.retention}
        laws = {tenant: retention(policy) for tenant, policy in policies.items()}
        await expire(self.database, self.clock.now(), kept, self.files, jurisdictions=laws)

    # ------------------------------------------------------------ what is known

    @cached_property
    def encoder(self) -> "OnnxEncoder":
        from knowledge.encoder import OnnxEncoder

        return OnnxEncoder(self.settings.encoder)

    @cached_property
    def knowledge(self) -> "Handbooks":
        from knowledge.library import Handbooks

        return Handbooks(
            self.companies,
            encoder=self.encoder,
            indexes=self.indexes,
            clock=self.clock,
            answer=self.advise,
            data=self.settings.data,
            url=self.settings.chroma_url,
        )

    @cached_property
    def profiles(self) -> "Profiles":
        from knowledge.profiles import Profiles

        return Profiles(self.companies, self.facts, clock=self.clock, sources=lambda tenant: _sources(self.policies[tenant]))

    def directory(self, tenant: str, policy: "Compiled") -> "RecordDirectory":
        return self.profiles.directory(tenant, _sources(policy))

    def deals(self, tenant: str) -> "Sequence[PastDeal]":
        """Those that are over, of the company folder. Raises InvalidFile."""
        from knowledge.deals import read_deals

        if tenant not in self._deals:
            self._deals[tenant] = read_deals(self.companies[tenant].folder / "deals.csv")
        return self._deals[tenant]

    def agendas(self, tenant: str, roster: "Roster") -> "Agendas":
        """The calendars of these people; rosters that name the same calendars share them."""
        from channels.calendar.agendas import Agendas

        key = (tenant, *((person.id, person.calendar, person.time_zone) for person in roster.people if person.calendar))
        if key not in self._agendas:
            self._agendas[key] = Agendas(self.companies[tenant].folder, roster.people)
        return self._agendas[key]

    async def _read_calendars(self) -> None:
        """Waits no longer than for one of them."""
        await asyncio.gather(*(agendas.refresh(self.clock.now()) for agendas in self._agendas.values()))

    @cached_property
    def intents(self) -> "IntentLibrary":
        from agents.intent.library import IntentLibrary

        return IntentLibrary(self.companies, self.encoder, self.settings.data / "models", self._kept("models"))

    @cached_property
    def lessons(self) -> "Lessons":
        from graph.lessons import Lessons

        return Lessons(self.companies)

    def _kept(self, part: str) -> "Callable[[], Any]":
        """Where versions are kept; None for a command without a database."""
        return lambda: getattr(self, part) if self._database is not None else None

    # ------------------------------------------------------------ who decides

    @cached_property
    def library(self) -> "Library":
        from policy.library import Library

        return Library(self.companies, self._kept("shelf"))

    @cached_property
    def approvers(self) -> "Approvers":
        from policy.deciding.approvers import Approvers

        return Approvers(self.library.policies, self.library.rosters)

    @cached_property
    def router(self) -> "Router":
        from graph.router import Router

        return Router(self.crew, self.turns)

    async def preview(self, turn: "Turn") -> "Receipt":
        from core.looking import only_looking

        with only_looking():
            versions = {"policy": self.policy_version(turn.tenant), "model": await self.intents.active(turn.tenant)}
            return await self.router.preview(turn.model_copy(update=versions))

    # ------------------------------------------------------------ the rest of Services

    def tenant(self) -> str:
        if len(self.companies) > 1:
            raise InvalidSetting(name="USHER_COMPANY", problem="names several companies; say which with --company")
        return next(iter(self.companies))

    def check(self) -> None:
        """A company that cannot be used stops here, before anything is started. Raises InvalidFile."""
        for tenant in self.companies:
            self.library.folder(tenant)
            self.deals(tenant)

    def working_time(self, tenant: str, queue: str) -> "Calendar":
        """A queue that is no more keeps its company's hours, a company that is no longer served works round the clock."""
        from core.worktime import always
        from policy.calendars import COMPANY

        if tenant not in self.companies:
            return always()
        found = self.library.calendars(tenant)
        return found.get(queue, found[COMPANY])

    async def start(self, progress: "Progress") -> None:
        for tenant in self.companies:
            await self._begin(tenant, progress)
            await self.knowledge.ingest(tenant, progress)
            await self.profiles.refresh(tenant, progress)
        await asyncio.gather(self.recalibrate(), self._read_calendars())

    async def _begin(self, tenant: str, progress: "Progress") -> None:
        """A version in force that cannot be used stops its own company's turns, not the other companies'."""
        try:
            if self._database is not None:
                await self.library.begin(tenant)
            if problem := self.library.differs(tenant):
                progress(problem)
            await self.intents.begin(tenant, progress)
            await asyncio.to_thread(_warm, await self.crew(tenant, None, await self.intents.active(tenant)))
        except UsherError as error:
            if len(self.companies) == 1:
                raise
            progress(f"{tenant}: {error}")

    def scorecard(self, tenant: str) -> "ScorecardReport":
        from policy.scoring.scorecard import scorecard_report

        return scorecard_report(self.policies[tenant].policy, self.deals(tenant))

    async def upgrade(self) -> str:
        from store.migrate import schema_version, upgrade

        await upgrade(self.database.url)
        return schema_version()

    async def ready(self) -> Mapping[str, str]:
        parts = {"database": "ok", "knowledge": "ok"}
        try:
            await self.tokens.list("")
        except UsherError as error:
            parts["database"] = str(error)
        try:
            for tenant in self.companies:
                await self.knowledge.retriever(tenant).search("ready", audiences=("public",), limit=1)
        except UsherError as error:
            parts["knowledge"] = str(error)
        return parts

    async def close(self) -> None:
        if "knowledge" in self.__dict__:
            await self.knowledge.close()
        for agendas in self._agendas.values():
            await agendas.close()
        if self._database is not None:
            await self._database.close()
        if "_embedded" in self.__dict__:
            self._embedded.stop()


def _sources(policy: "Compiled") -> "dict[str, tuple[str, ...]]":
    """Which systems of record a policy trusts with a fact, the best first."""
    return {name: rule.sources for name, rule in policy.policy.facts.items()}


def _warm(crew: "Crew") -> None:
    """Load what is loaded at first use, before the first message pays for it and a heartbeat waits."""
    from agents.models import tls
    from core import tokens
    from graph.language import language_of

    language_of("a few words in a language", crew.profile.languages, crew.profile.default_language)
    crew.intent.read("a few words", "", crew.profile.default_language, ())
    if crew.writer:
        tls()
        tokens.count("a few words")
    assert crew.versions()  # noqa: S101


@asynccontextmanager
async def connect(
    *, stored: bool = True, fresh: bool = False, deliver: bool = False, demo: bool = False, **overrides: object
) -> AsyncIterator[Usher]:
    """Open the services for one command, ``stored``: with its database. ``overrides`` replace settings by name.
    ``fresh`` empties it first; ``demo`` starts the clock on the company's demo day.
    """
    from core.logs import log_to_stderr
    from core.settings import load_settings
    from knowledge.company import load_companies

    settings = load_settings(**overrides)
    log_to_stderr(settings.log_level)
    companies = load_companies(_folders(settings.companies))
    usher = Usher(settings, companies, _clock(settings, companies, demo=demo), deliver=deliver)
    usher.check()
    try:
        if stored:
            await usher.open_database(fresh=fresh)
            await usher.library.refresh()
        yield usher
    finally:
        await usher.close()


def _folders(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Relative folders are looked for here and then beside this file."""
    return tuple(ROOT / path if not path.exists() and (ROOT / path).exists() else path for path in paths)


def _clock(settings: "Settings", companies: "Mapping[str, Company]", *, demo: bool = False) -> "Clock":
    from core.clock import ShiftedClock, SystemClock

    day = next(iter(companies.values())).demo if demo else None
    start = settings.as_of or (day.as_of if day else None)
    return ShiftedClock(start) if start else SystemClock()


async def graph() -> Any:
    """The turn's graph of the first company, for LangGraph's own tools (``langgraph.json``)."""
    from core.settings import load_settings
    from graph.build import build
    from graph.nodes import Nodes
    from knowledge.company import load_companies

    settings = load_settings()
    companies = load_companies(_folders(settings.companies))
    usher = Usher(settings, companies, _clock(settings, companies))
    await usher.open_database(fresh=False)
    await usher.start(lambda _: None)
    return build(Nodes(next(iter(usher.crews.values()))))


def main() -> None:
    import signal

    from channels.cli import commands

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that what was started here is stopped here
    commands(connect)()


if __name__ == "__main__":
    main()
