"""Which rule decides: the first guard that holds, else the first override that has not ended, else the strictest rule that fires."""

from datetime import datetime
from typing import NamedTuple

from policy.index import Entry, Index
from policy.match import Reading, number
from policy.schema import Override, Policy, SoftStep
from policy.signals import Facts
from policy.strictness import gate


class Choice(NamedTuple):
    """``winner``: None when nothing fires and the default holds. ``fired``: the winner, then all that lost against it, strictest first."""

    winner: Entry | None
    fired: tuple[Entry, ...]


def choose(policy: Policy, index: Index, reading: Reading, now: datetime, *, unapproved: bool = False) -> Choice:
    """What the facts lead to. ``unapproved`` leaves out whatever needs an approval. Once a guard holds nothing else is looked at."""
    firing = (
        entry
        for entry in index.candidates(reading.facts)
        if in_force(entry, now) and entry.fires(reading) and not (unapproved and needs_approval(policy, reading.facts, entry))
    )
    winner = next(firing, None)
    if winner is None or winner.place == "guard":
        return Choice(winner, (winner,) if winner else ())
    return Choice(winner, (winner, *firing))


def in_force(entry: Entry, now: datetime) -> bool:
    """False once an override has ended."""
    return not isinstance(entry.rule, Override) or now < entry.rule.expires


def needs_approval(policy: Policy, facts: Facts, entry: Entry) -> bool:
    return bool(entry.approvals or gate(policy, facts, entry.level)[0])


def soft_step(choice: Choice, facts: Facts) -> SoftStep | None:
    """What automation tries before the winner's people are asked: the next step that it has not taken in this conversation.

    None where somebody asked for a person or has taken over, the language is not served, or something else that fired asks for a person.
    """
    steps = choice.winner.rule.then.before if choice.winner else ()
    if not steps or facts.get("wants_human") is True or facts.get("language_served") is not True or facts.get("mode") == "human":
        return None
    if any(entry.level >= 1 for entry in choice.fired[1:]):
        return None
    taken = number(facts.get("clarifications")) or 0.0
    return steps[int(taken)] if 0 <= taken < len(steps) else None
