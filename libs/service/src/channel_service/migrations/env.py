"""Alembic's environment of every service: the connection is handed in, nothing is read from files."""

from alembic import context

attributes = context.config.attributes
context.configure(connection=attributes["connection"], version_table=attributes["table"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
