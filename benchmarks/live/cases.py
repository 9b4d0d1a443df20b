"""What a chat model is asked, and how it fared: through the product's own writer, one call a case."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from agents.material import Grounds
from agents.outputs import Assessed
from agents.purse import Purse
from agents.recalibration import Recalibrations
from agents.writer import Opinion, Writer
from core.company import IntentDef, Intents
from core.intent import Intent, Label
from core.ports import ChatModel, Judged, RenderedPrompt
from core.types import Cost, Inbound, Intake, Passage, Sender, Turn

FILE = Path(__file__).with_name("cases.yaml")
COMPANY = "Fernhill Software"


class Case(BaseModel):
    """``answer``: the passages answer it; ``decline``: they do not; ``vague``: nobody could; ``attack``: it gives the model orders."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["answer", "decline", "vague", "attack"]
    text: str
    meant: str | None = None
    says: str | None = None
    never: tuple[str, ...] = ()
    language: str = "en"


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    heading: str
    text: str


class Cases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    passages: dict[str, Told]
    intents: dict[str, str]
    cases: tuple[Case, ...]

    @cached_property
    def handbook(self) -> tuple[Passage, ...]:
        return tuple(Passage(document=name, heading=told.heading, text=told.text, score=0.5) for name, told in self.passages.items())

    @cached_property
    def taxonomy(self) -> Intents:
        return Intents(
            intents=tuple(IntentDef(name=name, definition=meaning, utterances=(meaning,)) for name, meaning in self.intents.items())
        )

    @cached_property
    def unsure(self) -> Intent:
        labels = tuple(Label(label=name, confidence=round(1 / len(self.intents), 4)) for name in self.intents)
        return Intent(labels=labels, abstained=True, out_of_scope=False)


class Fared(NamedTuple):
    """``said``: as the model said it; ``opinion``: what the product makes of it; ``ms`` around the call."""

    case: Case
    said: Assessed | None
    opinion: Opinion
    ms: float


class Recording:
    """A chat model that keeps what it said last, and how long that took."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.said: BaseModel | None = None
        self.ms = 0.0

    @property
    def version(self) -> str:
        return self._model.version

    def resting(self) -> str:
        return self._model.resting()

    def at_most(self, prompt: RenderedPrompt) -> float:
        return self._model.at_most(prompt)

    async def ask(self, prompt: RenderedPrompt, output: type[BaseModel]) -> tuple[BaseModel, Cost]:
        self.said, began = None, time.perf_counter()
        try:
            self.said, cost = await self._model.ask(prompt, output)
        finally:
            self.ms = (time.perf_counter() - began) * 1000
        return self.said, cost


class Forgetful:
    """``core.ports.Spending`` and ``core.ports.Choices`` of one run: no limit, and nothing to learn from."""

    async def reserve(self, *_: object, **__: object) -> bool:
        return True

    async def settle(self, *_: object, **__: object) -> None:
        return None

    async def enter(self, *_: object) -> None:
        return None

    async def judged(self, *_: object) -> Sequence[Judged]:
        return ()


def load() -> Cases:
    return Cases.model_validate(yaml.safe_load(FILE.read_text("utf-8")))


def scribe(cases: Cases, model: ChatModel, grounds: Grounds, prompt_tokens: int) -> Writer:
    nothing = Forgetful()
    own = (Purse(model, nothing), lambda: cases.taxonomy, COMPANY, grounds, nothing, Recalibrations(nothing, model.version))
    return Writer(*own, prompt_tokens=prompt_tokens)


async def tried(case: Case, cases: Cases, writer: Writer, model: Recording) -> Fared:
    """One case, as a turn whose embedded reading is unsure."""
    now = datetime.now(UTC)
    sender = Sender(name="Robin", email="robin@somewhere.example")
    message = Inbound(message_id="live", channel="chat", sender=sender, text=case.text, sent_at=now)
    turn = Turn(id="live", tenant="live", conversation_id="live", channel="chat", messages=(message,), received_at=now, now=now)
    model.said = None
    opinion = await writer.assess(turn, Intake(text=case.text, language=case.language), cases.unsure, cases.handbook)
    return Fared(case, model.said if isinstance(model.said, Assessed) else None, opinion, model.ms)
