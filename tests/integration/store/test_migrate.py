"""Migrations: once, whole, by whoever comes first."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.errors import Unavailable
from store.database import Database, sqlalchemy_url
from store.migrate import schema_version, upgrade
from store.tables_learning import metadata

ROOT = Path(__file__).parents[3]
UPGRADE = "import asyncio, sys; from store.migrate import upgrade; print(asyncio.run(upgrade(sys.argv[1])))"


@pytest.fixture
async def empty_url(database: Database, database_url: str) -> str:
    async with database.transaction() as db:
        await db.execute(text("DROP SCHEMA public CASCADE"))
        await db.execute(text("CREATE SCHEMA public"))
    return database_url


async def test_three_processes_migrate_an_empty_database_once(empty_url: str) -> None:
    program = [sys.executable, "-c", UPGRADE, empty_url]
    started = [await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE) for _ in range(3)]
    said = [(await process.communicate())[0].strip() for process in started]
    assert sorted(said) == [b"False", b"False", b"True"]


async def test_a_current_database_is_left_alone(database_url: str) -> None:
    assert await upgrade(database_url) is False


async def test_a_database_of_a_newer_version_is_refused(database: Database, database_url: str) -> None:
    async with database.transaction() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match=r"newer version \(9999\)"):
        await upgrade(database_url)


async def test_a_migration_that_fails_leaves_nothing(empty_url: str, database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(text("CREATE TABLE checkpoints (other integer)"))
    with pytest.raises(Unavailable):
        await upgrade(empty_url)
    async with database.transaction() as db:
        tables = (await db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
    assert list(tables) == ["checkpoints"]


async def test_the_migrated_tables_are_those_that_queries_see(database_url: str) -> None:
    brought = ("procrastinate", "checkpoint")
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith(brought)}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    assert differences == []
    assert schema_version() == "0005"
