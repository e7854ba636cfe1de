"""Run by alembic: migrates the connection that storage.schema hands over."""

from __future__ import annotations

from alembic import context

from storage.tables import INBOUND

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=INBOUND.metadata,
    render_as_batch=True,  # SQLite cannot change a table in place
    transactional_ddl=True,  # on both engines a migration that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
