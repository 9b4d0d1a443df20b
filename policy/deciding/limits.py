"""Who stands high enough for a need, and how much each may grant."""

from collections.abc import Iterable, Mapping

from core.company import Person, Roster
from core.types import ApprovalNeed
from policy.schema import Policy

Spend = Mapping[str, float | None]


def stands(policy: Policy, person: Person, need: ApprovalNeed) -> bool:
    """Whether the person's role is the one that the need names, or reaches its level."""
    if need.level is not None:
        return policy.roles[person.role].level >= need.level
    return person.role == need.role


def named(policy: Policy, need: ApprovalNeed) -> str:
    """The need in words."""
    if need.level is not None:
        return f"somebody of level {need.level} or higher"
    return policy.roles[need.role].title if need.role in policy.roles else f"a {need.role}, which the policy in force does not know"


def standing(policy: Policy, role: str) -> int:
    """The level of a role; above all others for one that the policy does not know (any more), so that it opens nothing to anybody."""
    return policy.roles[role].level if role in policy.roles else 1 + max(each.level for each in policy.roles.values())


def beyond(person: Person, spend: Spend) -> str | None:
    """What of ``spend`` is more than the person may grant; a limit that is not stated is 0, an amount nobody stated is more than 0."""
    for name, amount in spend.items():
        limit = person.limits.get(name, 0.0)
        if amount is None and limit <= 0:
            return f"may grant no {name}, and how much is asked is not known"
        if amount is not None and amount > limit:
            return f"may grant {name} up to {limit:,.10g}, and {amount:,.10g} is asked"
    return None


def able(policy: Policy, roster: Roster, need: ApprovalNeed, spend: Spend) -> int:
    """How many people may decide the need."""
    roles = [need.role] if need.level is None else [name for name, role in policy.roles.items() if role.level >= need.level]
    people = (person for role in roles for person in roster.with_role(role))
    return sum(beyond(person, spend) is None and "decide" in person.rights for person in people)


def within_limits(
    policy: Policy, roster: Roster, needs: Iterable[ApprovalNeed], spend: Spend
) -> tuple[tuple[ApprovalNeed, ...], tuple[str, ...]]:
    """The needs, each opened to everybody of its level or higher where those it names may not grant the amounts; and a note for each."""
    moved, notes = [], []
    for need in needs:
        higher = need if able(policy, roster, need, spend) >= need.quorum else _higher(policy, roster, need, spend)
        moved.append(higher or need)
        if higher is None:
            notes.append(f"too few of {named(policy, need)} may grant {', '.join(spend) or 'it'}: the fall-back follows")
        elif higher is not need:
            notes.append(f"{', '.join(spend)} is beyond {named(policy, need)}: {named(policy, higher)} must approve")
    return tuple(moved), tuple(notes)


def merged(needs: Iterable[ApprovalNeed]) -> tuple[ApprovalNeed, ...]:
    """One need per role, with the larger quorum."""
    quorum: dict[str, int] = {}
    for need in needs:
        quorum[need.role] = max(need.quorum, quorum.get(need.role, 0))
    return tuple(ApprovalNeed(role=role, quorum=count) for role, count in quorum.items())


def _higher(policy: Policy, roster: Roster, need: ApprovalNeed, spend: Spend) -> ApprovalNeed | None:
    level = need.level if need.level is not None else standing(policy, need.role)
    higher = ApprovalNeed(role=f"level:{level}", quorum=need.quorum)
    return higher if able(policy, roster, higher, spend) >= need.quorum else None
