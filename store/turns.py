"""The durable side of a turn: read once, decided without a write, committed once."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from core.errors import Conflict
from core.intent import Intent
from core.ports import Clock, Outcome
from core.receipt import Receipt
from core.types import Cost, Decision, Plan, Request, Turn, Worth
from store.approvals import open_approval, subject_of, supersede
from store.chain import Chain, lock_chain
from store.checkpoints import Checkpoints
from store.context import Loads, begin_turn, find_turn, turn_of
from store.database import Database, clean, run, storable_json
from store.outbox import write_effects
from store.receipts import decided_part, stored_receipt
from store.tables import approval_votes, approvals, turns
from store.watches import RESOLUTION, Watches

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from sqlalchemy.ext.asyncio import AsyncConnection

# ``answered``: a person has, since the turn's messages arrived.
ADVANCE = """
    UPDATE turns SET status = %(status)s, receipt_id = %(receipt_id)s, receipt = %(receipt)s::jsonb, intent = %(intent)s,
        action = %(action)s, finished_at = %(finished_at)s
    WHERE id = %(id)s AND tenant = %(tenant)s AND status = %(expected)s AND runs = %(run)s
    RETURNING held, EXISTS (
        SELECT FROM messages WHERE conversation_id = %(conversation)s AND role = 'agent' AND received_at >= %(since)s
    ) AS answered
