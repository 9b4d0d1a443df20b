from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.company import Intents, Roster
from core.types import Signal
from core.yamltext import parse
from policy.deciding.decision import Case
from policy.loading.load import Compiled, load

EXAMPLE = Path(__file__).parents[3] / "knowledge" / "example"
TUESDAY = datetime(2026, 3, 10, 14, tzinfo=UTC)
SOURCES = {"intent": "intent", "confidence": "intent", "language": "channel", "data_quality": "score"}


@pytest.fixture(scope="session")
def roster() -> Roster:
    return parse(Roster, (EXAMPLE / "roster.yaml").read_text("utf-8"), "roster.yaml")[0]


@pytest.fixture(scope="session")
def intents() -> Intents:
    return parse(Intents, (EXAMPLE / "intents.yaml").read_text("utf-8"), "intents.yaml")[0]


@pytest.fixture(scope="session")
def policy_text() -> str:
    return (EXAMPLE / "policy.yaml").read_text("utf-8")


@pytest.fixture(scope="session")
def policy(policy_text: str, roster: Roster, intents: Intents) -> Compiled:
    return load(policy_text, "policy.yaml", roster, intents)


def case(now: datetime = TUESDAY, source: str = "crm", **values: Any) -> Case:
    """A case of verified facts, but for the signals that are never verified."""
    known = {"language": "en", "data_quality": 1.0, "confidence": 0.9, **values}
    signals = tuple(
        Signal.model_validate({"name": name, "value": value, "source": SOURCES.get(name, _derived(name) or source)})
        for name, value in known.items()
    )
    return Case(signals, now, {}, "conversation-1")


def _derived(name: str) -> str | None:
    from policy.signals import SCHEMA

    return None if SCHEMA[name].verified else "intent"
