"""A turn as the router reads it: its messages, and what was known when it began."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from core.types import Inbound, Past, Turn
from store.tables import messages

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

HISTORY = 30

SURROUNDINGS = text("""
    SELECT mode, owner,
        (SELECT array_agg(id ORDER BY created_at) FROM approvals
            WHERE conversation_id = :conversation AND tenant = :tenant AND status = 'pending') AS open,
        (SELECT json_object_agg(owner, n) FROM (
            SELECT owner, count(*) AS n FROM conversations
            WHERE tenant = :tenant AND owner IS NOT NULL AND closed_at IS NULL GROUP BY owner
        ) AS owners) AS load,
        (SELECT array_agg(DISTINCT person) FROM delegations
            WHERE tenant = :tenant AND revoked_at IS NULL AND starts_at <= :now AND ends_at > :now) AS absent
    FROM conversations WHERE id = :conversation AND tenant = :tenant
""")

# Both directions, newest first: what arrived before message ``:before``, and what automation wrote in turns other than ``:turn``.
PAST = text("""
    SELECT m.role, m.payload ->> 'text' AS text, m.sent_at AS at, t.intent, t.action, m.received_at AS place, m.id AS number
    FROM messages AS m LEFT JOIN turns AS t ON t.id = m.turn_id
    WHERE m.conversation_id = :conversation AND m.tenant = :tenant AND (CAST(:before AS bigint) IS NULL OR m.id < :before)
    UNION ALL
    SELECT 'automation', o.payload ->> 'text', o.created_at, NULL, NULL, o.created_at, o.id
    FROM outbox AS o
    WHERE o.conversation_id = :conversation AND o.tenant = :tenant AND o.kind = 'reply' AND o.state <> 'failed'
        AND o.turn_id IS DISTINCT FROM :turn
    ORDER BY place DESC, number DESC LIMIT :limit
""")


async def read_turn(db: "AsyncConnection", row: Any, now: datetime) -> Turn:
    """The value of a turn's row: its messages in order of arrival, up to ``HISTORY`` earlier ones, and the conversation's state."""
    query = select(messages.c.id, messages.c.payload).where(messages.c.turn_id == row.id).order_by(messages.c.id)
    own = (await db.execute(query)).all()
    place = {"conversation": row.conversation_id, "tenant": row.tenant}
    around = (await db.execute(SURROUNDINGS, place | {"now": now})).one()
    past = (await db.execute(PAST, place | {"turn": row.id, "before": own[0].id, "limit": HISTORY})).all()
    return Turn(
        id=row.id,
        tenant=row.tenant,
        conversation_id=row.conversation_id,
        channel=row.channel,
        messages=tuple(Inbound.model_validate(message.payload) for message in own),
        received_at=row.received_at,
        now=now,
        history=tuple(_past(each) for each in reversed(past)),
        mode=around.mode,
        owner=around.owner,
        open_approvals=tuple(around.open or ()),
        load=around.load or {},
        absent=tuple(around.absent or ()),
        run=row.runs,
    )


async def past_of(db: "AsyncConnection", tenant: str, conversation_id: str) -> tuple[Past, ...]:
    """The whole conversation, oldest first."""
    whole = {"conversation": conversation_id, "tenant": tenant, "turn": None, "before": None, "limit": None}
    return tuple(_past(each) for each in reversed((await db.execute(PAST, whole)).all()))


def _past(row: Any) -> Past:
    return Past(role=row.role, text=row.text, at=row.at, intent=row.intent, action=row.action)
