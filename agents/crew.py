"""One company's agents, put together; and the registry of what each can do and in which version."""

from dataclasses import dataclass
from typing import Protocol

from agents.guardian import Guardian
from agents.planner import Planner
from agents.writer import Writer
from core.company import Profile
from core.ports import Directory, Retriever
from core.types import Answer, Intake, Intent, Passage, Past


class Versioned(Protocol):
    @property
    def version(self) -> str: ...


class IntentReader(Versioned, Protocol):
    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        """What the sender wants, with calibrated confidence."""


class AnswerFinder(Versioned, Protocol):
    def answer(self, question: str, passages: tuple[Passage, ...], language: str) -> Answer:
        """Cited sentences, or an abstention."""


@dataclass(frozen=True)
class Crew:
    """The agents that one company's graph calls. ``writer`` is None when no chat model is configured."""

    profile: Profile
    intent: IntentReader
    directory: Directory
    retriever: Retriever
    advisor: AnswerFinder
    planner: Planner
    guardian: Guardian
    writer: Writer | None = None
    version: str = "1"

    def versions(self) -> dict[str, str]:
        """Capability → version, as receipts name them."""
        agents: dict[str, Versioned | None] = {
            "intent": self.intent,
            "retriever": self.retriever,
            "advisor": self.advisor,
            "guardian": self.guardian,
            "chat": self.writer,
        }
        return {name: agent.version for name, agent in agents.items() if agent}

    def clarify(self, intake: Intake, intent: Intent) -> Answer:
        """The one question automation may ask, naming what it thinks is possible."""
        options = ", ".join(label.replace("_", " ") for label in intent.set[:3])
        return Answer(answer=self.planner.texts(intake.language)["clarify"].format(options=options), abstained=False, reason="clarify")

    def signed(self, intake: Intake, answer: Answer) -> Answer:
        """The answer in the company's frame: a word before, and after it that automation wrote this and how to reach a person."""
        if answer.abstained:
            return answer
        texts = self.planner.texts(intake.language)
        frame = [texts.get("sign_off", "")] if answer.reason == "clarify" else [texts.get("answer_outro", ""), texts.get("sign_off", "")]
        head = [] if answer.reason == "clarify" else [texts.get("answer_intro", "")]
        return answer.model_copy(update={"answer": "\n\n".join(part for part in (*head, answer.answer, *frame) if part)})
