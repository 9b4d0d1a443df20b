"""The writer: the turn's one model call, made when the embedded model is unsure or a text is to be sent, and never taken at its word."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from agents.cascade import candidates, chosen, decided, evidence
from agents.outputs import Assessed, Reply
from agents.purse import Purse
from agents.recalibration import Recalibrations
from core.company import IntentDef, Intents
from core.errors import UsherError
from core.intent import Intent, Near
from core.ports import Choice, Choices
from core.types import Answer, Citation, Cost, Intake, Passage, Turn
from policy.schema import ModelBudget
from prompts.render import render

PASSAGES = 3
EXAMPLES = 4
NONE = "none"
UNLIMITED = ModelBudget()
# Budgets in characters, about four to a token: the whole prompt stays near 600 tokens for a message of ordinary length.
PASSAGE_CHARS, TEXT_CHARS, HISTORY_CHARS, DEFINITION_CHARS, EXAMPLE_CHARS = 280, 900, 300, 100, 70
_CITED = re.compile(r"\s*(?P<sentence>[^\[\]]+?)\s*(?P<marks>(?:\[\d+\]\s*)+)[.!?]?", re.DOTALL)
_NUMBER = re.compile(r"\d+")

Check = Callable[[str, Sequence[Citation], Sequence[Passage], str], Answer]


class Opinion(NamedTuple):
    """What the call gave: a reading of the intent, a checked draft, its cost, what went wrong, and the step's line on the receipt."""

    intent: Intent | None
    draft: Answer | None
    cost: Cost
    degraded: list[str]
    note: str = ""


@dataclass(frozen=True)
class Writer:
    """``intents`` gives the taxonomy as it is when asked; ``check`` removes what the cited passages do not support, and abstains when too
    little is left.
    """

    purse: Purse
    intents: Callable[[], Intents]
    company: str
    check: Check
    choices: Choices
    learned: Recalibrations
    budget: ModelBudget = UNLIMITED

    @property
    def version(self) -> str:
        return self.purse.version

    def within(self, budget: ModelBudget) -> "Writer":
        """The same writer, on this budget."""
        return replace(self, budget=budget)

    async def assess(self, turn: Turn, intake: Intake, intent: Intent, passages: tuple[Passage, ...]) -> Opinion:
        """Intent and draft in one call. An intent that was not offered, or is no longer the company's, is dropped, and the receipt says
        so."""
        known = self._known()
        offered = {_line(name): name for name in candidates(intent, known)}
        if not offered:
            return Opinion(None, None, Cost(), ["model: not asked: there is no intent to choose from"])
        prompt = render("assess", intents=_listing(offered, known, intent.nearest), **self._common(turn, intake, passages))
        said, cost, trouble = await self.purse.ask(turn, prompt, Assessed, self.budget)
        if not isinstance(said, Assessed):
            return Opinion(None, None, cost, trouble)
        draft = self._checked(said.draft, turn, intake, passages)
        name = offered.get(_line(said.intent))
        if said.intent != NONE and (name is None or name not in self._known()):
            return Opinion(None, draft, cost, [*trouble, "model: named an intent that was not offered; the embedded reading stands"])
        choice = chosen(turn.id, intent, tuple(offered.values()), name)
        learned = self.learned.of(turn.tenant)
        read = decided(intent, choice, learned)
        return Opinion(read, draft, cost, [*trouble, *await self._enter(turn, choice)], evidence(choice, intent, read, learned))

    async def reply(self, turn: Turn, intake: Intake, passages: tuple[Passage, ...]) -> Opinion:
        """The text, from the passages only; None where too little of it is supported."""
        said, cost, trouble = await self.purse.ask(turn, render("reply", **self._common(turn, intake, passages)), Reply, self.budget)
        if not isinstance(said, Reply):
            return Opinion(None, None, cost, trouble)
        draft = self._checked(said.reply, turn, intake, passages)
        if not draft:
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

    def _common(self, turn: Turn, intake: Intake, passages: tuple[Passage, ...]) -> dict[str, str]:
        past = "\n".join(f"{past.role}: {past.text}" for past in turn.history[-4:])
        numbered = (
            f"[{number}] {passage.heading}: {passage.text}"[:PASSAGE_CHARS] for number, passage in enumerate(passages[:PASSAGES], 1)
        )
        return {
            "company": self.company,
            "date": f"{turn.now:%Y-%m-%d}",
            "language": intake.language,
            "passages": "\n".join(numbered),
            "conversation": past[-HISTORY_CHARS:],
            "text": _shortened(f"{intake.subject}\n{intake.text}".strip()),
        }

    def _checked(self, text: str, turn: Turn, intake: Intake, passages: tuple[Passage, ...]) -> Answer | None:
        """The cited sentences that survive the check; None when there is nothing worth sending."""
        sentences, citations = _cited(text, passages)
        if not sentences:
            return None
        conversation = "\n".join([intake.subject, intake.text, *(past.text for past in turn.history)])
        answer = self.check(" ".join(sentences), citations, passages, conversation)
        return None if answer.abstained or not answer.citations else answer


def _listing(offered: Mapping[str, str], known: Mapping[str, IntentDef], nearest: Sequence[Near]) -> str:
    """A line for each intent: its name, what it means, and those of its labelled examples that are nearest to the message.

    Only what the company wrote itself: what customers wrote, and the embedded model may have learned from, is nobody else's to read.
    """
    own = [near for near in nearest if near.label in offered.values() and near.text in known[near.label].utterances][:EXAMPLES]
    return "\n".join(
        f"{line}: {_short(known[name].definition, DEFINITION_CHARS)}{_examples([near.text for near in own if near.label == name])}"
        for line, name in offered.items()
    )


def _examples(texts: Sequence[str]) -> str:
    quoted = (f'"{_short(text, EXAMPLE_CHARS)}"' for text in texts)
    return f" Such as {', '.join(quoted)}" if texts else ""


def _short(text: str, length: int) -> str:
    line = _line(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _line(text: str) -> str:
    """In one line, so that nothing can pass for another intent's."""
    return " ".join(text.split())


def _cited(text: str, passages: Sequence[Passage]) -> tuple[list[str], list[Citation]]:
    """Sentences that end with ``[n]`` of a passage that was given, and a citation for each; all others are dropped."""
    sentences, citations = [], []
    for match in _CITED.finditer(text):
        numbers = [int(number) - 1 for number in _NUMBER.findall(match["marks"])]
        found = [passages[number] for number in numbers if 0 <= number < min(PASSAGES, len(passages))]
        if found:
            sentences.append(match["sentence"].strip(" .") + ".")
            citations.append(Citation(document=found[0].document, heading=found[0].heading, quote=found[0].text, score=found[0].score))
    return sentences, citations


def _shortened(text: str) -> str:
    """The beginning and the end: the request of a long mail often stands in its last sentence."""
    if len(text) <= TEXT_CHARS:
        return text
    half = TEXT_CHARS // 2
    return f"{text[:half]} … {text[-half:]}"
