"""Which rule decides: the first guard that holds, else the first override that has not ended, else the strictest rule that fires."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from policy.deciding.index import Entry, Index
from policy.deciding.match import Reading, number
from policy.deciding.strictness import gate
from policy.schema import Override, Policy, SoftStep
from policy.signals import Facts


class Choice(NamedTuple):
    """``winner``: None when nothing fires and the default holds. ``fired``: the winner, then all that lost against it, strictest first."""

    winner: Entry | None
    fired: tuple[Entry, ...]

    @property
    def binding(self) -> tuple[Entry, ...]:
        """The entries whose approvals the plan needs, the winner first."""
        return binding(self.fired)


def choose(policy: Policy, index: Index, reading: Reading, now: datetime, *, unapproved: bool = False) -> Choice:
    """What the facts lead to. ``unapproved`` leaves out whatever needs an approval. Once a guard holds nothing else is looked at."""
    firing: Iterator[Entry] = (entry for entry in index.candidates(reading.facts) if in_force(entry, now) and entry.fires(reading))
    if unapproved:
        firing = _free(policy, reading.facts, tuple(firing))
    winner = next(firing, None)
    if winner is None or winner.place == "guard":
        return Choice(winner, (winner,) if winner else ())
    return Choice(winner, (winner, *firing))


def in_force(entry: Entry, now: datetime) -> bool:
    """False once an override has ended."""
    return not isinstance(entry.rule, Override) or now < entry.rule.expires


def binding(fired: Sequence[Entry]) -> tuple[Entry, ...]:
    """The first of ``fired``; where that is an override also what it wins over, up to the strictest rule: it takes no approval of theirs
    away."""
    overrides = sum(entry.place == "override" for entry in fired) if fired and fired[0].place == "override" else 0
    return tuple(fired[: overrides + 1])


def _free(policy: Policy, facts: Facts, fired: Sequence[Entry]) -> Iterator[Entry]:
    """Those that need no approval, neither of their own nor one that they cannot take away."""
    return (
        entry
        for place, entry in enumerate(fired)
        if not any(each.approvals or gate(policy, facts, each.level)[0] for each in binding(fired[place:]))
    )


def soft_step(choice: Choice, facts: Facts) -> SoftStep | None:
    """What automation tries before the winner's people are asked: the next step that it has not taken in this conversation.

    None where somebody asked for a person or has taken over, the language is not served, or something else that fired asks for a person
    or an approval.
    """
    steps = choice.winner.rule.then.before if choice.winner else ()
    if not steps or facts.get("wants_human") is True or facts.get("language_served") is not True or facts.get("mode") == "human":
        return None
    if any(entry.level >= 1 or entry.approvals for entry in choice.fired[1:]):
        return None
    taken = number(facts.get("clarifications")) or 0.0
    return steps[int(taken)] if 0 <= taken < len(steps) else None
