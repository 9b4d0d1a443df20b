"""From the text of ``policy.yaml`` to something that decides; whatever is wrong with it is found here, with its line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.company import Intents, Profile, Roster
from core.digest import policy_version, written
from core.yamltext import Lines, Loc, parse
from policy.deciding.index import Index, entries
from policy.loading.expressions import Expression, compiled
from policy.loading.monotone import broken
from policy.loading.names import placed_rules, problems
from policy.loading.staffing import unstaffed
from policy.schema import Policy, Rule


@dataclass(frozen=True)
class Compiled:
    """A policy ready to decide. ``version`` is the digest of the text and its roster; ``groups``: intent → its group."""

    policy: Policy
    version: str
    index: Index
    groups: Mapping[str, str]


def load(text: str, file: str, roster: Roster, intents: Intents, profile: Profile | None = None) -> Compiled:
    """Parse, check against the roster, the intents and, where given, the company's languages and systems of record, compile.

    Raises:
        InvalidFile: the first problem, with file and line.
    """
    policy, lines = parse(Policy, text, file)
    placed = list(placed_rules(policy))
    _refuse(lines, problems(policy, roster, intents, profile))
    expressions = _expressions(placed, lines)
    _refuse(lines, broken(policy, placed, expressions))
    _refuse(lines, unstaffed(policy, roster, intents))
    return Compiled(policy, policy_version(text, written(roster)), Index(entries(policy, expressions)), intents.groups)


def _refuse(lines: Lines, found: Iterable[tuple[Loc, str]]) -> None:
    for loc, problem in found:
        raise lines.error(loc, problem)


def _expressions(placed: Iterable[tuple[Loc, Rule]], lines: Lines) -> dict[str, Expression]:
    """Expression by its text."""
    found: dict[str, Expression] = {}
    for loc, rule in placed:
        if rule.expr:
            try:
                found[rule.expr] = compiled(rule.expr)
            except ValueError as error:
                raise lines.error((*loc, "expr"), f"rule {rule.name}: expression {error}") from None
    return found
