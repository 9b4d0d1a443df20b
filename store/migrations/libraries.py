"""The schemas that libraries bring: put in place inside the migration's own transaction, which their own set-up cannot do."""

from importlib.metadata import version

from alembic import op
from sqlalchemy import Connection, text

from store.tables import components


def run_script(script: str) -> None:
    """Several statements at once, taken as they are: no parameters, so ``%`` means itself."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("the migration has no open connection")
    connection.execute(script)


def install_queue() -> None:
    """Procrastinate's tables and functions, as the installed version ships them, and an index that its fetch lacks.

    Without it a fetch looks at every waiting job: 15 ms with 2,000 of them, instead of 0.5 ms.
    """
    from procrastinate.schema import SchemaManager

    run_script(SchemaManager.get_schema())
    run_script("CREATE INDEX usher_jobs_by_lock ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')")
    _record("procrastinate")


def install_checkpoints() -> None:
    """The saver's migrations; an index cannot be built CONCURRENTLY in a transaction, and empty tables need none of that."""
    from langgraph.checkpoint.postgres.base import MIGRATIONS

    connection: Connection = op.get_bind()
    for number, statement in enumerate(MIGRATIONS):
        run_script(statement.replace(" CONCURRENTLY", ""))
        connection.execute(text("INSERT INTO checkpoint_migrations (v) VALUES (:v)"), {"v": number})
    _record("langgraph-checkpoint-postgres")


def _record(package: str) -> None:
    op.get_bind().execute(components.insert().values(name=package, version=version(package)))
