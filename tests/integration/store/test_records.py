"""Tokens, indexes and conversations as people ask for them."""

import asyncio
from datetime import timedelta

import pytest

from core.errors import NotFound, Unauthenticated, Unavailable
from store.database import Database
from store.indexes import Indexes
from store.tokens import Tokens
from tests.integration.store.desk import ACME, Desk


async def test_a_token_speaks_for_its_person_and_is_kept_as_a_hash(database: Database) -> None:
    desk = Desk(database)
    tokens = Tokens(database, clock=desk.clock)
    secret, token = await tokens.issue(ACME, person="ann", role="finance", label="laptop")
    assert secret.startswith("ush_")
    assert await tokens.check(secret) == token
    assert secret not in repr(await tokens.list(ACME))


async def test_an_unknown_an_expired_and_a_revoked_token_speak_for_nobody(database: Database) -> None:
    desk = Desk(database)
    tokens = Tokens(database, clock=desk.clock)
    soon, _ = await tokens.issue(ACME, person="ann", role="finance", expires_at=desk.clock.now() + timedelta(minutes=1))
    revoked, token = await tokens.issue(ACME, person="bob", role="finance")
    await tokens.revoke(ACME, token.id)
    desk.clock.advance(timedelta(minutes=2))
    for secret, why in ((soon, "expired"), (revoked, "revoked"), ("ush_guess", "not known")):
        with pytest.raises(Unauthenticated, match=why):
            await tokens.check(secret)


async def test_an_index_is_replaced_whole(database: Database) -> None:
    indexes = Indexes(database)
    for version, blob in (("v1", b"old"), ("v2", b"new")):
        await indexes.write(ACME, "handbook", version, blob)
    assert await indexes.version(ACME, "handbook") == "v2"
    assert await indexes.read(ACME, "handbook") == ("v2", b"new")


async def test_who_comes_second_waits_until_the_first_is_done_with_the_same_tenant_s_indexes(database: Database) -> None:
    first, second, done = Indexes(database), Indexes(database), list[str]()

    async def work(indexes: Indexes, tenant: str, name: str) -> None:
        async with indexes.alone(tenant, "handbook"):
            done.append(name)

    async with first.alone(ACME, "handbook"):
        waiting = asyncio.create_task(work(second, ACME, "same"))
        await work(second, "another", "other")
        await asyncio.sleep(0.2)
        assert done == ["other"]
    await waiting
    assert done == ["other", "same"]


async def test_a_run_that_fails_lets_the_next_one_in(database: Database) -> None:
    indexes = Indexes(database)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            async with asyncio.timeout(5), indexes.alone(ACME, "handbook"):
                raise RuntimeError


async def test_a_conversation_is_shown_with_what_was_said_oldest_first(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.answer()
    conversation, said = await desk.conversations.show(ACME, turn.conversation_id)
    assert (conversation.subject, conversation.customer, conversation.mode) == ("Hello", "eve@example.com", "automation")
    assert [past.text for past in said] == ["text of m1", "Our answer."]


async def test_conversations_are_listed_by_owner(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await desk.resume(turn.id)
    assert [each.id for each in await desk.conversations.list(ACME, owner="ann")] == [turn.conversation_id]
    assert await desk.conversations.list(ACME, owner="bob") == ()


async def test_receipts_come_in_the_order_asked_for_and_newest_first(database: Database) -> None:
    desk = Desk(database)
    ids = [(await desk.answer(f"m{n}")).id for n in range(3)]
    asked = [ids[2], ids[0], ids[1]]
    assert [receipt.turn_id for receipt in await desk.receipts.of_turns(ACME, asked)] == asked
    assert [receipt.turn_id for receipt in await desk.receipts.list(ACME, limit=2)] == [ids[2], ids[1]]
    assert (await desk.receipts.get(ACME, f"r-{ids[0]}")).turn_id == ids[0]


async def test_a_turn_still_queued_has_no_receipt(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.arrive()
    with pytest.raises(NotFound):
        await desk.receipts.get(ACME, turn.id)


async def test_a_database_that_cannot_be_reached_is_named_in_one_line() -> None:
    with pytest.raises(Unavailable, match=r"^database: connection .*") as raised:
        await Indexes(Database("postgresql://nobody@127.0.0.1:9/none")).version(ACME, "handbook")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://host/db", "not a url"])
async def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(Unavailable, match=r"PostgreSQL|postgresql://"):
        await Indexes(Database(url)).version(ACME, "handbook")
