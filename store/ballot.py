"""One word on one approval: whether it may be spoken, for which need, and what an edit or a reassignment changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Forbidden, InvalidEdit
from core.ports import Approvers
from core.types import ApprovalNeed, Request
from core.views import Approval, Word
from store.chain import Chain
from store.tables import approval_edits, approvals, delegations


class Seat(NamedTuple):
    """The need that a person's word counts for, and for whom they speak when it is not for themselves."""

    need: ApprovalNeed
    behalf: str | None


def check_open(approval: Approval, digest: str | None) -> None:
    """Raises Conflict: it is closed (how, by whom, when), or ``digest`` names an earlier version of it."""
    if approval.status != "pending":
        raise Conflict(problem=f"approval {approval.id} is {approval.closing()}")
    if digest is not None and digest != approval.request.digest:
        altered = next((edit for edit in approval.edits if edit.before.digest == digest), None)
        how = f" by {approval.edits[-1].person} at {approval.edits[-1].at:%Y-%m-%d %H:%M:%S %Z}" if altered else ""
        raise Conflict(
            problem=f"approval {approval.id} was altered{how}: it asks for something else than what was decided on; look at it again"
        )


def check_response(approval: Approval, text: str) -> None:
    """Raises InvalidEdit: there is no text, or the words of one person would replace a decision of several."""
    if not text.strip():
        raise InvalidEdit(approval=approval.id, problem="a response needs a text")
    if sum(need.quorum for need in approval.request.needs) > 1:
        raise InvalidEdit(approval=approval.id, problem="it needs several people, so no single one can answer instead; edit or reject it")


async def take_seat(
    chain: Chain, approvers: Approvers, approval: Approval, person: str, outcome: Word, at: datetime, *, only: ApprovalNeed | None = None
) -> Seat:
    """The need that ``person``'s word counts for, in their own name or an absent person's.

    Raises:
        Forbidden: they asked for it themselves (four eyes; withdrawing it is theirs), or may decide none of its needs.
        Conflict: they have voted already, or nobody like them is missing.
    """
    if person in _editors(approval) and outcome != "rejected":
        raise Forbidden(who=person, problem=f"changed approval {approval.id}: somebody else must decide on it")
    if any(vote.person == person for vote in approval.votes):
        raise Conflict(problem=f"{person} has decided on approval {approval.id} already")
    names = [person, *await absent_people(chain, person, at)]
    seats, refusals = _seats(approvers, approval, names, [only] if only else approval.request.needs)
    if not seats and outcome == "rejected" and person in _editors(approval):
        return Seat(approval.request.needs[0], None)
    if not seats:
        raise Forbidden(who=person, problem=f"may not decide on approval {approval.id}: {refusals[0] if refusals else 'it has no needs'}")
    missing = {need.role for need in approval.missing()}
    seat = next((each for each in seats if each.need.role in missing), None)
    if seat is None and outcome == "approved":
        raise Conflict(problem=f"approval {approval.id} waits for {', '.join(sorted(missing))} only")
    return seat or seats[0]


async def absent_people(chain: Chain, deputy: str, at: datetime) -> Sequence[str]:
    """Those for whom ``deputy`` decides now."""
    columns = delegations.c
    now = (columns.revoked_at.is_(None), columns.starts_at <= at, columns.ends_at > at)
    query = select(columns.person).where(columns.tenant == chain.tenant, columns.deputy == deputy, *now).order_by(columns.created_at)
    return (await chain.db.scalars(query)).all()


