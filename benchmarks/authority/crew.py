"""The example company's own crew; what is computed twice from the same words is computed once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from app import connect
from core.intent import Intent
from core.types import VERIFIED, Answer, Found, Passage, Past, Sender, Signal

if TYPE_CHECKING:
    from agents.crew import AnswerFinder, Crew, IntentReader
    from core.ports import Directory, Retriever

Key: TypeAlias = tuple[str, str]
NOTE: ContextVar[str] = ContextVar("NOTE", default="")
FREE_CELLS = frozenset({"contact_name", "account", "deal_stage"})


class KeptIntent:
    """The intent agent, each different message read once."""

    def __init__(self, agent: "IntentReader") -> None:
        self._agent, self.version, self.business = agent, agent.version, agent.business
        self._kept: dict[tuple[object, ...], Intent] = {}

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        key = (text, subject, language, history)
        if key not in self._kept:
            self._kept[key] = self._agent.read(text, subject, language, history)
        return self._kept[key]

    def explain(self, intent: Intent, text: str) -> Intent:  # noqa: ARG002 - the port's signature
        return intent

    def bounded(self, share: float | None) -> "KeptIntent":  # noqa: ARG002 - the port's signature
        return self


class KeptPassages:
    """The retriever, each different query searched once."""

    def __init__(self, retriever: "Retriever") -> None:
        self._retriever, self.version = retriever, retriever.version
        self._kept: dict[Key, Found] = {}

    async def search(self, query: str, **how: Any) -> Found:
        key = (query, repr(how))
        if key not in self._kept:
            self._kept[key] = await self._retriever.search(query, **how)
        return self._kept[key]


class KeptAnswers:
    """The advisor, each different question answered once."""

    def __init__(self, advisor: "AnswerFinder") -> None:
        self._advisor, self.version = advisor, advisor.version
        self._kept: dict[Key, Answer] = {}

    def answer(self, question: str, passages: Sequence[Passage], language: str, **known: Any) -> Answer:
        key = (question, repr((language, known)))
        if key not in self._kept:
            self._kept[key] = self._advisor.answer(question, passages, language, **known)
        return self._kept[key]


class Noted:
    """The directory, with ``NOTE`` in every cell of a contact that people fill freely."""

    def __init__(self, directory: "Directory") -> None:
        self._directory = directory

    async def signals(self, sender: Sender, at: datetime) -> tuple[Signal, ...]:
        found = await self._directory.signals(sender, at)
        return tuple(self._written(signal) for signal in found) if NOTE.get() else found

    def _written(self, signal: Signal) -> Signal:
        free = signal.name in FREE_CELLS and signal.source in {*VERIFIED, "channel"}
        return signal.model_copy(update={"value": f"{signal.value} {NOTE.get()}"}) if free else signal


@asynccontextmanager
async def crew(company: Path, data: Path, database: str = "authority") -> AsyncIterator["Crew"]:
    """The crew of ``company`` on a fresh database; servers and models below ``data``. No chat model is asked."""
    async with connect(fresh=True, company=str(company), data=data, database=database) as usher:
        await usher.start(lambda _: None)
        (made,) = usher.crews.values()
        yield replace(
            made,
            directory=Noted(made.directory),
            intent=KeptIntent(made.intent),
            retriever=KeptPassages(made.retriever),
            advisor=KeptAnswers(made.advisor),
            writer=None,
        )
