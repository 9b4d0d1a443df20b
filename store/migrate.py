"""Bring a database to this code's version: one transaction, one process at a time."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Unavailable
from store.database import first_line, sqlalchemy_url

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

HEAD = "0005"
LOCK = 7_236_180_041


def schema_version() -> str:
    """The schema that this code works with."""
    return HEAD


async def upgrade(url: str) -> bool:
    """Migrate the database at ``url``; True when there was something to do. Safe from several processes at once.

    Raises:
        Unavailable: the database cannot be reached, or is of a newer version than this code.
    """
    return await asyncio.to_thread(_upgrade, url)


def _upgrade(url: str) -> bool:
    from psycopg import Error
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if _revision(connection) == HEAD:
                return False
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            return _migrate(connection)
    except (DBAPIError, Error) as error:
        raise Unavailable(what="database", problem=first_line(error)) from None
    finally:
        engine.dispose()


def _migrate(connection: "Connection") -> bool:
    from alembic import command
    from alembic.script import ScriptDirectory

    found, config = _revision(connection), _config(connection)
    if found == HEAD:
        return False
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(what="database", problem=f"is of a newer version ({found}) than this program ({HEAD}); update the program")
    command.upgrade(config, "head")
    return True


def _revision(connection: "Connection") -> str | None:
    """The version that the database says it has, None for an empty one."""
    from sqlalchemy import text

    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _config(connection: "Connection") -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
