"""Alembic's entry: the connection and its transaction are the caller's (``store.migrate``)."""

from alembic import context

from store.tables_learning import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