"""
RUNS = 5


class Turns:
    """Implements ``core.ports.Turns``."""

    def __init__(self, database: Database, *, clock: Clock, watches: Watches | None = None) -> None:
        self._database, self._clock, self._checkpoints = database, clock, Checkpoints()
        self._watches, self._loads = watches or Watches(), Loads()

    async def load(self, turn_id: str) -> Turn | None:
        """The turn, and from now on no further message joins it. None when it is done, waiting or failed.

        A turn whose workers keep dying is given to a person after ``RUNS`` of them.
        """
        now = self._clock.now()
        async with self._database.statement() as db:
            row = await begin_turn(db, turn_id, now, status="running", of=("queued", "running"))
            if row is not None and row.runs - row.forgiven <= RUNS:
                return await turn_of(db, row, now, self._loads)
        if row is not None:
            await self.fail(turn_id, f"{RUNS} workers ended while they decided it", run=row.runs)
        return None

    async def commit(self, turn: Turn, outcome: Outcome) -> None:
        """Everything of the turn in one transaction; nothing when somebody else has begun it since, or committed it.

        Raises:
            Conflict: a person took the conversation over (or gave it back) while the turn was decided; it must be decided again.
        """
        now, receipt = self._clock.now(), stored_receipt(outcome.receipt)
        async with self._database.transaction() as db:
            chain = await lock_chain(db, turn.conversation_id)
            moved = await _advance(db, turn, "running", outcome, receipt, now)
            if moved is None:
                return
            _check_mode(chain, turn)
            subject = subject_of(chain.conversation_id, outcome.receipt.plan)
            if subject is not None and (outcome.paused or (outcome.effects and turn.open_approvals)):
                await supersede(chain, subject, turn.id, now)
            await self._write(chain, turn, outcome, moved, since=turn.received_at, at=now)
            await _enter_decision(chain, turn, outcome, receipt, now)

    async def fail(self, turn_id: str, error: str, *, run: int | None = None) -> None:
        """Close the turn with a receipt that says why, and let the conversation go on; with ``run``, only if that is still the latest."""
        now = self._clock.now()
        async with self._database.transaction() as db:
            conversation = await db.scalar(select(turns.c.conversation_id).where(turns.c.id == turn_id))
            if conversation is None:
                return
            chain = await lock_chain(db, conversation)
            open = [turns.c.id == turn_id, turns.c.status.in_(("queued", "running", "waiting"))]
            open += [turns.c.runs == run] if run is not None else []
            row = (await db.execute(select(turns).where(*open))).one_or_none()
            if row is None:
                return
            found = await turn_of(db, await find_turn(db, turn_id, now), now, self._loads)
            receipt = row.receipt or stored_receipt(_failed_receipt(found, error))
            values = {"receipt": receipt, "receipt_id": receipt["id"], "status": "failed", "error": clean(error), "finished_at": now}
            await db.execute(update(turns).where(*open).values(values))
            if row.status == "waiting":
                await _act(db, turn_id, now)
                await self._checkpoints.drop(db, turn_id)
            await chain.append("failed", turn_id=turn_id, at=now, value={"receipt": decided_part(receipt), "error": error})

    async def decided(self, turn_id: str, saver: "BaseCheckpointSaver[str]") -> tuple[Turn, Receipt, Decision] | None:
        """The turn, its receipt so far and what came of its approval; its checkpoint is in ``saver``. No earlier run may finish it now."""
        now = self._clock.now()
        async with self._database.transaction() as db:
            row = await begin_turn(db, turn_id, now, status="waiting", of=("waiting",))
            decision = await _decision(db, turn_id) if row is not None else None
            if row is None or decision is None:
                return None
            if row.runs - row.forgiven <= 2 * RUNS:
                await self._checkpoints.give(db, turn_id, saver)
                return await turn_of(db, row, now, self._loads), Receipt.model_validate(row.receipt), decision
        await self.fail(turn_id, f"{RUNS} workers ended while they acted on its approval", run=row.runs)
        return None

    async def finish(self, turn: Turn, outcome: Outcome, decision: Decision) -> None:
        """Commit what followed ``decision``: effects, or another approval. Nothing when somebody else has."""
        now, receipt = self._clock.now(), stored_receipt(outcome.receipt)
        async with self._database.transaction() as db:
            chain = await lock_chain(db, turn.conversation_id)
            before = await db.scalar(select(turns.c.receipt).where(turns.c.id == turn.id))
            outcome = _after_take_over(outcome, decision) if chain.mode == "human" else outcome
            moved = await _advance(db, turn, "waiting", outcome, receipt, now)
            if moved is None or not await _act(db, turn.id, now, decision):
                await db.rollback()
                return
            await self._write(chain, turn, outcome, moved, since=now, at=now)
            if decided_part(receipt) != decided_part(before):
                await _enter_decision(chain, turn, outcome, receipt, now)
            if outcome.paused is None:
                await self._checkpoints.drop(db, turn.id)

    async def _write(self, chain: Chain, turn: Turn, outcome: Outcome, moved: Any, *, since: datetime, at: datetime) -> None:
        """Effects and their owner, whose time limits run from ``since``, and when the turn pauses its approval and checkpoint."""
        await write_effects(chain, turn.id, outcome.effects, held=moved.held, at=at)
        await chain.place(outcome.receipt.plan.jurisdiction)
        owner = outcome.receipt.plan.owner
        if owner is not None and any(effect.kind == "assign" for effect in outcome.effects):
            await chain.assign(owner, at=at)
            self._loads.assigned(turn.tenant, owner, at)
            await self._limit(chain, turn, outcome, answered=moved.answered, since=since, at=at)
        elif outcome.receipt.plan.action == "clarify" and outcome.effects:
            await self._watches.pause(chain, at=at)
        elif outcome.receipt.plan.action == "ignore":
            await self._watches.pause_again(chain, since=turn.received_at)
        if outcome.paused is not None:
            subject = subject_of(chain.conversation_id, outcome.receipt.plan) or f"{turn.id}:other"
            await open_approval(chain, turn.id, subject, outcome.paused.request, at)
            await self._checkpoints.keep(chain.db, turn.id, outcome.paused.saver)

    async def _limit(self, chain: Chain, turn: Turn, outcome: Outcome, *, answered: bool, since: datetime, at: datetime) -> None:
        """Begin the time limits. Where a person has answered since, only the resolution's, and that waits for the customer; a closed
        conversation has none."""
        if not outcome.watches or chain.closed:
            return
        watches = [watch for watch in outcome.watches if not answered or watch.kind in RESOLUTION]
        await self._watches.arm(chain, turn.id, watches, since=since, at=at)
        if answered:
            await self._watches.pause(chain, at=at)


def _after_take_over(outcome: Outcome, decision: Decision) -> Outcome:
    """What is left of a decided turn when a person has taken the conversation over meanwhile: what people said, not what automation did."""
    match decision.outcome:
        case "responded":
            return outcome
        case "approved":
            effects = tuple(effect for effect in outcome.effects if effect.kind != "reply")
        case "rejected" | "expired" | "superseded":
            effects = ()
    return outcome.model_copy(update={"effects": effects, "watches": ()})


async def _advance(db: "AsyncConnection", turn: Turn, expected: str, outcome: Outcome, receipt: dict[str, Any], at: datetime) -> Any:
    """Move the turn on by compare-and-set; whether its effects are ``held`` and a person has ``answered`` meanwhile, or None when it was
    not as expected: another run has it."""
    waits = outcome.paused is not None
    values = {
        "status": "waiting" if waits else "done",
        "receipt_id": outcome.receipt.id,
        "receipt": storable_json(receipt),
        "intent": outcome.receipt.intent.top,
        "action": outcome.receipt.plan.action,
        "finished_at": None if waits else at,
    }
    mine = {"id": turn.id, "tenant": turn.tenant, "expected": expected, "run": turn.run}
    place = {"conversation": turn.conversation_id, "since": turn.received_at}
    moved = await run(db, ADVANCE, values | mine | place)
    return moved[0] if moved else None


def _check_mode(chain: Chain, turn: Turn) -> None:
    """Automation is silent from the moment of a take-over on, also where it had begun to think before; and what a person has taken over
    is not given to somebody else on the strength of what was known before."""
    if chain.mode != turn.mode or (chain.mode == "human" and chain.owner != turn.owner):
        what = f"conversation {chain.conversation_id} changed hands while turn {turn.id} was decided"
        raise Conflict(problem=f"{what}; it is decided again")


async def _enter_decision(chain: Chain, turn: Turn, outcome: Outcome, receipt: dict[str, Any], at: datetime) -> None:
    effects = [effect.model_dump(mode="json") for effect in outcome.effects]
    request = outcome.paused.request.digest if outcome.paused else None
    value = {"receipt": decided_part(receipt), "effects": effects, "request": request}
    await chain.append("decided", turn_id=turn.id, at=at, value=value)


async def _decision(db: "AsyncConnection", turn_id: str) -> Decision | None:
    """What came of the turn's approval, None when it is pending or has been acted on."""
    closed = (approvals.c.turn_id == turn_id, approvals.c.status != "pending", approvals.c.acted_at.is_(None))
    row = (await db.execute(select(approvals).where(*closed))).one_or_none()
    if row is None:
        return None
    words = (approval_votes.c.outcome == row.status, approval_votes.c.digest == row.digest)
    cast = (approval_votes.c.approval_id == row.id, *words)
    by = (await db.scalars(select(approval_votes.c.person).where(*cast).order_by(approval_votes.c.at))).all()
    request = Request.model_validate(row.request)
    return Decision(outcome=row.status, by=tuple(by), reason=row.reason, digest=row.digest, text=row.response, request=request)


