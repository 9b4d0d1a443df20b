"""Whether the conditions of a rule fit the signals that they name."""

from collections.abc import Iterator, Mapping

from core.company import Intents, Roster
from core.yamltext import Loc
from policy.match import texts
from policy.nearest import unknown
from policy.schema import Condition, Policy, Range, Rule
from policy.signals import SCHEMA

_FITS: dict[str, tuple[type, ...]] = {"flag": (bool,), "number": (Range,), "text": (str, tuple)}
_WANTED = {"flag": "true or false", "number": "at_least and/or below", "text": "a text or a list of texts"}
_FROM_FACTS = frozenset({"value_score", "expected_value", "win_probability"})  # computed from verified facts and nothing else


def bad_conditions(policy: Policy, roster: Roster, intents: Intents, loc: Loc, rule: Rule) -> Iterator[tuple[Loc, str]]:
    """Every condition that can never hold as it is written, with where it stands."""
    words = _vocabulary(policy, roster, intents)
    for name, condition in rule.when.items():
        if problem := _bad(name, condition, words):
            yield (*loc, "when", name), f"rule {rule.name}: {problem}"


def on_text_alone(rule: Rule) -> bool:
    """Whether the rule can fire without a single verified fact: ``false`` also holds when nothing is known."""
    stated = (name for name, condition in rule.when.items() if condition is not False)
    return not any(name in SCHEMA and (SCHEMA[name].verified or name in _FROM_FACTS) for name in stated)


def _bad(name: str, condition: Condition, words: Mapping[str, frozenset[str]]) -> str | None:
    spec = SCHEMA.get(name)
    if spec is None:
        return unknown("signal", name, SCHEMA)
    if not isinstance(condition, _FITS[spec.kind]):
        return f"{name} is a {spec.kind}: give {_WANTED[spec.kind]}"
    if isinstance(condition, (str, tuple)):
        if not condition:
            return f"{name}: an empty list never holds"
        if name in words:
            return next((unknown(name.replace("_", " "), each, words[name]) for each in texts(condition) if each not in words[name]), None)
    return None


def _vocabulary(policy: Policy, roster: Roster, intents: Intents) -> dict[str, frozenset[str]]:
    """What a text signal can be, where that is known."""
    return {
        "intent": frozenset(intents.groups),
        "intent_group": frozenset(intents.groups.values()),
        "regulated_topic": frozenset(policy.regulated),
        "account_owner": frozenset(roster.by_id),
        "channel": frozenset({"email", "chat", "slack", "api"}),
        "mode": frozenset({"automation", "human"}),
        "consent": frozenset({"yes", "no", "unknown"}),
    }
