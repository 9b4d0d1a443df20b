"""How strict an outcome is: its level, the approvals it needs, and the caution of what it does."""

from core.types import Action, ApprovalNeed
from policy.deciding.limits import merged
from policy.schema import Outcome, Policy
from policy.signals import Facts

_CAUTION: dict[Action, int] = {"ignore": 0, "answer": 1, "clarify": 2, "handoff": 3, "escalate": 4}


def level_of(policy: Policy, outcome: Outcome) -> int:
    """0 what automation does alone, 1 a queue, above it the role's level."""
    if outcome.role:
        return policy.roles[outcome.role].level
    return 1 if outcome.action == "handoff" else 0


def approvals_of(policy: Policy, outcome: Outcome) -> tuple[ApprovalNeed, ...]:
    """What the outcome and its role ask for, whatever the facts are."""
    return merged((*outcome.approvals, *(policy.roles[outcome.role].approvals if outcome.role else ())))


def strictness(policy: Policy, outcome: Outcome) -> tuple[int, int, int]:
    """Larger is stricter: the level, then the number of approvals, then the caution of the action."""
    return level_of(policy, outcome), sum(need.quorum for need in approvals_of(policy, outcome)), _CAUTION[outcome.action]


def gate(policy: Policy, facts: Facts, level: int) -> tuple[tuple[ApprovalNeed, ...], tuple[str, ...]]:
    """The data-quality gate: thin or stale facts add approvals to whatever reaches level 2 or more; and a note that says so."""
    quality = facts.get("data_quality")
    if level < 2 or not isinstance(quality, (int, float)) or quality >= policy.data_quality.minimum:
        return (), ()
    note = f"facts are thin or stale (data quality {quality:.2f} < {policy.data_quality.minimum:.2f}): the cautious path"
    return policy.data_quality.approvals, (note,)
