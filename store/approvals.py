"""Approvals: every way to close one goes through one compare-and-set, and takes the resume job with it in the same transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, Forbidden, NotFound
from core.ports import Clock
from core.services import Approval, Vote, Word
from core.types import ApprovalNeed, Plan, Request
from store.chain import Chain, lock_chain
from store.database import Database, clean, new_id
from store.jobs import RESUME, defer_turn
from store.tables import approval_votes, approvals, timers

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

EXPIRY = "approval_expiry"
Closed = Literal["approved", "rejected", "expired", "superseded"]
May = Callable[[str, str, ApprovalNeed], bool]


class Approvals:
    """What people do with approvals. An approval is found by its own id or by its turn's.

    ``may(tenant, person, need)`` says whether a person is eligible for a need of a request (role, four eyes).
    """

    def __init__(self, database: Database, *, clock: Clock, may: May) -> None:
        self._database, self._clock, self._may = database, clock, may

    async def list(self, tenant: str, *, status: str | None = "pending", limit: int = 100) -> tuple[Approval, ...]:
        """The newest approvals of that status (None: of any), newest first."""
        query = select(approvals).where(approvals.c.tenant == tenant).order_by(approvals.c.created_at.desc()).limit(limit)
        async with self._database.transaction() as db:
            return await _read(db, query if status is None else query.where(approvals.c.status == status))

    async def show(self, tenant: str, id: str) -> Approval:
        """The approval, or a turn's latest.

        Raises:
            NotFound: the tenant has no such approval.
        """
        async with self._database.transaction() as db:
            return await _find(db, tenant, id)

    async def decide(self, tenant: str, id: str, *, person: str, outcome: Word, digest: str, reason: str = "") -> Approval:
        """Record ``person``'s word on exactly what ``digest`` names; the last word needed closes the approval.

        A rejection by anyone eligible closes it. A person counts once, for one need.

        Raises:
            NotFound: no such approval.
            Forbidden: the person is eligible for none of its needs.
            Conflict: it is closed (by whom, when), was changed, or the person has voted already.
        """
        late: Approval | None = None
        async with self._database.transaction() as db:
            chain = await lock_chain(db, (await _find(db, tenant, id)).conversation_id)
            approval = await _find(db, tenant, id)
            now = self._clock.now()
            if approval.status == "pending" and approval.expires_at <= now:
                late = await close_approval(chain, approval.id, status="expired", at=now)
            else:
                role = _admit(approval, person, outcome, digest, self._may)
                await _vote(chain, approval, Vote(person=person, role=role, outcome=outcome, reason=clean(reason), at=now))
            approval = await _find(db, tenant, approval.id)
        if late is not None:
            raise Conflict(problem=f"approval {approval.id} is {approval.closing()}")
        return approval


async def open_approval(chain: Chain, turn_id: str, subject: str, request: Request, at: datetime) -> str:
    """A pending approval with its expiry armed; the caller has closed an earlier one of that subject."""
    id, place = new_id("a"), {"tenant": chain.tenant, "turn_id": turn_id, "conversation_id": chain.conversation_id}
    asked = {"subject": subject, "digest": request.digest, "request": request.model_dump(mode="json")}
    await chain.db.execute(insert(approvals).values(id=id, **place, **asked, created_at=at, expires_at=request.expires_at))
    await chain.db.execute(insert(timers).values(**place, kind=EXPIRY, due_at=request.expires_at))
    return id


async def close_approval(
    chain: Chain, id: str, *, status: Closed, at: datetime, by: Sequence[str] = (), reason: str = ""
) -> Approval | None:
    """Close a pending approval, enter it in the chain and let the graph resume; None when it was closed already."""
    closing = (
        update(approvals)
        .where(approvals.c.id == id, approvals.c.tenant == chain.tenant, approvals.c.status == "pending")
        .values(status=status, closed_at=at, reason=reason)
        .returning(approvals.c.turn_id, approvals.c.digest)
    )
    row = (await chain.db.execute(closing)).one_or_none()
    if row is None:
        return None
    armed = (timers.c.turn_id == row.turn_id, timers.c.kind == EXPIRY, timers.c.state == "armed")
    await chain.db.execute(update(timers).where(*armed).values(state="disarmed"))
    value = {"approval": id, "digest": row.digest, "by": list(by), "reason": reason}
    await chain.append(status, turn_id=row.turn_id, at=at, value=value)
    await defer_turn(chain.db, RESUME, turn_id=row.turn_id, conversation_id=chain.conversation_id)
    return await _find(chain.db, chain.tenant, id)


async def supersede(chain: Chain, subject: str, turn_id: str, at: datetime) -> None:
    """Close the pending approval of that subject, if another turn asked for it."""
    pending = (approvals.c.subject == subject, approvals.c.tenant == chain.tenant, approvals.c.status == "pending")
    id = await chain.db.scalar(select(approvals.c.id).where(*pending, approvals.c.turn_id != turn_id))
    if id is not None:
        await close_approval(chain, id, status="superseded", at=at, reason=f"turn {turn_id}")


def subject_of(conversation_id: str, plan: Plan) -> str | None:
    """The effect that a plan is about, of which one approval may be pending: the conversation's reply, or its assignment."""
    match plan.action:
        case "answer" | "clarify":
            return f"{conversation_id}:reply"
        case "handoff" | "escalate":
            return f"{conversation_id}:assign"
        case "ignore":
            return None


