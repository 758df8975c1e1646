"""For revisions: running SQL as it stands."""


def execute(sql: str) -> None:
    """Runs a script of any number of statements inside the migration's transaction."""
    from alembic import op

    connection = op.get_bind()
    # asyncpg prepares what SQLAlchemy sends, and one statement at most can be prepared: scripts go to asyncpg directly.
    connection.exec_driver_sql("select 1")  # opens the transaction, which SQLAlchemy does at the first statement only
    connection.connection.dbapi_connection.run_async(lambda driver: driver.execute(sql))  # type: ignore[union-attr]
