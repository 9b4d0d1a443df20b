"""The writer: the turn's one model call, made when the embedded model is unsure or a text is to be sent, and never taken at its word."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agents.outputs import Assessed, Reply
from core.company import Intents
from core.errors import ModelFailed
from core.intent import Intent, Label
from core.ports import ChatModel
from core.types import Answer, Citation, Cost, Intake, Passage, Turn
from prompts.render import render

CANDIDATES = 5
PASSAGES = 3
# Budgets in characters, about four to a token: the whole prompt stays near 500 tokens for a message of ordinary length.
PASSAGE_CHARS, TEXT_CHARS, HISTORY_CHARS, DEFINITION_CHARS = 320, 900, 300, 110
_CITED = re.compile(r"\s*(?P<sentence>[^\[\]]+?)\s*(?P<marks>(?:\[\d+\]\s*)+)[.!?]?", re.DOTALL)
_NUMBER = re.compile(r"\d+")

Check = Callable[[str, Sequence[Citation], Sequence[Passage], str], Answer]


class Opinion(NamedTuple):
    """What the call gave: an intent of the taxonomy, a checked draft, its cost, and what went wrong."""

    intent: Intent | None
    draft: Answer | None
    cost: Cost
    degraded: list[str]


class Writer:
    """``check`` removes what the cited passages do not support, and abstains when too little is left."""

    def __init__(self, model: ChatModel, intents: Intents, company: str, check: Check) -> None:
        self._model, self._intents, self._company, self._check = model, intents, company, check
        self._definitions = {intent.name: intent.definition for intent in intents.intents}

    @property
    def version(self) -> str:
        return self._model.version

    async def assess(self, turn: Turn, intake: Intake, intent: Intent, passages: tuple[Passage, ...]) -> Opinion:
        """Intent and draft in one call. An intent that was not offered is dropped, and the receipt says so."""
        offered = self._candidates(intent)
        listing = "\n".join(f"{name}: {self._definitions[name][:DEFINITION_CHARS]}" for name in offered)
        prompt = render("assess", intents=listing, **self._common(turn, intake, passages))
        try:
            said, cost = await self._model.ask(prompt, Assessed)
        except ModelFailed as error:
            return Opinion(None, None, Cost(calls=1), [f"model: {error}"])
        assert isinstance(said, Assessed)  # noqa: S101 - the port promises it
        draft = self._checked(said.draft, turn, intake, passages)
        if said.intent == "none":
            return Opinion(intent.model_copy(update={"out_of_scope": True, "source": "model"}), draft, cost, [])
        if said.intent not in offered:
            return Opinion(None, draft, cost, ["model: named an intent that was not offered; the embedded reading stands"])
        return Opinion(_chosen(intent, said.intent, offered), draft, cost, [])

    async def reply(self, turn: Turn, intake: Intake, passages: tuple[Passage, ...]) -> Opinion:
        """The text, from the passages only; None where too little of it is supported."""
        try:
            said, cost = await self._model.ask(render("reply", **self._common(turn, intake, passages)), Reply)
        except ModelFailed as error:
            return Opinion(None, None, Cost(calls=1), [f"model: {error}"])
        assert isinstance(said, Reply)  # noqa: S101 - the port promises it
        draft = self._checked(said.reply, turn, intake, passages)
        trouble = [] if draft else ["model: its reply was not supported by the passages; the handbook's own sentences are used"]
        return Opinion(None, draft, cost, trouble)

    def _candidates(self, intent: Intent) -> list[str]:
        ranked = [*(label.label for label in intent.labels), *intent.set]
        return [name for name in dict.fromkeys(ranked) if name in self._definitions][:CANDIDATES] or list(self._definitions)[:CANDIDATES]

    def _common(self, turn: Turn, intake: Intake, passages: tuple[Passage, ...]) -> dict[str, str]:
        past = "\n".join(f"{past.role}: {past.text}" for past in turn.history[-4:])
        numbered = (
            f"[{number}] {passage.heading}: {passage.text}"[:PASSAGE_CHARS] for number, passage in enumerate(passages[:PASSAGES], 1)
        )
        return {
            "company": self._company,
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
        answer = self._check(" ".join(sentences), citations, passages, conversation)
        return None if answer.abstained or not answer.citations else answer


def _chosen(intent: Intent, name: str, offered: Sequence[str]) -> Intent:
    """The model's choice with the embedded model's own probability, renormalised over what was offered: its word carries no number."""
    known = {label.label: label.confidence for label in intent.labels}
    mass = sum(known.get(each, 0.0) for each in offered)
    confidence = round(known.get(name, 0.0) / mass, 4) if mass else 1 / len(offered)
    others = tuple(label for label in intent.labels if label.label != name)
    label = Label(label=name, confidence=confidence, span=next((known.span for known in intent.labels if known.label == name), None))
    return intent.model_copy(update={"labels": (label, *others), "abstained": False, "out_of_scope": False, "source": "model"})


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
