"""Facts: what systems of record stated, when it was observed there and when it became known here. Rows are added, never changed."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from core.errors import Unavailable
from core.profile import Recorded, Statement, address_key
from store.database import Database, clean, first_line, raw, storable_json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BATCH = 5_000
AHEAD = timedelta(days=1)
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# Nothing is observed after the instant that is asked for, nor before there was anything to observe: such a row is passed over.
POSSIBLE = "(observed_at IS NULL OR observed_at BETWEEN '1970-01-01 00:00Z' AND :at)"
LATEST = f"recorded_at <= :at AND {POSSIBLE} ORDER BY name, record, recorded_at DESC, id DESC"
# Python has no years before 1 and after 9999; PostgreSQL does.
SEEN = "CASE WHEN observed_at >= '0001-01-02 00:00Z' AND observed_at < '9999-12-31 00:00Z' THEN observed_at END AS observed_at"
FIELDS = f"name, record, subject, value, confidence, {SEEN}, recorded_at, version"
KNOWN = text(f"""
    WITH own AS (
        SELECT DISTINCT ON (name, record) {FIELDS} FROM facts WHERE tenant = :tenant AND subject = :contact AND {LATEST}
    ), employers AS (SELECT DISTINCT 'account:' || (value #>> '{{}}') AS subject FROM own WHERE name = 'account' AND value IS NOT NULL)
    SELECT * FROM own UNION ALL SELECT theirs.* FROM employers CROSS JOIN LATERAL (
        SELECT DISTINCT ON (name, record) {FIELDS} FROM facts WHERE tenant = :tenant AND subject = employers.subject AND {LATEST}
    ) AS theirs
""")  # noqa: S608 - constants
# A record's own row says which content of its file was read last.
CONTENT = text("""
    SELECT value #>> '{}' FROM facts WHERE tenant = :tenant AND subject = :subject AND name = 'content' AND record = :record
        AND recorded_at <= :at ORDER BY recorded_at DESC, id DESC LIMIT 1
""")
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 7236180))")
STAGE = text("""
    CREATE TEMPORARY TABLE staged (n bigint GENERATED ALWAYS AS IDENTITY, subject text NOT NULL, name text NOT NULL, value jsonb,
        record text NOT NULL, confidence double precision NOT NULL, observed_at timestamptz, version text NOT NULL) ON COMMIT DROP
""")
# The planner takes a table just filled for a small one, and would read all of it for every row: here only indexes are used.
READY = (
    text("CREATE INDEX ON staged (subject, name, record, observed_at DESC NULLS LAST, n DESC)"),
    text("ANALYZE staged"),
    text("SET LOCAL enable_seqscan = off"),
)
COPY = "COPY staged (subject, name, value, record, confidence, observed_at, version) FROM STDIN"
# Of what a record says twice, the freshest; of that, what is not known already. ``late``: older than what is known is not news. A clock
# that is ahead by less than ``ahead`` observed it now.
APPEND = text(f"""
    INSERT INTO facts (tenant, subject, name, value, record, confidence, observed_at, version, recorded_at)
    SELECT :tenant, said.subject, said.name, said.value, said.record, said.confidence, said.observed_at, said.version, :at
    FROM (
        SELECT DISTINCT ON (subject, name, record) n, subject, name, record, value, confidence, version,
            CASE WHEN observed_at > :at AND observed_at <= :ahead THEN :at ELSE observed_at END AS observed_at
        FROM staged ORDER BY subject, name, record, staged.observed_at DESC NULLS LAST, n DESC
    ) AS said
    LEFT JOIN LATERAL (
        SELECT value, confidence, observed_at, version FROM facts WHERE tenant = :tenant AND subject = said.subject AND name = said.name
            AND record = said.record AND recorded_at <= :at AND {POSSIBLE} ORDER BY recorded_at DESC, id DESC LIMIT 1
    ) AS known ON true
    WHERE CASE WHEN known.version IS NULL THEN said.value IS NOT NULL
        ELSE (said.value, said.confidence, said.observed_at, said.version)
                IS DISTINCT FROM (known.value, known.confidence, known.observed_at, known.version)
            AND NOT (:late AND coalesce(said.observed_at < known.observed_at, false)) END
""")  # noqa: S608 - constants
# What the record stated before and no longer does.
RETRACT = text("""
    INSERT INTO facts (tenant, subject, name, value, record, observed_at, recorded_at)
    SELECT :tenant, known.subject, known.name, NULL, :record, :at, :at
    FROM (
        SELECT DISTINCT ON (subject, name) subject, name, value FROM facts
        WHERE tenant = :tenant AND record = :record AND recorded_at <= :at ORDER BY subject, name, recorded_at DESC, id DESC
    ) AS known
    WHERE known.value IS NOT NULL AND known.name <> 'content'
        AND NOT EXISTS (SELECT FROM staged WHERE staged.subject = known.subject AND staged.name = known.name AND staged.record = :record)
""")
READ = text("""
    INSERT INTO facts (tenant, subject, name, value, record, recorded_at)
    VALUES (:tenant, :subject, 'content', CAST(:content AS jsonb), :record, :at)
""")
FORGET = text("DELETE FROM facts WHERE tenant = :tenant AND subject = ANY(:subjects)")
HISTORY = text(f"SELECT {FIELDS} FROM facts WHERE tenant = :tenant AND subject = ANY(:subjects) ORDER BY id")  # noqa: S608 - constants


class Facts:
    """Implements ``core.ports.FactStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, tenant: str, contact: str, as_of: datetime) -> tuple[Statement, ...]:
        values = {"tenant": tenant, "contact": _subject("contact", contact), "at": as_of}
        async with self._database.transaction(tenant) as db:
            rows = (await db.execute(KNOWN, values)).all()
        return tuple(_statement(row) for row in rows)

    async def record(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime) -> Recorded:
        async with self._database.transaction(tenant) as db:
            await db.execute(LOCK, {"place": f"{tenant}/{record}"})
            stated = await _stage(db, iter(statements))
            appended = (await db.execute(APPEND, _now(tenant, at) | {"late": True})).rowcount
        return Recorded(stated=stated, appended=appended)

    async def content(self, tenant: str, record: str, as_of: datetime) -> str | None:
        async with self._database.transaction(tenant) as db:
            return await _content(db, tenant, record, as_of)

    async def replace(self, tenant: str, record: str, statements: Iterable[Statement], at: datetime, *, content: str) -> Recorded | None:
        """In one transaction; of several processes that read the same content one writes it."""
        place = {"tenant": tenant, "record": record, "at": at}
        async with self._database.transaction(tenant) as db:
            await db.execute(LOCK, {"place": f"{tenant}/{record}"})
            if await _content(db, tenant, record, at) == content:
                return None
            stated = await _stage(db, iter(statements))
            retracted = (await db.execute(RETRACT, place)).rowcount
            appended = (await db.execute(APPEND, _now(tenant, at) | {"late": False})).rowcount
            await db.execute(READ, place | {"subject": f"record:{record}", "content": storable_json(content)})
        return Recorded(stated=stated, appended=appended, retracted=retracted)


async def history(db: "AsyncConnection", tenant: str, email: str) -> list[Statement]:
    """Every statement ever recorded about a contact, oldest first."""
    rows = (await db.execute(HISTORY, {"tenant": tenant, "subjects": _subjects(email)})).all()
    return [_statement(row) for row in rows]


async def forget(db: "AsyncConnection", tenant: str, email: str) -> int:
    """Delete what is known of a contact, at any time; the number of statements. A file of record that still lists them brings them back
    when it next changes.
    """
    return (await db.execute(FORGET, {"tenant": tenant, "subjects": _subjects(email)})).rowcount


def _now(tenant: str, at: datetime) -> dict[str, object]:
    return {"tenant": tenant, "at": at, "ahead": at + AHEAD}


async def _content(db: "AsyncConnection", tenant: str, record: str, as_of: datetime) -> str | None:
    place = {"tenant": tenant, "record": record, "subject": f"record:{record}", "at": as_of}
    found: str | None = await db.scalar(CONTENT, place)
    return found


async def _stage(db: "AsyncConnection", statements: Iterator[Statement]) -> int:
    """Copy them to the transaction's own table, a batch at a time; made in a thread, for they may be read from a file meanwhile."""
    from psycopg import Error

    await db.execute(STAGE)
    driver, stated = await raw(db), 0
    try:
        async with driver.cursor() as cursor, cursor.copy(COPY) as copy:
            while batch := await asyncio.to_thread(_batch, statements):
                stated += batch[0]
                await copy.write(batch[1])
    except Error as error:
        raise Unavailable(what="database", problem=first_line(error)) from error
    for statement in READY:
        await db.execute(statement)
    return stated


def _batch(statements: Iterator[Statement]) -> tuple[int, str] | None:
    """Some of them, as PostgreSQL's COPY reads them."""
    rows = list(islice(statements, BATCH))
    return (len(rows), clean("".join(map(_line, rows)))) if rows else None


def _line(said: Statement) -> str:
    value = "\\N" if said.value is None else storable_json(said.value).translate(ESCAPES)
    seen = said.observed_at.isoformat() if said.observed_at else "\\N"
    subject, version = f"{said.about}:{said.key}".translate(ESCAPES), said.version.translate(ESCAPES)
    return f"{subject}\t{said.name}\t{value}\t{said.record}\t{said.confidence!r}\t{seen}\t{version}\n"


def _statement(row: Any) -> Statement:
    about, _, key = row.subject.partition(":")
    return Statement(about, key, row.name, row.value, row.record, row.observed_at, row.confidence, row.version, row.recorded_at)


def _subject(about: str, key: str) -> str:
    return clean(f"{about}:{key}")


def _subjects(email: str) -> list[str]:
    """The contact by the address as it is matched, and as somebody may spell it who asks for their data."""
    return sorted({_subject("contact", spelling) for spelling in (address_key(email), email.strip(), email.strip().casefold())})