def _admit(approval: Approval, person: str, outcome: Word, digest: str, may: May) -> str:
    """The need that the person's word counts for."""
    if approval.status != "pending":
        raise Conflict(problem=f"approval {approval.id} is {approval.closing()}")
    if digest != approval.request.digest:
        raise Conflict(problem=f"approval {approval.id} asks for something else than what was decided on; look at it again")
    if any(vote.person == person for vote in approval.votes):
        raise Conflict(problem=f"{person} has decided on approval {approval.id} already")
    eligible = [need for need in approval.request.needs if may(approval.tenant, person, need)]
    if not eligible:
        roles = ", ".join(need.role for need in approval.request.needs)
        raise Forbidden(who=person, problem=f"may not decide on approval {approval.id}: it needs {roles}")
    missing = {need.role for need in approval.missing()}
    role = next((need.role for need in eligible if need.role in missing), None)
    if role is None and outcome == "approved":
        raise Conflict(problem=f"approval {approval.id} waits for {', '.join(sorted(missing))} only")
    return role or eligible[0].role


async def _vote(chain: Chain, approval: Approval, vote: Vote) -> None:
    row = vote.model_dump() | {"approval_id": approval.id, "tenant": approval.tenant}
    await chain.db.execute(insert(approval_votes).values(row))
    if vote.outcome == "rejected":
        await close_approval(chain, approval.id, status="rejected", at=vote.at, by=[vote.person], reason=vote.reason)
        return
    voted = approval.model_copy(update={"votes": (*approval.votes, vote)})
    if not voted.missing():
        people = [each.person for each in voted.votes]
        await close_approval(chain, approval.id, status="approved", at=vote.at, by=people, reason=vote.reason)


async def _find(db: "AsyncConnection", tenant: str, id: str) -> Approval:
    query = select(approvals).where(approvals.c.tenant == tenant, or_(approvals.c.id == clean(id), approvals.c.turn_id == clean(id)))
    found = await _read(db, query.order_by(approvals.c.created_at.desc()).limit(1))
    if not found:
        raise NotFound(what="approval", id=id)
    return found[0]


async def _read(db: "AsyncConnection", query: Any) -> tuple[Approval, ...]:
    rows = (await db.execute(query)).all()
    cast = select(approval_votes).where(approval_votes.c.approval_id.in_([row.id for row in rows])).order_by(approval_votes.c.at)
    votes = (await db.execute(cast)).all() if rows else ()
    return tuple(_approval(row, [vote for vote in votes if vote.approval_id == row.id]) for row in rows)


def _approval(row: Any, votes: Sequence[Any]) -> Approval:
    return Approval(
        id=row.id,
        tenant=row.tenant,
        turn_id=row.turn_id,
        conversation_id=row.conversation_id,
        status=row.status,
        request=Request.model_validate(row.request),
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        votes=tuple(Vote(person=v.person, role=v.role, outcome=v.outcome, reason=v.reason, at=v.at) for v in votes),
    )
