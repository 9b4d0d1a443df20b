"""A turn as the router reads it: its messages, and what was known when it began."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from core.types import Inbound, Past, Turn
from store.database import run

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

HISTORY = 30
LOAD_S = 1.0

# Both directions, newest first: what arrived before message ``:before``, and what automation wrote in turns other than ``:turn``.
PAST = """
    SELECT m.role, m.payload ->> 'text' AS text, m.sent_at AS at, t.intent, t.action, m.received_at AS place, m.id AS number
    FROM messages AS m LEFT JOIN turns AS t ON t.id = m.turn_id
    WHERE m.conversation_id = {conversation} AND m.tenant = {tenant} AND m.id < {before}
    UNION ALL
    SELECT 'automation', o.payload ->> 'text', o.created_at, NULL, NULL, o.created_at, o.id
    FROM outbox AS o
    WHERE o.conversation_id = {conversation} AND o.tenant = {tenant} AND o.kind = 'reply' AND o.state <> 'failed'
        AND o.turn_id IS DISTINCT FROM {turn}
    ORDER BY place DESC, number DESC
"""
WHOLE = PAST.format(conversation="%(conversation)s", tenant="%(tenant)s", before="9223372036854775807", turn="NULL")
TURN = f"""
    SELECT t.*, c.mode, c.owner, own.payloads, past.said,
        (SELECT array_agg(id ORDER BY created_at) FROM approvals
            WHERE conversation_id = c.id AND tenant = c.tenant AND status = 'pending') AS open,
        (SELECT array_agg(DISTINCT person) FROM delegations
            WHERE tenant = c.tenant AND revoked_at IS NULL AND starts_at <= %(now)s AND ends_at > %(now)s) AS absent,
        (SELECT count(*) FROM outbox WHERE conversation_id = c.id AND tenant = c.tenant AND kind = 'reply'
            AND state IN ('failed', 'unknown') AND last_error <> 'erased') AS undelivered,
        (SELECT version FROM activations WHERE tenant = c.tenant ORDER BY id DESC LIMIT 1) AS policy,
        (SELECT version FROM model_activations WHERE tenant = c.tenant ORDER BY id DESC LIMIT 1) AS model
    FROM t JOIN conversations AS c ON c.id = t.conversation_id AND c.tenant = t.tenant
    CROSS JOIN (SELECT json_agg(payload ORDER BY id) AS payloads, min(id) AS first FROM messages WHERE turn_id = %(turn)s) AS own
    CROSS JOIN LATERAL (SELECT json_agg(p) AS said FROM (
        {PAST.format(conversation="c.id", tenant="c.tenant", before="own.first", turn="%(turn)s")} LIMIT {HISTORY}
    ) AS p) AS past
"""  # noqa: S608 - put together from constants
COLUMNS = "id, tenant, conversation_id, channel, status, runs, forgiven, received_at, receipt"
READ = f"WITH t AS (SELECT {COLUMNS} FROM turns WHERE id = %(turn)s) {TURN}"  # noqa: S608 - as above
# A turn's next run: of one that is in one of these states.
BEGIN = f"""
    WITH t AS (
        UPDATE turns SET status = %(status)s, runs = runs + 1 WHERE id = %(turn)s AND status = ANY(%(of)s) RETURNING {COLUMNS}
    ) {TURN}
"""  # noqa: S608 - as above
LOAD = """
    SELECT owner, count(*) AS n, max(assigned_at) AS at FROM conversations
    WHERE tenant = %(tenant)s AND owner IS NOT NULL AND closed_at IS NULL GROUP BY owner
"""


class Known(NamedTuple):
    """What was counted, and until when (monotonic seconds) it is used."""

    until: float
    load: dict[str, int]
    assigned: dict[str, datetime]


class Loads:
    """How many open conversations each person has, and when each last got one, a second old at most (longer where counting takes long);
    what this process has assigned since is counted at once.

    Counting takes longer the more conversations are open, so it is not done for every turn.
    """

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    async def of(self, db: "AsyncConnection", tenant: str) -> Known:
        """By roster id."""
        began, known = time.monotonic(), self._known.get(tenant, Known(0.0, {}, {}))
        if began >= known.until:
            rows = await run(db, LOAD, {"tenant": tenant})
            took = time.monotonic() - began
            latest = {row.owner: row.at for row in rows if row.at is not None}
            known = Known(began + max(LOAD_S, 50 * took), {row.owner: row.n for row in rows}, known.assigned | latest)
            self._known[tenant] = known
        return known

    def assigned(self, tenant: str, owner: str, at: datetime) -> None:
        known = self._known.setdefault(tenant, Known(0.0, {}, {}))
        known.load[owner] = known.load.get(owner, 0) + 1
        known.assigned[owner] = at


async def find_turn(db: "AsyncConnection", turn_id: str, now: datetime) -> Any:
    """The turn's row with its messages in order of arrival, up to ``HISTORY`` earlier ones, and the conversation's state; or None."""
    found = await run(db, READ, {"turn": turn_id, "now": now})
    return found[0] if found else None


async def begin_turn(db: "AsyncConnection", turn_id: str, now: datetime, *, status: str, of: Sequence[str]) -> Any:
    """As ``find_turn``, of the turn's next run; None when it was in none of these states."""
    found = await run(db, BEGIN, {"turn": turn_id, "now": now, "status": status, "of": list(of)})
    return found[0] if found else None


async def turn_of(db: "AsyncConnection", row: Any, now: datetime, loads: Loads) -> Turn:
    """The value of what ``find_turn`` or ``begin_turn`` found."""
    known = await loads.of(db, row.tenant)
    return Turn(
        id=row.id,
        tenant=row.tenant,
        conversation_id=row.conversation_id,
        channel=row.channel,
        messages=tuple(Inbound.model_validate(payload) for payload in row.payloads),
        received_at=row.received_at,
        now=now,
        history=tuple(Past.model_validate(_past(each)) for each in reversed(row.said or ())),
        mode=row.mode,
        owner=row.owner,
        open_approvals=tuple(row.open or ()),
        load=dict(known.load),
        assigned=dict(known.assigned),
        absent=tuple(row.absent or ()),
        run=row.runs,
        policy=row.policy,
        model=row.model,
        failed_deliveries=row.undelivered,
    )


async def past_of(db: "AsyncConnection", tenant: str, conversation_id: str) -> tuple[Past, ...]:
    """The whole conversation, oldest first."""
    rows = await run(db, WHOLE, {"conversation": conversation_id, "tenant": tenant})
    return tuple(Past.model_validate(_past(row._asdict())) for row in reversed(rows))


def _past(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("role", "text", "at", "intent", "action")}
