"""Every guard, override and rule of the example policy has a scenario that fires it and one that just misses it.

``knowledge/example/evals/rules.jsonl``, one pair a line: ``rule``; ``fires``: signals with which it fires and wins; ``misses``: the one
signal that is different where it does not fire (null: not known). Signals not named are those of an ordinary message, ``ORDINARY``.
"""

import json
from typing import Any, NamedTuple

import pytest

from core.company import Roster
from core.types import Signal
from policy.deciding.decision import Case, decide
from policy.deciding.match import Reading
from policy.loading.load import Compiled
from policy.signals import SCHEMA, facts
from tests.unit.policy.conftest import EXAMPLE, TUESDAY

ORDINARY = {"language": "en", "language_served": True, "data_quality": 1.0, "confidence": 0.9, "abstained": False, "mode": "automation"}


class Pair(NamedTuple):
    rule: str
    fires: dict[str, Any]
    misses: dict[str, Any]


def pairs() -> list[Pair]:
    lines = (EXAMPLE / "evals" / "rules.jsonl").read_text("utf-8").splitlines()
    return [Pair(**json.loads(line)) for line in lines]


def scene(values: dict[str, Any]) -> Case:
    known = {name: value for name, value in {**ORDINARY, **values}.items() if value is not None}
    signals = [{"name": name, "value": value, "source": "crm" if SCHEMA[name].verified else "intent"} for name, value in known.items()]
    return Case(tuple(map(Signal.model_validate, signals)), TUESDAY, {}, "conversation-1")


def fired(policy: Compiled, case: Case) -> set[str]:
    reading = Reading(facts(case.signals))
    return {entry.rule.name for entry in policy.index.candidates(reading.facts) if entry.fires(reading)}


def test_every_rule_of_the_example_policy_has_its_pair(policy: Compiled) -> None:
    rules = [*policy.policy.guards, *policy.policy.overrides, *policy.policy.rules]
    assert {rule.name for rule in rules} == {pair.rule for pair in pairs()}


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.rule}-{'-'.join(pair.misses)}")
def test_the_rule_fires_and_wins_and_just_misses(pair: Pair, policy: Compiled, roster: Roster) -> None:
    hit, near = scene(pair.fires), scene({**pair.fires, **pair.misses})
    assert len(pair.misses) == 1, "one signal is different"
    assert pair.rule in fired(policy, hit)
    assert decide(policy, roster, hit).rules == (pair.rule,)
    assert pair.rule not in fired(policy, near)
    assert decide(policy, roster, near).rules != (pair.rule,)
