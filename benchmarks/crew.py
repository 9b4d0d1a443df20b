"""A company whose readings are fixed: what a message wants is its first word. Everything else is the product's own."""

import asyncio
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app import Usher
from core.clock import SystemClock
from core.intent import Intent, Label
from core.settings import load_settings
from core.types import Answer, Citation, Found, Passage, Past, Sender, Signal
from knowledge.company import load_companies

if TYPE_CHECKING:
    from agents.crew import Crew
    from core.company import Company
    from core.services import Progress

COMPANY = Path(__file__).parent / "company"
TENANT = "harbour"
PASSAGE = Passage(document="quay", heading="Opening hours", text="The quay is open every day from six to ten.", score=0.8)
STRANGER = "somebody@elsewhere.example"


class FirstWord:
    """Reads the intent from the first word, surely."""

    version = "fixed"
    business = None

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:  # noqa: ARG002 - the port's signature
        word = text.split(maxsplit=1)[0].lower() if text.strip() else "question"
        return Intent(labels=(Label(label=word, confidence=0.95),), abstained=False, out_of_scope=False, language=language)

    def explain(self, intent: Intent, text: str) -> Intent:  # noqa: ARG002 - the port's signature
        return intent

    def bounded(self, share: float | None) -> "FirstWord":  # noqa: ARG002 - the port's signature
        return self


class Strangers:
    """Records that say the same of everybody."""

    async def signals(self, sender: Sender, at: object) -> tuple[Signal, ...]:  # noqa: ARG002 - the port's signature
        return (Signal(name="tier", value="business", source="crm"),)


class OnePassage:
    """Finds one passage; a text with ``slowly`` takes ``slow_s`` seconds, as a model call would."""

    version = "fixed"

    def __init__(self, slow_s: tuple[float, float] = (0.3, 1.5)) -> None:
        self._slow_s = slow_s

    async def search(self, query: str, **_: object) -> Found:
        if "slowly" in query:
            await asyncio.sleep(random.uniform(*self._slow_s))
        return Found(passages=(PASSAGE,))


class OneSentence:
    """Cites the passage whole; asked for an ``address`` it names one that nobody has vouched for, so that a person has to look."""

    version = "fixed"

    def answer(self, question: str, passages: Sequence[Passage], language: str, **_: object) -> Answer:  # noqa: ARG002 - the port's signature
        cite = Citation(document=PASSAGE.document, heading=PASSAGE.heading, quote=PASSAGE.text, score=PASSAGE.score)
        text = f"{PASSAGE.text} Write to {STRANGER}." if question.lower().startswith("address") else PASSAGE.text
        return Answer(answer=text, abstained=not passages, citations=(cite,))


class Fixed(Usher):
    """The composed product with a crew that needs no training: only intent, records, search and advice are stand-ins.

    ``patient``: no time limit of the policy ends while a benchmark runs.
    """

    def __init__(self, database_url: str, data: Path, *, workers: int = 8, patient: bool = False) -> None:
        settings = load_settings(database_url=database_url, secret_key="benchmark", data=data, company=str(COMPANY), workers=workers)
        companies = load_companies((COMPANY,))
        if patient:
            companies = {tenant: replace(company, policy_text=_patient(company.policy_text)) for tenant, company in companies.items()}
        super().__init__(settings, companies, SystemClock(), deliver=True)

    async def open(self) -> None:
        """Connect; whoever made the database has migrated it."""
        await self.open_database(fresh=False)

    async def start(self, progress: "Progress") -> None:
        """Nothing is trained or indexed."""

    @cached_property
    def crews(self) -> "dict[str, Crew]":
        return {tenant: self._fixed(company) for tenant, company in self.companies.items()}

    def _fixed(self, company: "Company") -> "Crew":
        from agents.crew import Crew
        from agents.guardian import Guardian
        from agents.planner import Planner

        return Crew(
            profile=company.profile,
            intent=FirstWord(),
            directory=Strangers(),
            retriever=OnePassage(),
            advisor=OneSentence(),
            planner=Planner(self.policies[company.id], company.roster, company.profile, company.intents.groups),
            guardian=Guardian(company.profile.domains, "lead"),
        )


def _patient(policy: str) -> str:
    """Hours where there were seconds and minutes."""
    return re.sub(r"\b(\d+)[sm]\b", r"\1h", policy)
