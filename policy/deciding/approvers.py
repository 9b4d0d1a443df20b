"""Who may decide: role or level, spending limits, and what may be changed before the decision. Pure, and closed by default."""

from collections.abc import Mapping, Sequence

from core.access import rights_of
from core.company import Roster
from core.types import ApprovalNeed, Edit, Request
from policy.deciding.eligibility import ineligible
from policy.deciding.limits import beyond, named, standing, stands
from policy.deciding.revision import revise
from policy.loading.load import Compiled


class Approvers:
    """Implements ``core.ports.Approvers`` for the companies served: tenant → the policy in force and its people, as of each question.

    A request of an earlier version is judged by the version in force: a role that it does not know any more is nobody's.
    """

    def __init__(self, policies: Mapping[str, Compiled], rosters: Mapping[str, Roster]) -> None:
        self._policies, self._rosters = policies, rosters

    def refusal(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        """Why ``person`` may not decide ``need`` of ``request``; None when they may."""
        return self._refusal(tenant, person, need, request)

    def refusal_of_assignee(self, tenant: str, person: str, need: ApprovalNeed, request: Request) -> str | None:
        """Why ``need`` may not be handed to ``person``, who must stand at least as high as those it asks for."""
        level = need.level if need.level is not None else standing(self._policies[tenant].policy, need.role)
        return self._refusal(tenant, person, ApprovalNeed(role=f"level:{level}"), request)

    def refusal_of_deputy(self, tenant: str, person: str, deputy: str) -> str | None:
        """Why somebody else may not appoint ``deputy`` for ``person``; None when the deputy stands as high."""
        roster, roles = self._rosters[tenant], self._policies[tenant].policy.roles
        absent, other = roster.get(person), roster.get(deputy)
        if absent is None or other is None or "decide" not in rights_of(other.access):
            return "is no approver"
        return None if roles[other.role].level >= roles[absent.role].level else f"stands lower than {person}"

    def refusal_of_owner(self, tenant: str, person: str, permissions: Sequence[str], handled_in: Sequence[str]) -> str | None:
        """Why ``person`` may not own what asks for these permissions, and for one of these regions; None when they may."""
        found = self._rosters[tenant].get(person)
        if found is None:
            return "is not in the roster"
        return ineligible(self._policies[tenant].policy, found, permissions, handled_in)

    def knows(self, tenant: str, person: str) -> bool:
        return self._rosters[tenant].get(person) is not None

    def leads(self, tenant: str, person: str) -> bool:
        """Whether ``person`` may reassign what is not theirs."""
        found = self._rosters[tenant].get(person)
        return found is not None and "assign" in rights_of(found.access)

    def revise(self, tenant: str, request: Request, edit: Edit) -> Request:
        """The request as ``edit`` makes it. Raises ValueError with what the policy has against it."""
        return revise(self._policies[tenant].policy, self._rosters[tenant], request, edit)

    def _refusal(self, tenant: str, id: str, need: ApprovalNeed, request: Request) -> str | None:
        policy, person = self._policies[tenant].policy, self._rosters[tenant].get(id)
        if person is None:
            return "is not in the roster"
        if "decide" not in rights_of(person.access):
            return "is no approver"
        if not stands(policy, person, need):
            return f"is {policy.roles[person.role].title}, and it needs {named(policy, need)}"
        return beyond(person, request.plan.spend)
