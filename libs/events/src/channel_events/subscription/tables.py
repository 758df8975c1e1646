"""Making the tables of views: by the owning role, at migration."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from channel_events.view import View

_LOCK = 0x71766965  # "qvie"


async def create_view_tables(connection: Any, views: Iterable[View], *, role: str | None = None) -> None:
    """Creates what is missing of the views' tables and indexes; ``role``, when given, may then read and write them.

    ``connection`` is asyncpg's, of the owning role. Several processes may do it at once.
    """
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        for table in (table.sql for view in views for table in view.tables):
            await connection.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                await connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))
            if role is not None:
                name, to = dialect.identifier_preparer.quote(table.name), dialect.identifier_preparer.quote(role)
                await connection.execute(f"grant select, insert, update, delete on {name} to {to}")
