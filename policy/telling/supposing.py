"""A change of one signal in an operator's words: ``if the deal were ≥ 250,000 (is 180,000)``."""

import math
from collections.abc import Sequence

from core.types import SignalValue
from policy.deciding.match import number
from policy.schema import Outcome, Policy

_NAMES = {
    "tier": "the plan",
    "seats": "the number of seats",
    "arr": "the annual revenue",
    "deal_value": "the deal",
    "deal_stage": "the deal's stage",
    "account_owner": "the account's owner",
    "crm_language": "the language on record",
    "health": "the account's health",
    "title_seniority": "the contact's seniority",
    "contact_name": "the contact's name",
    "intent_group": "the group of the intent",
    "money_mentioned": "the amount mentioned",
    "mode": "the conversation's mode",
    "customer_messages": "the number of the customer's messages",
    "automatic_answers": "the number of automatic answers so far",
    "clarifications": "the number of questions asked so far",
    "repeated_intent": "the number of times they asked for it before",
    "requests": "the number of requests",
    "words": "the number of words",
    "attachments": "the number of attachments",
    "win_probability": "the chance to win",
    "handbook": "what the handbook makes of it",
}
_FLAGS = {
    "known": ("the sender were known to the CRM", "the sender were not known to the CRM"),
    "authenticated": ("the sender were authenticated", "the sender were not authenticated"),
    "strategic": ("the account were strategic", "the account were not strategic"),
    "abstained": ("no intent were sure enough", "the intent were sure enough"),
    "out_of_scope": ("no intent fitted", "an intent fitted"),
    "wants_human": ("they asked for a person", "they did not ask for a person"),
    "threat_to_leave": ("they threatened to leave", "they did not threaten to leave"),
    "legal_threat": ("they threatened legal steps", "they did not threaten legal steps"),
    "complaint": ("they complained", "they did not complain"),
    "language_served": ("we served their language", "we did not serve their language"),
    "automated": ("a machine had sent it", "no machine had sent it"),
    "open_approval": ("an approval were open", "no approval were open"),
    "grounded": ("the handbook answered it", "the handbook did not answer it"),
}


def name_of(signal: str) -> str:
    """``the deal`` for ``deal_value``."""
    return _NAMES.get(signal, f"the {signal.replace('_', ' ')}")


def destination(policy: Policy, outcome: Outcome) -> str:
    """What the outcome would do."""
    match outcome.action:
        case "escalate":
            return f"would go to the {policy.roles[outcome.role or ''].title}"
        case "handoff":
            return f"would go to the {policy.queues[outcome.queue].title} queue" if outcome.queue else "would go to a person of its queue"
        case "answer":
            return "would be answered by automation"
        case "clarify":
            return "would get a question from automation"
        case "ignore":
            return "would be ignored"


def supposing(signal: str, wanted: Sequence[SignalValue], value: SignalValue, *, limit: bool = True) -> str:
    """The change from ``value`` to any of ``wanted``. Without ``limit`` a number stands for itself alone, not for all beyond it."""
    first = wanted[0]
    if isinstance(first, bool):
        return f"if {_FLAGS[signal][0 if first else 1]}" if signal in _FLAGS else f"if {signal} were {str(first).lower()}"
    if (found := number(first)) is not None:
        return f"if {name_of(signal)} were {_bound(found, number(value), limit=limit)} (is {shown(value)})"
    return f"if {name_of(signal)} were {' or '.join(str(each) for each in wanted)} (is {shown(value)})"


def shown(value: SignalValue) -> str:
    """The value as people write it; ``unknown`` for what nobody has stated."""
    if value is None or value == "":
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:,.10g}"


def _bound(wanted: float, value: float | None, *, limit: bool) -> str:
    """A limit that is reached from below or left downwards; the number next below a limit stands for leaving it."""
    above = math.nextafter(wanted, math.inf)
    down = wanted < value if value is not None else len(repr(above)) < len(repr(wanted))
    if limit:
        return f"< {above:,.10g}" if down else f"≥ {wanted:,.10g}"
    return f"just below {above:,.10g}" if down else f"{wanted:,.10g}"
