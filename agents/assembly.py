"""What decides: the policies in force, and a crew for each company and versions. What does not depend on a version is made once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.advisor.answers import Advisor
    from agents.crew import Crew, IntentReader
    from agents.intent.library import IntentLibrary
    from agents.writing import Writing
    from core.company import Company, Roster
    from core.deals import PastDeal
    from core.ports import Calendars, Choices, Clock, Directory, Encoder, Spending
    from core.services import Knowledge
    from core.settings import Settings
    from core.types import Answer, Found
    from policy.library import Edition, Library
    from policy.loading.load import Compiled

STUDIED = 2_000
"""Passages of a handbook whose sentences are encoded ahead: half a minute's work, and about as many as the advisor remembers."""


class Assembly:
    """Part of the composed product; whoever composes it gives what is behind the ports."""

    settings: "Settings"
    clock: "Clock"
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
        @property
        def spending(self) -> Spending: ...
        @property
        def choices(self) -> Choices: ...
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
    def _advisors(self) -> "dict[str, Advisor]":
        return {}

    @cached_property
    def _studied(self) -> "dict[str, str]":
        return {}

    @cached_property
    def _made(self) -> "dict[tuple[str, str, str], Crew]":
        return {}

    @cached_property
    def crews(self) -> "dict[str, Crew]":
        """By the companies' folders."""
        return {tenant: self._crew(company) for tenant, company in self.companies.items()}

    async def crew(self, tenant: str, version: str | None, model: str | None = None) -> "Crew":
        """With that version of the policy and that intent model (None: the folder's). Implements ``graph.router.Crews``.

        Raises:
            NotFound: the tenant is not served here, or a version was never kept.
            InvalidFile: a version does not fit the company any more.
        """
        from core.errors import NotFound

        if tenant not in self.companies:
            raise NotFound(what="tenant", id=tenant)
        edition, crew = await self.library.edition(tenant, version), self.crews[tenant]
        reader = crew.intent if model is None else await self.intents.reader(tenant, model)
        key = (tenant, edition.compiled.version, reader.version)
        if key[1:] == (crew.planner.version, crew.intent.version):
            return crew
        if key not in self._made:
            made = await asyncio.to_thread(self._of, self.companies[tenant], edition, reader)
            self._made.setdefault(key, replace(crew, **made))
        return self._made[key]

    @cached_property
    def writing(self) -> "Writing | None":
        """None when no chat model is configured."""
        if not self.settings.has_model:
            return None
        from agents.writing import Writing

        return Writing(self.settings, self.spending, self.choices)

    async def recalibrate(self) -> None:
        """Learn from what people have said of the chat model's choices since the last time."""
        if self.writing:
            await self.writing.refresh(self.companies)

    def _crew(self, company: "Company") -> "Crew":
        from agents.crew import Crew

        folder, advisor = self.library.folder(company.id), self.advisor(company.id)
        return Crew(
            profile=company.profile,
            retriever=self.knowledge.retriever(company.id),
            advisor=advisor,
            writer=self.writing.writer(lambda: self.companies[company.id], advisor) if self.writing else None,
            **self._of(company, folder, self.intents.folder(company.id)),
        )

    def advisor(self, tenant: str) -> "Advisor":
        """One a company, so that its handbook's sentences are encoded once. The plans are the tiers that its policy tells apart."""
        from agents.advisor.answers import Advisor

        if tenant not in self._advisors:
            profile, policy = self.companies[tenant].profile, self.library.folder(tenant).compiled.policy
            tiers = (tier for queue in policy.queues.values() for tier in queue.limits if tier != "default")
            self._advisors[tenant] = Advisor(self.encoder, language=profile.default_language, plans=tuple(dict.fromkeys(tiers)))
        return self._advisors[tenant]

    async def study(self) -> None:
        """Let each advisor know its handbook, where that is not too large, before somebody asks; again when it has changed."""
        from core.errors import UsherError

        for tenant in self.companies:
            with suppress(UsherError):  # whoever asks will hear of it
                version, passages = await self.knowledge.contents(tenant, STUDIED, self._studied.get(tenant, ""))
                for passage in passages:  # one by one: a worker that stops waits for none but the last
                    await asyncio.to_thread(self.advisor(tenant).study, passage)
                self._studied[tenant] = version

    def advise(self, tenant: str, question: str, found: "Found") -> "Answer":
        """What the handbook answers whoever is not known, today."""
        asked = (question, found.passages, self.companies[tenant].profile.default_language)
        return self.advisor(tenant).answer(*asked, withheld=found.withheld, on=self.clock.now().date())

    def _of(self, company: "Company", edition: "Edition", reader: "IntentReader") -> "dict[str, Any]":
        """Those of a crew who depend on a version: who reads, how often they may be wrong, who decides, by what records and calendars."""
        from agents.guardian import Guardian
        from agents.planner import Planner
        from policy.scoring.scorecard import calibrate

        policy = edition.compiled.policy
        curve = calibrate(policy, self.deals(company.id))
        return {
            "intent": reader.bounded(policy.max_wrong_automatic),
            "planner": Planner(edition.compiled, edition.roster, company.profile, company.intents.groups, curve),
            "guardian": Guardian(company.profile.domains, policy.queues[policy.default_queue].backup),
            "directory": self.directory(company.id, edition.compiled),
            "calendars": self.agendas(company.id, edition.roster),
        }
