"""Which build of each view is read: its tables are in a PostgreSQL schema of their own, found by the search path."""

from typing import Any

USE = """
select set_config('search_path', coalesce((
  select string_agg(quote_ident(subscription || '_b' || build), ', ') from serving where build > 0), 'public') || ', public', true)
"""
"""The first statement of a transaction that reads views: pointers and rows are then of one snapshot, if it is REPEATABLE READ.

Tables of the first build are in ``public``, under the same names.
"""


async def use_serving(connection: Any) -> None:
    """Makes names of views' tables mean the serving builds until the transaction of this asyncpg connection ends."""
    await connection.execute(USE)
