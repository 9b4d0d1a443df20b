"""The writer: the turn's one model call, made when the embedded model is unsure or a text is to be sent, and never taken at its word."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pydantic import BaseModel

from agents.asking import harmless
from agents.cascade import candidates, chosen, decided, evidence
from agents.dialect import form
from agents.material import Extracts, Grounds, Offered
from agents.outputs import Assessed, Reply
from agents.portions import Portion, filled, line, shortened, size, tidy
from agents.purse import UNCHECKED, Asked, Purse
from agents.recalibration import Recalibrations
from agents.transcript import condensed
from core.company import IntentDef, Intents
from core.errors import UsherError
from core.intent import Intent
from core.ports import Choice, Choices, RenderedPrompt
from core.types import Answer, Cost, Intake, Passage, Turn
from policy.schema import ModelBudget

NONE = "none"
UNLIMITED = ModelBudget()
NOTHING: Mapping[str, str] = {}
PROMPT_TOKENS = 500


class Case(NamedTuple):
    """What is asked, by whom (``known``: verified facts), and what the handbook has; ``internal`` pages only speak against a draft."""

    turn: Turn
    intake: Intake
    passages: tuple[Passage, ...]
    known: Mapping[str, str]
    internal: Sequence[Passage]

    @property
    def told(self) -> list[str]:
        """What the customer said, newest first."""
        return [self.intake.request, *(past.text for past in reversed(self.turn.history) if past.role == "customer")]

    @property
    def conversation(self) -> str:
        return "\n".join([self.intake.subject, self.intake.text, *(past.text for past in self.turn.history)])


class Brief(NamedTuple):
    """A prompt, and what of the passages and of the intents (line → name) stands in it."""

    prompt: RenderedPrompt
    passages: tuple[Passage, ...]
    offered: dict[str, str]


class Opinion(NamedTuple):
    """What the call gave: a reading of the intent, a checked draft, its cost, what went wrong, the step's line on the receipt, and the one
    question that it would ask back, claiming nothing."""

    intent: Intent | None
    draft: Answer | None
    cost: Cost
    degraded: list[str]
    note: str = ""
    question: str = ""


@dataclass(frozen=True)
class Writer:
    """``intents`` gives the taxonomy as it is when asked; ``prompt_tokens`` is what a whole prompt may have, the answer's form included."""

    purse: Purse
    intents: Callable[[], Intents]
    company: str
    grounds: Grounds
    choices: Choices
    learned: Recalibrations
    budget: ModelBudget = UNLIMITED
    prompt_tokens: int = PROMPT_TOKENS

    @property
    def version(self) -> str:
        return self.purse.version

    def within(self, budget: ModelBudget) -> "Writer":
        """The same writer, on this budget."""
        return replace(self, budget=budget)

    async def assess(
        self,
        turn: Turn,
        intake: Intake,
        intent: Intent,
        passages: tuple[Passage, ...],
        *,
        known: Mapping[str, str] = NOTHING,
        internal: Sequence[Passage] = (),
    ) -> Opinion:
        """Intent and draft in one call. An intent that was not offered, or is no longer the company's, is dropped, and the receipt says
        so. ``known``: verified facts of the sender (``tier``, ``region``); ``internal``: what the company's people know beside."""
        case = Case(turn, intake, passages, known, internal)
        intents = self._known()
        offered = Offered(candidates(intent, intents), intents, intent.nearest)
        if not offered.names:
            return Opinion(None, None, Cost(), ["model: nothing to ask: there is no intent to choose from"])
        brief = await asyncio.to_thread(self._brief, case, offered)
        said, cost, trouble, draft = await self._asked(case, brief, Assessed)
        if not isinstance(said, Assessed):
            return Opinion(None, None, cost, trouble)
        question = harmless(said.question, case.conversation, brief.passages)
        name = brief.offered.get(line(said.intent))
        if said.intent != NONE and (name is None or name not in self._known()):
            problem = "model: named an intent that was not offered; the embedded reading stands"
            return Opinion(None, draft, cost, [*trouble, problem], question=question)
        choice = chosen(turn.id, intent, tuple(brief.offered.values()), name)
        learned = self.learned.of(turn.tenant)
        read = decided(intent, choice, learned)
        return Opinion(read, draft, cost, [*trouble, *await self._enter(turn, choice)], evidence(choice, intent, read, learned), question)

    async def reply(
        self,
        turn: Turn,
        intake: Intake,
        passages: tuple[Passage, ...],
        *,
        known: Mapping[str, str] = NOTHING,
        internal: Sequence[Passage] = (),
    ) -> Opinion:
        """The text, from the passages only; None where too little of it is supported, abstained where pages disagree about it."""
        case = Case(turn, intake, passages, known, internal)
        brief = await asyncio.to_thread(self._brief, case)
        said, cost, trouble, draft = await self._asked(case, brief, Reply)
        if said and not draft and not any(line.startswith(UNCHECKED) for line in trouble):
            trouble = [*trouble, "model: its reply was not supported by the passages; the handbook's own sentences are used"]
        return Opinion(None, draft, cost, trouble)

    def _known(self) -> dict[str, IntentDef]:
        return {intent.name: intent for intent in self.intents().intents}

    async def _enter(self, turn: Turn, choice: Choice) -> list[str]:
        """A choice that cannot be kept teaches nothing, and that is all."""
        try:
            await self.choices.enter(turn.tenant, self.learned.model, choice)
        except UsherError as error:
            return [f"model: its choice was not kept: {error}"]
        return []

    def _brief(self, case: Case, offered: Offered | None = None) -> Brief:
        """The prompt, within its tokens: what matters most is cut last."""
        turn, intake, fitting = case.turn, case.intake, self.grounds.fitting(case.passages, case.told, case.known)
        text, extracts = f"{intake.subject}\n{intake.text}".strip(), Extracts(self.grounds, f"{intake.title}\n\n{intake.request}", fitting)
        history = "\n".join(past.text for past in turn.history)
        portions = {
            "text": Portion(0.3, tidy(text), lambda most: shortened(text, most)),
            "passages": Portion(0.25, extracts.whole, extracts.fit),
            **({"intents": Portion(0.35, offered.fit(self.prompt_tokens), offered.fit)} if offered else {}),
            "conversation": Portion(0.1, history, lambda most: condensed(turn.history, most, size)),
        }
        name, output = ("assess", Assessed) if offered else ("reply", Reply)
        fixed = {"company": self.company, "date": f"{turn.now:%Y-%m-%d}", "language": intake.language}
        prompt, texts = filled(name, self.prompt_tokens - form(output).tokens, portions, **fixed)
        return Brief(prompt, extracts.in_(texts["passages"]), offered.in_(texts["intents"]) if offered else {})

    async def _asked(self, case: Case, brief: Brief, output: type[Assessed | Reply]) -> Asked:
        def checked(said: BaseModel) -> Answer | None:
            """The cited sentences that survive the check; None when there is nothing worth sending, abstained where pages disagree."""
            text = said.draft if isinstance(said, Assessed) else said.reply if isinstance(said, Reply) else ""
            if not text.strip() or not brief.passages:
                return None
            answer = self.grounds.check(text, brief.passages, case.conversation)
            if answer.abstained or not answer.citations:
                return None
            answer = self.grounds.reviewed(
                answer, case.passages, internal=case.internal, told=case.told, known=case.known, history=case.turn.history
            )
            return None if answer.abstained and answer.reason != "conflict" else answer

        return await self.purse.ask(case.turn, brief.prompt, output, self.budget, checked)
