"""What decides: the policies in force, and a crew for each company and version. What does not depend on a version is made once."""

import asyncio
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.crew import Crew
    from agents.intent.library import IntentLibrary
    from core.company import Company, Roster
    from core.deals import PastDeal
    from core.ports import Calendars, Directory, Encoder
    from core.services import Knowledge
    from core.settings import Settings
    from policy.library import Edition, Library
    from policy.loading.load import Compiled


class Assembly:
    """Part of the composed product; whoever composes it gives what is behind the ports."""

    settings: "Settings"
    companies: "Mapping[str, Company]"

    if TYPE_CHECKING:

        @property
        def library(self) -> Library: ...
        @property
        def encoder(self) -> Encoder: ...
        @property
        def intents(self) -> IntentLibrary: ...
        @property
        def knowledge(self) -> Knowledge: ...
        def directory(self, tenant: str, policy: Compiled) -> Directory: ...
        def agendas(self, tenant: str, roster: Roster) -> Calendars: ...
        def deals(self, tenant: str) -> Sequence[PastDeal]: ...

    @property
    def policies(self) -> "Mapping[str, Compiled]":
        """Tenant → what is in force."""
        return self.library.policies

    def policy_version(self, tenant: str) -> str:
        return self.policies[tenant].version

    def policy_summary(self, tenant: str) -> dict[str, int]:
        return self.library.summary(tenant)

    @cached_property
    def _made(self) -> "dict[tuple[str, str], Crew]":
        return {}

    @cached_property
    def crews(self) -> "dict[str, Crew]":
        """By the companies' folders."""
        return {tenant: self._crew(company) for tenant, company in self.companies.items()}

    async def crew(self, tenant: str, version: str | None) -> "Crew":
        """With that version of the policy (None: the folder's). Implements ``graph.router.Crews``.

        Raises:
            NotFound: the tenant is not served here, or the version was never kept.
            InvalidFile: the version does not fit the company any more.
        """
        from core.errors import NotFound

        if tenant not in self.companies:
            raise NotFound(what="tenant", id=tenant)
        edition, crew = await self.library.edition(tenant, version), self.crews[tenant]
        if edition.compiled.version == crew.planner.version:
            return crew
        key = (tenant, edition.compiled.version)
        if key not in self._made:
            self._made.setdefault(key, await asyncio.to_thread(self._by, crew, self.companies[tenant], edition))
        return self._made[key]

    def _crew(self, company: "Company") -> "Crew":
        from agents.advisor.answers import Advisor
        from agents.crew import Crew
        from agents.writing import writer_of

        folder = self.library.folder(company.id)
        return Crew(
            profile=company.profile,
            intent=self.intents.agent(company.id),
            retriever=self.knowledge.retriever(company.id),
            advisor=Advisor(self.encoder),
            writer=writer_of(self.settings, company),
            **self._of(company, folder),
        )

    def _by(self, crew: "Crew", company: "Company", edition: "Edition") -> "Crew":
        return replace(crew, **self._of(company, edition))

    def _of(self, company: "Company", edition: "Edition") -> "dict[str, Any]":
        """Those of a crew who depend on the version: who decides, by what records and whose calendars."""
        from agents.guardian import Guardian
        from agents.planner import Planner
        from policy.scoring.scorecard import calibrate

        policy = edition.compiled.policy
        curve = calibrate(policy, self.deals(company.id))
        return {
            "planner": Planner(edition.compiled, edition.roster, company.profile, company.intents.groups, curve),
            "guardian": Guardian(company.profile.domains, policy.queues[policy.default_queue].backup),
            "directory": self.directory(company.id, edition.compiled),
            "calendars": self.agendas(company.id, edition.roster),
        }
