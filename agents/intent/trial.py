"""A model tried on texts whose intents are known."""

import time
from collections.abc import Iterator, Sequence

from agents.intent.agent import IntentAgent
from core.intent import Intent


class Trial:
    """Implements ``core.services.Trial``."""

    def __init__(self, agent: IntentAgent) -> None:
        self._agent = agent

    @property
    def labels(self) -> tuple[str, ...]:
        return self._agent.model.labels

    def threshold(self, bound: float) -> float | None:
        return self._agent.model.threshold(bound)

    def read(self, texts: Sequence[str]) -> Iterator[tuple[Intent, float]]:
        for text in texts:
            began = time.perf_counter()
            intent = self._agent.read(text, "", "en", ())
            yield intent, (time.perf_counter() - began) * 1000
