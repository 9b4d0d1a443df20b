"""Tokens of people and services: kept as hashes, shown once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core.access import Right
from core.errors import NotFound, Unauthenticated
from core.ports import Clock
from core.views import Token
from store.database import Database, clean, new_id
from store.tables import tokens

PREFIX = "ush_"


class Tokens:
    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def issue(
        self, tenant: str, *, person: str, role: str, label: str = "", expires_at: datetime | None = None, scopes: Sequence[Right] = ()
    ) -> tuple[str, Token]:
        """A new secret, returned this once, and its token. ``scopes`` narrow what its holder may do; none: nothing is narrowed."""
        secret = PREFIX + secrets.token_urlsafe(32)
        named = {"id": new_id("k"), "tenant": tenant, "person": clean(person), "role": role, "label": clean(label)}
        row = named | {"scopes": sorted(set(scopes)), "hash": _hash(secret), "created_at": self._clock.now(), "expires_at": expires_at}
        async with self._database.transaction(tenant) as db:
            return secret, _token((await db.execute(insert(tokens).values(row).returning(tokens))).one())

    async def check(self, secret: str) -> Token:
        """Whom ``secret`` speaks for, now.

        Raises:
            Unauthenticated: it is unknown, expired or revoked.
        """
        async with self._database.transaction() as db:
            row = (await db.execute(select(tokens).where(tokens.c.hash == _hash(secret)))).one_or_none()
        if row is None:
            raise Unauthenticated(problem="the token is not known")
        if row.revoked_at is not None:
            raise Unauthenticated(problem=f"the token of {row.person} was revoked")
        if row.expires_at is not None and row.expires_at <= self._clock.now():
            raise Unauthenticated(problem=f"the token of {row.person} has expired")
        return _token(row)

    async def list(self, tenant: str) -> tuple[Token, ...]:
        """The tenant's tokens, revoked ones too, newest first."""
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(select(tokens).where(tokens.c.tenant == tenant).order_by(tokens.c.created_at.desc()))).all()
        return tuple(_token(row) for row in rows)

    async def revoke(self, tenant: str, id: str) -> Token:
        """The token, of no use from now on; revoking twice keeps the first time.

        Raises:
            NotFound: the tenant has no such token.
        """
        which = (tokens.c.tenant == tenant, tokens.c.id == clean(id))
        async with self._database.transaction(tenant) as db:
            await db.execute(update(tokens).where(*which, tokens.c.revoked_at.is_(None)).values(revoked_at=self._clock.now()))
            row = (await db.execute(select(tokens).where(*which))).one_or_none()
        if row is None:
            raise NotFound(what="token", id=id)
        return _token(row)


def _hash(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _token(row: Any) -> Token:
    return Token.model_validate({name: getattr(row, name) for name in Token.model_fields})
