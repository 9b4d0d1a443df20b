"""The audit chain of one conversation: every entry is bound to its content by a salted digest, and to the entry before by a hash."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from store.database import TENANT_ROLE, run

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# ``changed``: what must have changed a row for the entry to be made.
APPEND = """
    WITH changed AS ({changed}), entry AS (
        INSERT INTO entries (conversation_id, seq, tenant, turn_id, kind, at, digest, previous, hash)
        SELECT %(conversation_id)s, %(seq)s, %(tenant)s, %(turn_id)s, %(kind)s, %(at)s, %(digest)s, %(previous)s, %(hash)s FROM changed
    ), kept AS (
        INSERT INTO entry_values (conversation_id, seq, tenant, salt, value)
        SELECT %(conversation_id)s, %(seq)s, %(tenant)s, %(salt)s, %(value)s FROM changed
    )
    UPDATE conversations SET head = %(hash)s, length = %(seq)s, updated_at = greatest(updated_at, %(at)s)
    FROM changed WHERE conversations.id = %(conversation_id)s RETURNING 1 AS entered
"""
PLACE = "UPDATE conversations SET jurisdiction = %(jurisdiction)s WHERE id = %(id)s"
ASSIGN = "UPDATE conversations SET owner = %(owner)s, assigned_at = %(at)s WHERE id = %(id)s"
ALWAYS = APPEND.format(changed="SELECT 1")

LOCK = f"""
    SELECT tenant, mode, closed_at IS NOT NULL AS closed, owner, jurisdiction, head, length,
        set_config('role', '{TENANT_ROLE}', true) AS role, set_config('usher.tenant', tenant, true) AS confined
    FROM conversations WHERE id = %(id)s FOR NO KEY UPDATE
"""  # noqa: S608 - put together from a constant


class Chain:
    """The end of a conversation's chain, locked until the transaction ends: whoever changes anything of the conversation holds it."""

    def __init__(self, db: "AsyncConnection", conversation_id: str, row: Any) -> None:
        """``row`` is what ``LOCK`` found."""
        self.db, self.conversation_id = db, conversation_id
        self.tenant: str = row.tenant
        self.mode: str = row.mode
        self.closed: bool = row.closed
        self.owner: str | None = row.owner
        self.jurisdiction: str | None = row.jurisdiction
        self._head: str = row.head
        self._length: int = row.length

    async def append(self, kind: str, *, turn_id: str, at: datetime, value: Mapping[str, object]) -> None:
        """Add an entry whose content is ``value`` (JSON)."""
        await self._append(ALWAYS, kind, turn_id, at, value, {})

    async def append_if(
        self, changed: str, values: Mapping[str, object], kind: str, *, turn_id: str, at: datetime, value: Mapping[str, object]
    ) -> bool:
        """As ``append``, when the statement ``changed`` (``APPEND`` around an UPDATE … RETURNING 1), run with ``values``, changes a row;
        whether it did."""
        return await self._append(changed, kind, turn_id, at, value, values)

    async def _append(
        self, statement: str, kind: str, turn_id: str, at: datetime, value: Mapping[str, object], values: Mapping[str, object]
    ) -> bool:
        kept, salt, seq = canonical(value), secrets.token_hex(16), self._length + 1
        digest = content_digest(salt, kept)
        hash = entry_hash(self._head, self.conversation_id, seq, turn_id, kind, at, digest)
        row = {"conversation_id": self.conversation_id, "seq": seq, "tenant": self.tenant, "turn_id": turn_id, "kind": kind, "at": at}
        chained = {"digest": digest, "previous": self._head, "hash": hash, "salt": salt, "value": kept}
        entered = bool(await run(self.db, statement, {**values, **row, **chained}))
        if entered:
            self._head, self._length = hash, seq
        return entered

    async def place(self, jurisdiction: str | None) -> None:
        """Let the law of ``jurisdiction`` apply to the conversation from now on; one whose customer is not known now keeps what it had."""
        if jurisdiction is not None and jurisdiction != self.jurisdiction:
            await run(self.db, PLACE, {"id": self.conversation_id, "jurisdiction": jurisdiction})
            self.jurisdiction = jurisdiction

    async def assign(self, owner: str, *, at: datetime) -> None:
        """Let the conversation belong to ``owner``, a roster id."""
        await run(self.db, ASSIGN, {"id": self.conversation_id, "owner": owner, "at": at})
        self.owner = owner


async def lock_chain(db: "AsyncConnection", conversation_id: str) -> Chain:
    """Lock the conversation and read the end of its chain; the rest of the transaction is confined to its tenant (row-level security).

    Raises:
        NotFound: there is no such conversation.
    """
    found = await run(db, LOCK, {"id": conversation_id})
    if not found:
        raise NotFound(what="conversation", id=conversation_id)
    return Chain(db, conversation_id, found[0])


def canonical(value: object) -> str:
    """The one JSON text of ``value``: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def content_digest(salt: str, value: str) -> str:
    """SHA-256 of salt and canonical JSON: without the salt it cannot be matched against guesses."""
    return hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()


def entry_hash(previous: str, conversation_id: str, seq: int, turn_id: str, kind: str, at: datetime, digest: str) -> str:
    """SHA-256 that covers every column of an entry."""
    return _sha256([previous, conversation_id, seq, turn_id, kind, at.astimezone(UTC).isoformat(), digest])


def ledger_hash(previous: str, tenant: str, seq: int, conversation_id: str, length: int, head: str, at: datetime) -> str:
    """SHA-256 that covers every column of a ledger row."""
    return _sha256([previous, tenant, seq, conversation_id, length, head, at.astimezone(UTC).isoformat()])


def _sha256(parts: list[object]) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
