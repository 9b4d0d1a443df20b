"""The intent models of all companies served, and models of one's own data."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agents.intent.agent import IntentAgent
from agents.intent.cache import load, load_or_train, save
from agents.intent.data import read_intents
from agents.intent.training import train
from core.company import Company
from core.errors import InvalidFile
from core.intent import Intent
from core.ports import Encoder

Progress = Callable[[str], None]
MODEL = "intents.npz"


class IntentLibrary:
    """``core.services.IntentModels``; ``cache`` is the folder of trained models."""

    def __init__(self, companies: Mapping[str, Company], encoder: Encoder, cache: Path) -> None:
        self._companies, self._encoder, self._cache = companies, encoder, cache
        self._agents: dict[str, IntentAgent] = {}

    def train(self, tenant: str, progress: Progress) -> str:
        """The company's model, from the cache or trained now; its version."""
        if tenant not in self._agents:
            company = self._companies[tenant]
            count = sum(len(intent.utterances) for intent in company.intents.intents)
            began = time.perf_counter()
            stages: list[str] = []

            def stage(text: str) -> None:
                stages.append(text)
                progress(f"intents: {text} …")

            model = load_or_train(company.intents, self._encoder, self._cache, stage)
            how = f"trained in {time.perf_counter() - began:.0f} s and kept" if stages else "trained before"
            progress(f"intents: {len(company.intents.intents)} of {count:,} utterances, {how}")
            self._agents[tenant] = IntentAgent(model, company.profile.products)
        return self._agents[tenant].version

    def agent(self, tenant: str) -> IntentAgent:
        self.train(tenant, lambda _: None)
        return self._agents[tenant]

    def train_file(self, data: Path, out: Path, progress: Progress) -> str:
        """Train on a file; nothing is written when it cannot be used.

        Raises:
            InvalidFile: naming the row.
        """
        try:
            text = data.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else (error.strerror or str(error)).lower()
            raise InvalidFile(file=str(data), problem=reason) from None
        model = train(read_intents(text, str(data)), self._encoder, progress)
        save(model, out / MODEL)
        return model.version

    def predict(self, texts: Sequence[str], *, tenant: str | None, model: Path | None) -> list[tuple[str, Intent, float]]:
        """Text, intent and milliseconds, one text after the other, as messages come."""
        agent = self.agent(tenant) if tenant else IntentAgent(load((model or Path()) / MODEL, self._encoder))
        return [_timed(agent, text) for text in texts]


def _timed(agent: IntentAgent, text: str) -> tuple[str, Intent, float]:
    began = time.perf_counter()
    intent = agent.read(text, "", "en", ())
    return text, intent, (time.perf_counter() - began) * 1000