def need_to_assign(approval: Approval, role: str | None, to: Sequence[str]) -> ApprovalNeed:
    """The need of ``role``, or the only open one. Raises InvalidEdit when that is not clear, or ``to`` are not as many as it needs."""
    missing = approval.missing()
    found = [need for need in missing if role is None or need.role == role]
    if len(found) != 1:
        names = ", ".join(need.role for need in missing)
        raise InvalidEdit(approval=approval.id, problem=f"say for which of its open needs: {names}" if names else "nothing of it is open")
    voted = next((vote.person for vote in approval.votes if vote.person in to), None)
    if voted:
        raise InvalidEdit(approval=approval.id, problem=f"{voted} has decided on it already")
    if len(set(to)) < found[0].quorum:
        raise InvalidEdit(approval=approval.id, problem=f"{found[0].role} needs {found[0].quorum} different people")
    return found[0]


async def assign_need(
    chain: Chain, approval: Approval, need: ApprovalNeed, to: Sequence[str], *, person: str, reason: str, at: datetime
) -> None:
    """Put ``to`` in place of whoever had the need, and say so in the chain."""
    people = list(dict.fromkeys(to))
    assignees = {role: list(names) for role, names in approval.assignees.items()} | {need.role: people}
    await chain.db.execute(update(approvals).where(*_this(approval)).values(assignees=assignees))
    value = {"approval": approval.id, "digest": approval.request.digest, "by": person, "need": need.role, "to": people, "reason": reason}
    await chain.append("reassigned", turn_id=approval.turn_id, at=at, value=value)


async def replace_request(chain: Chain, approval: Approval, request: Request, *, person: str, reason: str, at: datetime) -> None:
    """Keep the request as it was, put the new one in its place, and say so in the chain."""
    n = len(approval.edits) + 1
    before = {"approval_id": approval.id, "n": n, "tenant": approval.tenant, "before": approval.request.model_dump(mode="json")}
    await chain.db.execute(insert(approval_edits).values(before | {"person": person, "reason": reason, "at": at}))
    quorum = {need.role: need.quorum for need in request.needs}
    assignees = {role: list(people) for role, people in approval.assignees.items() if len(people) >= quorum.get(role, 1)}
    changed = {"request": request.model_dump(mode="json"), "digest": request.digest, "requested_by": person, "assignees": assignees}
    await chain.db.execute(update(approvals).where(*_this(approval)).values(changed))
    value = {"approval": approval.id, "by": person, "reason": reason, "before": approval.request.digest, "digest": request.digest}
    effects = [effect.model_dump(mode="json") for effect in request.effects]
    plan = request.plan.model_dump(mode="json")
    await chain.append("edited", turn_id=approval.turn_id, at=at, value=value | {"plan": plan, "effects": effects})


def _editors(approval: Approval) -> set[str]:
    """Everybody whose changes are in the request as it is now."""
    return {edit.person for edit in approval.edits}


def _this(approval: Approval) -> tuple[ColumnElement[bool], ...]:
    return approvals.c.id == approval.id, approvals.c.tenant == approval.tenant, approvals.c.status == "pending"


def _seats(approvers: Approvers, approval: Approval, names: Sequence[str], needs: Sequence[ApprovalNeed]) -> tuple[list[Seat], list[str]]:
    """Every need that one of ``names`` may decide, and why not the others. Who was asked for it speaks for nobody."""
    seats, refusals = list[Seat](), list[str]()
    for name in (each for each in names if each == names[0] or each not in _editors(approval)):
        for need in needs:
            refused = _refusal(approvers, approval, name, need)
            if refused is None and not any(name in (vote.person, vote.behalf) for vote in approval.votes):
                seats.append(Seat(need, name if name != names[0] else None))
            elif refused:
                refusals.append(refused if name == names[0] else f"{name}, for whom they stand in, {refused}")
    return seats, refusals


def _refusal(approvers: Approvers, approval: Approval, name: str, need: ApprovalNeed) -> str | None:
    assigned = approval.assignees.get(need.role)
    if assigned is None:
        return approvers.refusal(approval.tenant, name, need, approval.request)
    if name not in assigned:
        return f"it was reassigned to {', '.join(assigned)}"
    return approvers.refusal_of_assignee(approval.tenant, name, need, approval.request)
