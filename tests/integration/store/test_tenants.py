"""One company never sees, finds or changes what is another's: by the queries' own conditions, and by the server's."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

import psycopg
import pytest
from sqlalchemy import Table, select, text
from sqlalchemy.exc import DBAPIError

from core.clock import ShiftedClock
from core.errors import NotFound, Unavailable, UsherError
from core.ports import Choice
from core.types import Cost, Edit
from store.database import Database
from store.mailroom import Mailroom
from store.migrate import upgrade
from store.outbox import Outbox
from store.stored import Stored
from tests.integration.store.desk import ACME, NOON, Desk, House, Textbook, mail, message
from tests.integration.store.rows import CHECKPOINT_ROWS, CHECKPOINTS, TENANT_TABLES, fingerprint, furnish, row

OTHER = "other"
named = pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)


async def refused(database: Database, statement: Any, **values: object) -> bool:
    """Whether a transaction of ``OTHER`` is refused, or finds no row to change."""
    try:
        async with database.transaction(OTHER) as db:
            return bool((await db.execute(statement, values)).rowcount == 0)
    except DBAPIError as error:
        return "policy" in str(error) or "permission denied" in str(error)


# ------------------------------------------------------------ the server's lock


@named
async def test_a_query_without_conditions_sees_only_the_tenants_own_rows(database: Database, table: Table) -> None:
    await furnish(database, ACME, OTHER)
    async with database.transaction(OTHER) as db:
        seen = (await db.scalars(select(table.c.tenant))).all()
    assert seen == [OTHER]


@named
async def test_another_tenants_row_cannot_be_written_changed_or_deleted(database: Database, table: Table) -> None:
    await furnish(database, ACME)
    before = await fingerprint(database, ACME)
    assert await refused(database, table.insert().values(row(table, ACME)))
    assert await refused(database, table.update().values(tenant=OTHER))
    assert await refused(database, table.update().values(tenant=ACME))
    assert await refused(database, table.delete())
    assert await fingerprint(database, ACME) == before


@named
async def test_a_row_cannot_be_given_to_another_tenant(database: Database, table: Table) -> None:
    await furnish(database, OTHER)
    with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
        async with database.transaction(OTHER) as db:
            await db.execute(table.update().values(tenant=ACME))


@pytest.mark.parametrize("name", CHECKPOINTS)
async def test_checkpoints_are_their_turns_tenants(database: Database, name: str) -> None:
    await furnish(database, ACME, OTHER)
    async with database.transaction(OTHER) as db:
        assert (await db.scalars(text(f"SELECT thread_id FROM {name}"))).all() == [f"{OTHER}-id"]
        assert (await db.execute(text(f"DELETE FROM {name}"))).rowcount == 1
        await db.rollback()
    statement = next(each for each in CHECKPOINT_ROWS if f"INTO {name} " in each)
    assert await refused(database, text(statement.replace("'c'", "'d'")), thread=f"{ACME}-id")


async def test_a_job_on_another_tenants_turn_is_neither_seen_nor_made(database: Database) -> None:
    desk = Desk(database)
    mine = await desk.arrive()
    job = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('turns', 'usher.handle', jsonb_build_object('turn_id', :id))"
    )
    assert await refused(database, text(job.replace(":id", "CAST(:id AS text)")), id=mine.id)
    async with database.transaction(OTHER) as db:
        assert (await db.execute(text("SELECT id FROM procrastinate_jobs"))).all() == []
    async with database.transaction(ACME) as db:
        assert len((await db.execute(text("SELECT id FROM procrastinate_jobs"))).all()) == 1


async def test_every_table_is_under_the_lock(database: Database) -> None:
    """A new table is either without tenants, and then none of the role's business, or under a policy."""
    query = text("""
        SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity
            AND has_table_privilege('usher_tenant', oid, 'SELECT, UPDATE, DELETE')
    """)
    async with database.transaction() as db:
        assert (await db.scalars(query)).all() == []


