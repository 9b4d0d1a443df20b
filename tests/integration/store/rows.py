"""A row of each tenant in every table, made from the columns, and what a tenant's rows look like as one fingerprint a table."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Double, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from store.database import Database
from store.tables_learning import metadata

TENANT_TABLES = [table for table in metadata.sorted_tables if "tenant" in table.c]
CHECKPOINTS = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)

# Columns that the database checks against a list of words.
WORDS = {
    "activations.kind": "activated",
    "approvals.status": "pending",
    "approval_votes.outcome": "approved",
    "conversations.mode": "automation",
    "examples.source": "correction",
    "examples.status": "pending",
    "model_activations.kind": "activated",
    "messages.role": "customer",
    "outbox.state": "held",
    "timers.state": "disarmed",
    "turns.status": "done",
}


def row(table: Table, tenant: str) -> dict[str, Any]:
    """Values for every column that is not counted up by the server."""
    return {column.name: _value(table, column, tenant) for column in table.c if column.identity is None}


def _value(table: Table, column: Column[Any], tenant: str) -> Any:
    if column.name == "tenant":
        return tenant
    match column.type:
        case JSONB():
            return {}
        case ARRAY():
            return []
        case DateTime():
            return AT
        case Date():
            return AT.date()
        case Boolean():
            return False
        case LargeBinary():
            return tenant.encode()
        case BigInteger() | Integer() | Double():
            return 1
        case Text():
            return WORDS.get(f"{table.name}.{column.name}", f"{tenant}-{column.name}")
        case unknown:
            raise AssertionError(f"{table.name}.{column.name} is of {unknown}: say here what a row of it looks like")


async def furnish(database: Database, *tenants: str) -> None:
    """One row a table and tenant, and one checkpoint of each tenant's turn; foreign keys are not looked at."""
    async with database.transaction() as db:
        await db.execute(text("SET LOCAL session_replication_role = replica"))
        for tenant in tenants:
            for table in TENANT_TABLES:
                values = row(table, tenant)
                await db.execute(table.insert().values(values))
            thread = {"thread": row(metadata.tables["turns"], tenant)["id"]}
            for statement in CHECKPOINT_ROWS:
                await db.execute(text(statement), thread)


CHECKPOINT_ROWS = (
    "INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) VALUES (:thread, 'c', '{}')",
    "INSERT INTO checkpoint_blobs (thread_id, channel, version, type) VALUES (:thread, 'c', '1', 'empty')",
    "INSERT INTO checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, blob) VALUES (:thread, 'c', 't', 0, 'c', '')",
)


async def fingerprint(database: Database, tenant: str) -> dict[str, tuple[int, str]]:
    """Table → number and digest of the tenant's rows: equal when nothing of it has changed."""
    of_tenant = {table.name: "tenant = :tenant" for table in TENANT_TABLES}
    of_tenant |= dict.fromkeys(CHECKPOINTS, "thread_id IN (SELECT id FROM turns WHERE tenant = :tenant)")
    found = {}
    async with database.transaction() as db:
        for name, condition in of_tenant.items():
            rows = f"SELECT CAST({name} AS text) AS line FROM {name} WHERE {condition}"
            query = text(f"SELECT count(*), coalesce(md5(string_agg(line, chr(10) ORDER BY line)), '') FROM ({rows}) AS rows")
            number, digest = (await db.execute(query, {"tenant": tenant})).one()
            found[name] = (number, digest)
    return found
