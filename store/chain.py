"""The audit chain of one conversation: every entry is bound to its content by a salted digest, and to the entry before by a hash."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text, update

from core.errors import NotFound
from store.database import TENANT_ROLE
from store.tables import conversations

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

APPEND = text("""
    WITH entry AS (
        INSERT INTO entries (conversation_id, seq, tenant, turn_id, kind, at, digest, previous, hash)
        VALUES (:conversation_id, :seq, :tenant, :turn_id, :kind, :at, :digest, :previous, :hash)
    ), kept AS (
        INSERT INTO entry_values (conversation_id, seq, tenant, salt, value) VALUES (:conversation_id, :seq, :tenant, :salt, :value)
    )
    UPDATE conversations SET head = :hash, length = :seq, updated_at = greatest(updated_at, :at)
    WHERE id = :conversation_id
""")

LOCK = text(f"""
    SELECT tenant, mode, closed_at IS NOT NULL AS closed, head, length,
        set_config('role', '{TENANT_ROLE}', true), set_config('usher.tenant', tenant, true)
    FROM conversations WHERE id = :id FOR NO KEY UPDATE
""")  # noqa: S608 - put together from a constant


class Chain:
    """The end of a conversation's chain, locked until the transaction ends: whoever changes anything of the conversation holds it."""

    def __init__(
        self, db: "AsyncConnection", *, tenant: str, conversation_id: str, mode: str, closed: bool, head: str, length: int
    ) -> None:
        self.db, self.tenant, self.conversation_id, self.mode, self.closed = db, tenant, conversation_id, mode, closed
        self._head, self._length = head, length

    async def append(self, kind: str, *, turn_id: str, at: datetime, value: Mapping[str, object]) -> None:
        """Add an entry whose content is ``value`` (JSON)."""
        kept, salt, seq = canonical(value), secrets.token_hex(16), self._length + 1
        digest = content_digest(salt, kept)
        hash = entry_hash(self._head, self.conversation_id, seq, turn_id, kind, at, digest)
        row = {"conversation_id": self.conversation_id, "seq": seq, "tenant": self.tenant, "turn_id": turn_id, "kind": kind, "at": at}
        chained = {"digest": digest, "previous": self._head, "hash": hash, "salt": salt, "value": kept}
        await self.db.execute(APPEND, row | chained)
        self._head, self._length = hash, seq

    async def assign(self, owner: str) -> None:
        """Let the conversation belong to ``owner``, a roster id."""
        await self.db.execute(update(conversations).where(conversations.c.id == self.conversation_id).values(owner=owner))


async def lock_chain(db: "AsyncConnection", conversation_id: str) -> Chain:
    """Lock the conversation and read the end of its chain; the rest of the transaction is confined to its tenant (row-level security).

    Raises:
        NotFound: there is no such conversation.
    """
    row = (await db.execute(LOCK, {"id": conversation_id})).one_or_none()
    if row is None:
        raise NotFound(what="conversation", id=conversation_id)
    return Chain(db, tenant=row.tenant, conversation_id=conversation_id, mode=row.mode, closed=row.closed, head=row.head, length=row.length)


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
