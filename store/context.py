"""A turn as the router reads it: its messages, and what was known when it began."""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from core.types import Inbound, Past, Turn

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
WHOLE = text(PAST.format(conversation=":conversation", tenant=":tenant", before="9223372036854775807", turn="NULL"))
TURN = text(f"""
    SELECT c.mode, c.owner, own.payloads, past.said,
        (SELECT array_agg(id ORDER BY created_at) FROM approvals
            WHERE conversation_id = c.id AND tenant = c.tenant AND status = 'pending') AS open,
        (SELECT array_agg(DISTINCT person) FROM delegations
            WHERE tenant = c.tenant AND revoked_at IS NULL AND starts_at <= :now AND ends_at > :now) AS absent
    FROM conversations AS c
    CROSS JOIN (SELECT json_agg(payload ORDER BY id) AS payloads, min(id) AS first FROM messages WHERE turn_id = :turn) AS own
    CROSS JOIN LATERAL (SELECT json_agg(p) AS said FROM (
        {PAST.format(conversation="c.id", tenant="c.tenant", before="own.first", turn=":turn")} LIMIT {HISTORY}
    ) AS p) AS past
    WHERE c.id = :conversation AND c.tenant = :tenant
""")  # noqa: S608 - put together from constants
LOAD = text("""
    SELECT owner, count(*) AS n FROM conversations
    WHERE tenant = :tenant AND owner IS NOT NULL AND closed_at IS NULL GROUP BY owner
""")


class Loads:
    """How many open conversations each person has, a second old at most; what this process has assigned since is counted at once.

    Counting takes longer the more conversations are open, so it is not done for every turn.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, dict[str, int]]] = {}

    async def of(self, db: "AsyncConnection", tenant: str) -> dict[str, int]:
        """Roster id → open conversations."""
        at, load = self._known.get(tenant, (0.0, {}))
        if time.monotonic() >= at + LOAD_S or not at:
            load = {row.owner: row.n for row in await db.execute(LOAD, {"tenant": tenant})}
            self._known[tenant] = (time.monotonic(), load)
        return dict(load)

    def assigned(self, tenant: str, owner: str) -> None:
        _, load = self._known.get(tenant, (0.0, {}))
        load[owner] = load.get(owner, 0) + 1


async def read_turn(db: "AsyncConnection", row: Any, now: datetime, loads: Loads) -> Turn:
    """The value of a turn's row: its messages in order of arrival, up to ``HISTORY`` earlier ones, and the conversation's state."""
    place = {"conversation": row.conversation_id, "tenant": row.tenant, "turn": row.id, "now": now}
    around = (await db.execute(TURN, place)).one()
    return Turn(
        id=row.id,
        tenant=row.tenant,
        conversation_id=row.conversation_id,
        channel=row.channel,
        messages=tuple(Inbound.model_validate(payload) for payload in around.payloads),
        received_at=row.received_at,
        now=now,
        history=tuple(_past(each) for each in reversed(around.said or ())),
        mode=around.mode,
        owner=around.owner,
        open_approvals=tuple(around.open or ()),
        load=await loads.of(db, row.tenant),
        absent=tuple(around.absent or ()),
        run=row.runs,
    )


async def past_of(db: "AsyncConnection", tenant: str, conversation_id: str) -> tuple[Past, ...]:
    """The whole conversation, oldest first."""
    whole = (await db.execute(WHOLE, {"conversation": conversation_id, "tenant": tenant})).mappings().all()
    return tuple(_past(each) for each in reversed(whole))


def _past(row: Any) -> Past:
    return Past.model_validate({name: row[name] for name in ("role", "text", "at", "intent", "action")})
