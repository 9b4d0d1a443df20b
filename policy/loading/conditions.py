"""Whether the conditions of a rule fit the signals that they name."""

from collections.abc import Iterator, Mapping

from core.company import Intents, Roster
from core.yamltext import Loc
from policy.deciding.match import holds, texts
from policy.loading.expressions import compiled
from policy.loading.nearest import unknown
from policy.schema import Condition, Policy, Range, Rule
from policy.scoring.derive import scores
from policy.signals import HANDBOOK, SCHEMA, Facts

_FITS: dict[str, tuple[type, ...]] = {"flag": (bool,), "number": (Range,), "text": (str, tuple)}
_WANTED = {"flag": "true or false", "number": "at_least and/or below", "text": "a text or a list of texts"}
_FROM_FACTS = frozenset({"value_score", "expected_value", "win_probability"})  # computed from verified facts and nothing else
_FACTS = _FROM_FACTS.union(name for name, spec in SCHEMA.items() if spec.verified)


def bad_conditions(policy: Policy, roster: Roster, intents: Intents, loc: Loc, rule: Rule) -> Iterator[tuple[Loc, str]]:
    """Every condition that can never hold as it is written, with where it stands."""
    words = _vocabulary(policy, roster, intents)
    for name, condition in rule.when.items():
        if problem := _bad(name, condition, words):
            yield (*loc, "when", name), f"rule {rule.name}: {problem}"


def on_text_alone(policy: Policy, rule: Rule) -> bool:
    """Whether some text makes the rule fire for a sender of whom nothing is known: all that it asks of facts holds for them.

    A condition on facts is asked of nobody's facts; so is an expression that speaks of nothing else. An expression that also speaks of the
    text keeps nobody out: some text may satisfy it.
    """
    nobody = {**scores(policy, {}), "known": False, "authenticated": False}
    return all(holds(rule.when[name], nobody.get(name)) for name in rule.when if name in _FACTS) and _may_say(rule.expr, nobody)


def _may_say(expr: str | None, nobody: Facts) -> bool:
    """Whether the expression may hold for nobody's facts. One that does not compile is refused elsewhere, with what is wrong with it."""
    try:
        expression = compiled(expr) if expr else None
    except ValueError:
        return False
    return expression is None or not expression.names <= _FACTS or expression.holds(nobody)


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
        "handbook": frozenset(HANDBOOK),
    }
