"""One company's agents, put together; and the registry of what each can do and in which version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agents.guardian import Guardian
from agents.planner import Planner
from agents.writer import Writer
from core.company import Profile
from core.intent import Intent
from core.ports import Calendars, Directory, Retriever
from core.types import Answer, Assessment, Intake, Passage, Past, Signal
from core.value import Span


class Versioned(Protocol):
    @property
    def version(self) -> str: ...


class Business(Protocol):
    """What of a text concerns the company."""

    def speaks(self, sentence: str) -> bool:
        """Whether a sentence surely speaks of its business."""

    def beside(self, text: str, title: str = "") -> tuple[Span, ...]:
        """The sentences that say nothing to it, in order. ``title`` is what the text will be read with."""

    def heading(self, subject: str) -> str:
        """A subject without what says nothing to it."""


class IntentReader(Versioned, Protocol):
    @property
    def business(self) -> Business | None:
        """None where nobody can say what the company is asked."""

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        """What the sender wants, with calibrated confidence."""

    def explain(self, intent: Intent, text: str) -> Intent:
        """That intent with the words that moved it."""

    def bounded(self, share: float | None) -> "IntentReader":
        """The same reader, deciding only where at most ``share`` of its decisions are wrong; None: as it was calibrated."""


class AnswerFinder(Versioned, Protocol):
    def answer(
        self,
        question: str,
        passages: Sequence[Passage],
        language: str,
        *,
        withheld: Sequence[Passage] = (),
        internal: Sequence[Passage] = (),
        known: Mapping[str, str] = {},
        history: Sequence[Past] = (),
        on: date | None = None,
        own: str = "",
    ) -> Answer:
        """Cited lines of public ``passages``, or an abstention with its reason. ``withheld``: what is not in force ``on`` that day;
        ``internal``: what only the company's people may read; ``known``: verified facts of the sender; ``history``: what was said;
        ``own``: what of the question is the sender's new words (default: all of it)."""


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
    calendars: Calendars | None = None
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

    def writer_for(self, records: Iterable[Signal]) -> Writer | None:
        """The chat model on the policy's budget, where the law of the customer's region lets their text go there."""
        allowed = self.writer and not self.planner.no_model_calls(records)
        return self.writer.within(self.planner.policy.policy.model_budget) if self.writer and allowed else None

    def clarify(self, intake: Intake, assessment: Assessment, *, asked_model: bool = False) -> Answer:
        """The one question automation may ask: what the answer depends on, where it is clear what they want or a chat model has thought of
        it; else what they want, naming what it thinks is possible; who there is, when nothing was asked."""
        intent, draft = assessment.intent, assessment.draft
        if draft and draft.question and (asked_model or not intent.abstained):
            return Answer(answer=draft.question, abstained=False, reason="clarify")
        queues = (queue.title for queue in self.planner.policy.policy.queues.values())
        options = ", ".join(label.replace("_", " ") for label in intent.set[:3]) or ", ".join(queues)
        return Answer(answer=self.planner.texts(intake.language)["clarify"].format(options=options), abstained=False, reason="clarify")

    def offer(self, intake: Intake, name: str) -> Answer:
        """An alternative that the policy lets automation propose before a person is asked, in the policy's own words."""
        text = self.planner.offer(name, intake.language)
        return Answer(answer=text, abstained=not text, reason="offer")

    def signed(self, intake: Intake, answer: Answer) -> Answer:
        """The answer in the company's frame: a word before, and after it that automation wrote this and how to reach a person."""
        if answer.abstained:
            return answer
        texts, short = self.planner.texts(intake.language), answer.reason in ("clarify", "offer")
        frame = [texts.get("sign_off", "")] if short else [texts.get("answer_outro", ""), texts.get("sign_off", "")]
        head = [] if short else [texts.get("answer_intro", "")]
        return answer.model_copy(update={"answer": "\n\n".join(part for part in (*head, answer.answer, *frame) if part)})
