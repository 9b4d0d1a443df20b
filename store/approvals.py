"""Approvals: every way to close one goes through one compare-and-set, and takes the resume job with it in the same transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, InvalidEdit, NotFound
from core.ports import Approvers, Clock
from core.types import Edit, Plan, Request
from core.views import Approval, Edited, Vote, Word
from store.ballot import assign_need, check_open, check_response, need_to_assign, replace_request, take_seat
from store.chain import Chain, lock_chain
from store.database import Database, clean, new_id
from store.jobs import RESUME, defer_turn
from store.tables import approval_edits, approval_votes, approvals, timers

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

EXPIRY = "approval_expiry"
Closed = Literal["approved", "rejected", "responded", "expired", "superseded"]


class Approvals:
    """What people do with approvals. An approval is found by its own id or by its turn's. ``approvers`` is the policy's word on them."""

    def __init__(self, database: Database, *, clock: Clock, approvers: Approvers) -> None:
        self._database, self._clock, self._approvers = database, clock, approvers

    async def list(self, tenant: str, *, status: str | None = "pending", limit: int = 100) -> tuple[Approval, ...]:
        """Pending ones by when they expire, the soonest first; of another status (None: of any) the newest first."""
        order = approvals.c.expires_at if status == "pending" else approvals.c.created_at.desc()
        query = select(approvals).where(approvals.c.tenant == tenant).order_by(order, approvals.c.id).limit(limit)
        async with self._database.transaction(tenant) as db:
            return await read_approvals(db, query if status is None else query.where(approvals.c.status == status))

    async def show(self, tenant: str, id: str) -> Approval:
        """The approval, or a turn's latest.

        Raises:
            NotFound: the tenant has no such approval.
        """
        async with self._database.transaction(tenant) as db:
            return await find_approval(db, tenant, id)

    async def decide(self, tenant: str, id: str, *, person: str, outcome: Word, digest: str, reason: str = "", text: str = "") -> Approval:
        """Record ``person``'s word on exactly what ``digest`` names; the last word needed closes the approval.

        A rejection by anyone eligible closes it, and so does a response (``text`` goes to the customer instead) where one word is all it
        needs. A person counts once, for one need.

        Raises:
            NotFound: no such approval.
            Forbidden: the person is eligible for none of its needs, or asked for it themselves.
            Conflict: it is closed (by whom, when), was changed, or the person has voted already.
            InvalidEdit: a response without a text, or to a request that needs several people.
        """
        async with self._open(tenant, id, digest) as (chain, approval):
            seat = await take_seat(chain, self._approvers, approval, person, outcome, self._clock.now())
            if outcome == "responded":
                check_response(approval, text)
            vote = Vote(
                person=person,
                role=seat.need.role,
                outcome=outcome,
                reason=clean(reason),
                at=self._clock.now(),
                digest=digest,
                behalf=seat.behalf,
            )
            await _vote(chain, approval, vote, clean(text))
            return await find_approval(chain.db, tenant, approval.id)

    async def edit(self, tenant: str, id: str, *, person: str, digest: str, edit: Edit, reason: str = "") -> Approval:
        """Change the request as far as the policy allows. It is then ``person``'s request: somebody else must approve it, and votes on
        the earlier one no longer count.

        Raises:
            NotFound, Conflict: as for ``decide``.
            InvalidEdit: what the policy has against it.
        """
        async with self._open(tenant, id, digest) as (chain, approval):
            try:
                request = self._approvers.revise(tenant, approval.request, edit)
            except ValueError as error:
                raise InvalidEdit(approval=approval.id, problem=str(error)) from None
            await replace_request(chain, approval, request, person=person, reason=clean(reason), at=self._clock.now())
            return await find_approval(chain.db, tenant, approval.id)

    async def reassign(
        self, tenant: str, id: str, *, person: str, to: Sequence[str], role: str | None = None, reason: str = "", leading: bool = True
    ) -> Approval:
        """Let ``to`` decide on a need (the only one still open, or ``role``'s) in place of whoever had it. ``leading``:
        ``person``'s token lets them act as a lead, if they are one.

        Raises:
            NotFound, Conflict: as for ``decide``.
            Forbidden: ``person`` neither leads nor may decide that need.
            InvalidEdit: it cannot be handed to ``to``, or which need is meant is not clear.
        """
        async with self._open(tenant, id, None) as (chain, approval):
            need = need_to_assign(approval, role, to)
            now = self._clock.now()
            if not (leading and self._approvers.leads(tenant, person)):
                await take_seat(chain, self._approvers, approval, person, "rejected", now, only=need)
            for each in to:
                refused = self._approvers.refusal_of_assignee(tenant, each, need, approval.request)
                if refused or any(each == edit.person for edit in approval.edits):
                    raise InvalidEdit(approval=approval.id, problem=f"{each} {refused or 'changed it and cannot approve it'}")
            await assign_need(chain, approval, need, to, person=person, reason=clean(reason), at=now)
            return await find_approval(chain.db, tenant, approval.id)

    @asynccontextmanager
    async def _open(self, tenant: str, id: str, digest: str | None) -> AsyncIterator[tuple[Chain, Approval]]:
        """The pending approval under its conversation's lock. One that is due is closed as expired first, and that is kept."""
        late: Approval | None = None
        async with self._database.transaction(tenant) as db:
            chain = await lock_chain(db, (await find_approval(db, tenant, id)).conversation_id)
            approval = await find_approval(db, tenant, id)
            if approval.status == "pending" and approval.expires_at <= self._clock.now():
                late = await close_approval(chain, approval.id, status="expired", at=self._clock.now())
            else:
                check_open(approval, digest)
                yield chain, approval
                return
        raise Conflict(problem=f"approval {approval.id} is {(late or approval).closing()}")


async def open_approval(chain: Chain, turn_id: str, subject: str, request: Request, at: datetime) -> str:
    """A pending approval with its expiry armed; the caller has closed an earlier one of that subject."""
    id, place = new_id("a"), {"tenant": chain.tenant, "turn_id": turn_id, "conversation_id": chain.conversation_id}
    asked = {"subject": subject, "digest": request.digest, "request": request.model_dump(mode="json")}
    await chain.db.execute(insert(approvals).values(id=id, **place, **asked, created_at=at, expires_at=request.expires_at))
    await chain.db.execute(insert(timers).values(**place, kind=EXPIRY, due_at=request.expires_at))
    return id


async def close_approval(
    chain: Chain, id: str, *, status: Closed, at: datetime, by: Sequence[str] = (), reason: str = "", response: str = ""
) -> Approval | None:
    """Close a pending approval, enter it in the chain and let the graph resume; None when it was closed already."""
    closing = (
        update(approvals)
        .where(approvals.c.id == id, approvals.c.tenant == chain.tenant, approvals.c.status == "pending")
        .values(status=status, closed_at=at, reason=reason, response=response)
        .returning(approvals.c.turn_id, approvals.c.digest)
    )
    row = (await chain.db.execute(closing)).one_or_none()
    if row is None:
        return None
    armed = (timers.c.turn_id == row.turn_id, timers.c.kind == EXPIRY, timers.c.state == "armed")
    await chain.db.execute(update(timers).where(*armed).values(state="disarmed"))
    value = {"approval": id, "digest": row.digest, "by": list(by), "reason": reason} | ({"response": response} if response else {})
    await chain.append(status, turn_id=row.turn_id, at=at, value=value)
    await defer_turn(chain.db, RESUME, turn_id=row.turn_id, conversation_id=chain.conversation_id)
    return await find_approval(chain.db, chain.tenant, id)


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


async def _vote(chain: Chain, approval: Approval, vote: Vote, text: str) -> None:
    row = vote.model_dump() | {"approval_id": approval.id, "tenant": approval.tenant}
    await chain.db.execute(insert(approval_votes).values(row))
    by = [vote.person]
    if vote.outcome == "approved":
        voted = approval.model_copy(update={"votes": (*approval.votes, vote)})
        if voted.missing():
            return
        by = [each.person for each in voted.votes]
    await close_approval(chain, approval.id, status=vote.outcome, at=vote.at, by=by, reason=vote.reason, response=text)


async def find_approval(db: "AsyncConnection", tenant: str, id: str) -> Approval:
    """By its own id or its turn's. Raises NotFound."""
    query = select(approvals).where(approvals.c.tenant == tenant, or_(approvals.c.id == clean(id), approvals.c.turn_id == clean(id)))
    found = await read_approvals(db, query.order_by(approvals.c.created_at.desc()).limit(1))
    if not found:
        raise NotFound(what="approval", id=id)
    return found[0]


async def read_approvals(db: "AsyncConnection", query: Any) -> tuple[Approval, ...]:
    """The approvals that ``query`` selects, with their votes and history."""
    rows = (await db.execute(query)).all()
    ids = [row.id for row in rows]
    cast = select(approval_votes).where(approval_votes.c.approval_id.in_(ids)).order_by(approval_votes.c.at)
    changed = select(approval_edits).where(approval_edits.c.approval_id.in_(ids)).order_by(approval_edits.c.n)
    votes, edits = [(await db.execute(each)).all() if rows else () for each in (cast, changed)]
    return tuple(
        _approval(row, [v for v in votes if v.approval_id == row.id], [e for e in edits if e.approval_id == row.id]) for row in rows
    )


def _approval(row: Any, votes: Sequence[Any], edits: Sequence[Any]) -> Approval:
    """Of the votes those on the request as it is now."""
    return Approval(
        id=row.id,
        tenant=row.tenant,
        turn_id=row.turn_id,
        conversation_id=row.conversation_id,
        status=row.status,
        request=Request.model_validate(row.request),
        requested_by=row.requested_by,
        assignees={role: tuple(people) for role, people in row.assignees.items()},
        reason=row.reason,
        response=row.response,
        created_at=row.created_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        votes=tuple(Vote.model_validate({name: getattr(v, name) for name in Vote.model_fields}) for v in votes if v.digest == row.digest),
        edits=tuple(Edited(person=e.person, at=e.at, reason=e.reason, before=Request.model_validate(e.before)) for e in edits),
    )
