"""Connections: one small pool a process, transactions as context managers, and the driver's own connection under them."""

import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from core.errors import Unavailable

if TYPE_CHECKING:
    from psycopg import AsyncConnection as Driver
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# A process that froze inside a transaction holds its locks; the server lets go of them for it.
FROZEN = "-c idle_in_transaction_session_timeout=10s"
TENANT_ROLE = "usher_tenant"
CONFINE = f"SELECT set_config('role', '{TENANT_ROLE}', true) AS role, set_config('usher.tenant', %(tenant)s, true) AS tenant"
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class Database:
    """The PostgreSQL database at ``url`` (``postgresql://…``). ``pool`` is the most connections this process keeps open."""

    def __init__(self, url: str, *, pool: int = 8) -> None:
        self.url = url
        self._pool = pool
        self._engine: AsyncEngine | None = None

    @property
    def engine(self) -> "AsyncEngine":
        from sqlalchemy.ext.asyncio import create_async_engine

        if self._engine is None:
            self._engine = create_async_engine(
                sqlalchemy_url(self.url),
                pool_size=self._pool,
                max_overflow=0,
                json_serializer=storable_json,
                hide_parameters=True,
                connect_args={"options": FROZEN},
            )
        return self._engine

    @asynccontextmanager
    async def transaction(self, tenant: str | None = None) -> AsyncIterator["AsyncConnection"]:
        """A transaction: committed at the end of the block, rolled back when the block raises.

        With ``tenant`` the server itself shows and takes no other tenant's rows (row-level security): the second lock, behind the queries'
        own conditions. Without, it is the product's own housekeeping over all tenants.

        Raises:
            Unavailable: no connection could be had, or the server went away.
        """
        async with self._guarded(), self.engine.begin() as connection:
            if tenant is not None:
                await run(connection, CONFINE, {"tenant": tenant})
            yield connection

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        """What the driver raises when there is no server, in the product's words."""
        from psycopg import InterfaceError
        from psycopg import OperationalError as Lost
        from sqlalchemy.exc import DBAPIError, OperationalError
        from sqlalchemy.exc import TimeoutError as NoConnection

        try:
            yield
        except NoConnection as error:
            raise Unavailable(what="database", problem=f"all {self._pool} connections are busy") from error
        except (Lost, InterfaceError) as error:
            raise Unavailable(what="database", problem=first_line(error)) from error
        except DBAPIError as error:
            if isinstance(error, OperationalError) or error.connection_invalidated:
                raise Unavailable(what="database", problem=first_line(error)) from error
            raise

    @asynccontextmanager
    async def statement(self) -> AsyncIterator["AsyncConnection"]:
        """A connection on which each statement is a transaction of its own, for work that is one statement: two round trips less.

        Raises:
            Unavailable: as ``transaction``.
        """
        async with self._guarded(), self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()


async def run(connection: "AsyncConnection", statement: str, values: Mapping[str, object]) -> list[Any]:
    """Run a statement (``%(name)s``) by the driver itself, in the same transaction; its rows, as named tuples.

    For what every turn runs: it costs the processor half of what an expression does that is built, compiled and bound each time.
    """
    from psycopg.rows import namedtuple_row

    cursor = (await raw(connection)).cursor(row_factory=namedtuple_row)
    await cursor.execute(statement, values)
    return await cursor.fetchall() if cursor.description else []


async def raw(connection: "AsyncConnection") -> "Driver[Any]":
    """The psycopg connection under ``connection``: what it does is part of the same transaction."""
    driver: Driver[Any] | None = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise Unavailable(what="database", problem="the connection is closed")
    return driver


def sqlalchemy_url(url: str) -> "URL":
    """``url`` for SQLAlchemy, with the psycopg 3 driver."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Unavailable(what="database", problem="the URL cannot be read; postgresql://user:password@host/database is expected") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise Unavailable(what="database", problem=f"{parsed.get_backend_name()!r} is not supported; PostgreSQL is (postgresql://…)")
    return parsed.set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """``url`` for psycopg itself."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def first_line(error: BaseException) -> str:
    """What went wrong, in one line, without the statement and its values."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def new_id(prefix: str) -> str:
    """A new identifier, 80 random bits."""
    return f"{prefix}_{secrets.token_hex(10)}"


def clean(text: str) -> str:
    """``text`` as PostgreSQL can store it: NUL and lone surrogates become U+FFFD."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable_json(value: object, *, default: Callable[[Any], str] | None = None) -> str:
    """JSON that JSONB accepts, whatever was in the text; ``default`` writes what JSON does not know."""
    json_text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=default)
    return clean(NUL.sub(r"\1\\ufffd", json_text) if "\\u0000" in json_text else json_text)
