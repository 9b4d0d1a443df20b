"""Tokens: kept as hashes, narrowed by scopes, of no use once expired or revoked; and the acts of who used them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.access import RIGHTS, Actor
from core.errors import NotFound, Unauthenticated
from store.acts import Acts
from store.database import Database
from store.tokens import Tokens
from tests.integration.store.desk import ACME, Desk

OTHER = "other"


def parts(database: Database) -> tuple[Desk, Tokens, Acts]:
    desk = Desk(database)
    return desk, Tokens(database, clock=desk.clock), Acts(database, clock=desk.clock)


async def test_a_secret_is_nowhere_in_the_database(database: Database) -> None:
    _, tokens, _ = parts(database)
    secret, _ = await tokens.issue(ACME, person="ann", role="finance")
    async with database.transaction() as db:
        stored = (await db.scalars(text("SELECT CAST(tokens AS text) FROM tokens"))).all()
    assert not [line for line in stored if secret in line or secret.removeprefix("ush_") in line]


async def test_scopes_are_kept_once_each(database: Database) -> None:
    _, tokens, _ = parts(database)
    secret, _ = await tokens.issue(ACME, person="ann", role="finance", scopes=["read", "decide", "read"])
    assert (await tokens.check(secret)).scopes == ("decide", "read")


async def test_expiry_is_exact(database: Database) -> None:
    desk, tokens, _ = parts(database)
    secret, token = await tokens.issue(ACME, person="ann", role="finance", expires_at=desk.clock.now() + timedelta(days=1))
    desk.clock.advance(timedelta(hours=23))
    assert (await tokens.check(secret)).id == token.id
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(Unauthenticated, match="has expired"):
        await tokens.check(secret)


async def test_revoking_works_at_once_and_twice_keeps_the_first_time(database: Database) -> None:
    desk, tokens, _ = parts(database)
    secret, token = await tokens.issue(ACME, person="ann", role="finance")
    first = await tokens.revoke(ACME, token.id)
    desk.clock.advance(timedelta(hours=1))
    assert (await tokens.revoke(ACME, token.id)).revoked_at == first.revoked_at
    with pytest.raises(Unauthenticated, match="revoked"):
        await tokens.check(secret)


async def test_another_tenant_cannot_revoke_or_list_a_token(database: Database) -> None:
    _, tokens, _ = parts(database)
    secret, token = await tokens.issue(ACME, person="ann", role="finance")
    with pytest.raises(NotFound):
        await tokens.revoke(OTHER, token.id)
    assert await tokens.list(OTHER) == ()
    assert (await tokens.check(secret)).revoked_at is None


@pytest.mark.parametrize("secret", ["", "ush_", "ush_" + "x" * 43, "\0", "\ud800", "x" * 100_000, "' OR 1=1 --"])
async def test_garbage_is_not_a_token(database: Database, secret: str) -> None:
    _, tokens, _ = parts(database)
    await tokens.issue(ACME, person="ann", role="finance")
    with pytest.raises(Unauthenticated, match="not known"):
        await tokens.check(secret)


async def test_acts_are_listed_newest_first_and_only_ones_own(database: Database) -> None:
    _, _, acts = parts(database)
    for n in range(3):
        await acts.record(ACME, person="ann", token_id="k_1", action="decide", subject=f"a_{n}", outcome="200")
    await acts.record(OTHER, person="bob", token_id=None, action="issue", subject="k_2", outcome="201")
    assert [act.subject for act in await acts.list(ACME, limit=2)] == ["a_2", "a_1"]
    assert [act.person for act in await acts.list(OTHER)] == ["bob"]


@pytest.mark.parametrize("subject", ["eve@example.com", "Eve Adams", "a" * 200, "x\0y", "../x"])
async def test_what_is_no_id_is_not_written_into_an_act(database: Database, subject: str) -> None:
    _, _, acts = parts(database)
    await acts.record(ACME, person="ann", token_id=None, action="erase", subject=subject, outcome="404")
    assert (await acts.list(ACME))[0].subject == ""


def test_an_operator_has_every_right_to_give_away() -> None:
    assert Actor(ACME, "operator", RIGHTS["admin"]).rights == frozenset().union(*RIGHTS.values())
