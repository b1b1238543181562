"""Run by Alembic: the connection is handed over by ``storage.migrations``, already in a transaction."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
# Only the autogenerating commands compare tables; an upgrade need not import them.
metadata = context.config.attributes.get("metadata")
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