async def test_entries_and_acts_are_only_ever_added(database: Database) -> None:
    await furnish(database, OTHER)
    for name in ("entries", "acts", "ledger"):
        for statement in (f"DELETE FROM {name}", f"UPDATE {name} SET tenant = tenant"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction(OTHER) as db:
                    await db.execute(text(statement))


async def test_the_lock_ends_with_its_transaction(database: Database) -> None:
    await furnish(database, ACME, OTHER)
    async with database.transaction(OTHER) as db:
        await db.execute(text("SELECT 1"))
    async with database.transaction() as db:
        assert len((await db.execute(text("SELECT id FROM conversations"))).all()) == 2


async def test_an_owner_who_may_not_switch_is_told_what_to_run(postgres_url: str, database_url: str) -> None:
    """An ordinary owner of a database on a server where the role is somebody else's."""
    name = database_url.rpartition("/test_")[2].partition("?")[0]
    owner, new = f"owner_{name}", f"own_{name}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE ROLE {owner} LOGIN")
        server.execute(f"CREATE DATABASE {new} OWNER {owner}")
        try:
            url = postgres_url.replace("//postgres@", f"//{owner}@").replace("/postgres?", f"/{new}?")
            with pytest.raises(Unavailable, match=f"an administrator runs: GRANT usher_tenant TO {owner};"):
                await upgrade(url)
            server.execute(f"GRANT usher_tenant TO {owner}")
            assert await upgrade(url)
            async with Database(url, pool=1).transaction(OTHER) as db:
                assert (await db.execute(text("SELECT id FROM conversations"))).all() == []
        finally:
            server.execute(f"DROP DATABASE {new} WITH (FORCE)")
            server.execute(f"DROP ROLE {owner}")


# ------------------------------------------------------------ the repositories


class Kept(Stored):
    """Every repository over one database, and the two that settings are given to."""

    approvers, lessons = House(), Textbook()

    def __init__(self, database: Database) -> None:
        self._database, self.clock = database, ShiftedClock(NOON)
        self.mailroom = Mailroom(database, clock=self.clock, settle_s={}, held=False)
        self.outbox = Outbox(database, clock=self.clock)


PARTS = [*sorted(name for name, value in vars(Stored).items() if isinstance(value, cached_property)), "mailroom", "outbox"]
# What a parameter is given; ids are replaced by those of the other tenant.
GIVEN: dict[str, object] = {
    "person": "lea",
    "by": "lea",
    "deputy": "bob",
    "role": "finance",
    "outcome": "approved",
    "digest": "d1",
    "edit": Edit(owner="bob"),
    "to": ["bob"],
    "starts_at": NOON,
    "ends_at": NOON + timedelta(hours=1),
    "message": message("m1"),
    "email": "eve@example.com",
    "collection": "handbook",
    "version": "v9",
    "blob": b"theirs",
    "text": "version: 1",
    "roster": {"people": []},
    "author": "lea",
    "action": "a",
    "subject": "s",
    "token_id": None,
    "file": None,
    "contact": "eve@example.com",
    "as_of": NOON,
    "at": NOON,
    "record": "crm",
    "statements": [],
    "content": "c1",
    "label": None,
    "examples": [],
    "utterances": 1,
    "day": NOON.date(),
    "usd": 0.01,
    "calls_per_day": None,
    "usd_per_day": None,
    "reserved": 0.01,
    "cost": Cost(),
    "model": "chat/m",
    "choice": Choice("t1", ("refund",), "refund", 0.5, None, 0.5),
    "limit": 100,
}


def tenant_methods(kept: Kept) -> list[tuple[str, Callable[..., Any]]]:
    """Every public method that is told its tenant."""
    found = []
    for part in PARTS:
        for name, bound in inspect.getmembers(getattr(kept, part), inspect.iscoroutinefunction):
            if not name.startswith("_") and next(iter(inspect.signature(bound).parameters), "") == "tenant":
                found.append((f"{part}.{name}", bound))
    return found


