"""What is wrong with a policy that loads, or worth a look, in words for who wrote it. Pure; ``policy.loading`` finds what cannot load."""

from datetime import datetime

from core.company import Intents, Profile, Roster
from core.yamltext import Lines
from policy.schema import Policy
from policy.telling.check_people import People
from policy.telling.check_rules import Rules
from policy.telling.findings import Finding, Scope

__all__ = ["Finding", "check"]


def check(policy: Policy, lines: Lines, roster: Roster, intents: Intents, profile: Profile, now: datetime) -> tuple[Finding, ...]:
    """Every finding, errors first, then in the order of the file. ``lines``: the text that ``policy`` was read from."""
    scope = Scope(policy, lines, roster, intents, profile, now)
    found = {(each.kind, each.line, each.text): each for part in (Rules(scope), People(scope)) for each in part.findings()}
    return tuple(sorted(found.values(), key=lambda each: (each.severity != "error", each.line or 0, each.kind)))
