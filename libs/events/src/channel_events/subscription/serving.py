"""Which build of each view is read: its tables are in a PostgreSQL schema of their own, found by the search path."""

from typing import Any

SERVING_PATH = """coalesce((
  select string_agg(quote_ident(subscription || '_b' || build), ', ') || ', ' from serving where build > 0), '') || 'public'"""
"""The search path by which names of views' tables mean the serving builds, as an expression in SQL."""
USE_SERVING = f"select set_config('search_path', {SERVING_PATH}, true)"
"""The first statement of a transaction that reads views: pointers and rows are then of one snapshot, if it is REPEATABLE READ.

Tables of the first build are in ``public``, under the same names.
"""
USE_SERVING_FROM_NOW = f"select set_config('search_path', {SERVING_PATH}, false)"
"""The same until the end of the session: for one that does not live long, or that asks again whether they still serve."""


async def use_serving(connection: Any, *, session: bool = False) -> None:
    """Makes names of views' tables mean the serving builds, until the transaction of this asyncpg connection ends or, for
    a connection that will not live long, until its end."""
    await connection.execute(USE_SERVING_FROM_NOW if session else USE_SERVING)


def schema_of(subscription: str, build: int) -> str:
    """The PostgreSQL schema of a build's tables."""
    return f"{subscription}_b{build}" if build else "public"


async def serving_build(connection: Any, subscription: str) -> int:
    """The number of the build that is read; 0 is the first, made at migration."""
    return await connection.fetchval("select build from serving where subscription = $1", subscription) or 0


async def use_build(connection: Any, subscription: str, build: int, *, local: bool = False) -> None:
    """Makes names of one view's tables mean those of a build, until the connection's end, or that of its transaction."""
    path = f'"{schema_of(subscription, build)}", public' if build else "public"
    await connection.execute("select set_config('search_path', $1, $2)", path, local)