def arguments(bound: Callable[..., Any], id: str) -> dict[str, object]:
    wanted = [p for p in inspect.signature(bound).parameters.values() if p.name != "tenant" and p.default is inspect.Parameter.empty]
    ids = {"words": {id: "accepted"}, "id": id, "conversation_id": id, "turn_id": id, "turn_ids": [id], "ids": [id]}
    return {parameter.name: {**GIVEN, **ids}[parameter.name] for parameter in wanted}


async def test_no_repository_method_finds_or_changes_what_is_anothers(database: Database) -> None:
    """Each is called for ``OTHER`` with every kind of id that ``ACME`` has; a method with a new parameter is named by a KeyError."""
    kept, ids = await busy(database)
    before = await fingerprint(database, ACME)
    methods, secrets = tenant_methods(kept), [*(id for id in ids if len(id) > 6), "text of m0"]
    assert len(methods) > 20
    for name, bound in methods:
        for id in ids:
            found = await outcome(bound, id)
            assert not [secret for secret in secrets if secret in found], f"{name}: {found}"
    assert await fingerprint(database, ACME) == before


async def outcome(bound: Callable[..., Any], id: str) -> str:
    """What the method gives, or says; that there is nothing by an id repeats the id and tells nothing."""
    try:
        return repr(await bound(OTHER, **arguments(bound, id)))
    except NotFound:
        return ""
    except UsherError as error:
        return str(error)


async def busy(database: Database) -> tuple[Kept, list[str]]:
    """``ACME`` with something of everything, and its ids."""
    kept, desk = Kept(database), Desk(database)
    answered, asked = await desk.answer("m0", conversation_key="k0"), await desk.ask("m1")
    approval = await kept.approvals.show(ACME, asked.id)
    async with database.transaction() as db:
        effect = await db.scalar(text("UPDATE outbox SET state = 'failed' RETURNING id"))
    _, token = await kept.tokens.issue(ACME, person="ann", role="finance")
    span = {"starts_at": NOON, "ends_at": NOON + timedelta(days=1)}
    away = await kept.delegations.add(ACME, person="ann", deputy="bob", by="ann", **span)
    await kept.indexes.write(ACME, "handbook", "text of m0", b"mine")
    await kept.acts.record(ACME, person="ann", token_id=token.id, action="look", subject=asked.id, outcome="200")
    taught = await kept.examples.correct(ACME, answered.id, label="refund", person="ann")
    await kept.models.put(ACME, "m1", content={"of": "text of m0"}, examples=[taught.id], utterances=1, blob=b"mine", author="text of m0")
    made = [taught.id, token.id, away.id]
    return kept, [answered.id, f"r-{answered.id}", answered.conversation_id, asked.id, approval.id, f"e{effect}", *made]


async def test_the_same_message_and_key_are_another_conversation_elsewhere(database: Database) -> None:
    room = Desk(database).mailroom
    mine, theirs = await room.receive(ACME, message("m1")), await room.receive(OTHER, message("m1"))
    assert not theirs.duplicate
    assert mine.conversation_id != theirs.conversation_id


async def test_a_reference_does_not_lead_into_another_tenants_conversation(database: Database) -> None:
    room = Desk(database).mailroom
    mine = await room.receive(ACME, mail("m1"))
    theirs = await room.receive(OTHER, mail("m2", references=("m1",)))
    assert mine.conversation_id != theirs.conversation_id


async def test_load_counts_only_the_tenants_own_conversations(database: Database) -> None:
    desk = Desk(database)
    turn = await desk.ask()
    await desk.decide(turn)
    await desk.resume(turn.id)
    arrival = await desk.mailroom.receive(OTHER, message("m1"))
    theirs = await desk.turns.load(arrival.turn_id or "")
    assert theirs is not None
    assert theirs.load == {}