async def _act(db: "AsyncConnection", turn_id: str, at: datetime, decision: Decision | None = None) -> bool:
    """Mark the turn's closed approval as acted on; False when there is none left, or not that one."""
    closed = [approvals.c.turn_id == turn_id, approvals.c.status != "pending", approvals.c.acted_at.is_(None)]
    if decision is not None:
        closed += [approvals.c.digest == decision.digest, approvals.c.status == decision.outcome]
    acted = await db.execute(update(approvals).where(*closed).values(acted_at=at).returning(approvals.c.id))
    return acted.first() is not None


def _failed_receipt(turn: Turn, error: str) -> Receipt:
    """The receipt of a turn that nothing could be decided about."""
    first = turn.messages[0]
    return Receipt(
        id=turn.id,
        turn_id=turn.id,
        message_ids=tuple(message.message_id for message in turn.messages),
        conversation_id=turn.conversation_id,
        tenant=turn.tenant,
        channel=turn.channel,
        received_at=turn.received_at,
        sender=first.sender.email or first.sender.name,
        subject=first.subject,
        intent=Intent(labels=(), abstained=True, out_of_scope=False),
        value=Worth(score=0),
        signals=(),
        data_quality=0,
        passages=(),
        plan=Plan(action="handoff", level=1, reasons=(f"the turn failed: {error}",)),
        verdict="deny",
        policy_version="",
        model_versions={},
        degraded=("failed",),
        cost=Cost(),
        steps=(),
    )
