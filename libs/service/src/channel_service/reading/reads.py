"""Reading by one statement: which build of each view is served, and what the caller may see, hold in the snapshot of the rows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import sqlalchemy as sa
from channel_events.subscription import SERVING_PATH, USE_SERVING, USE_SERVING_FROM_NOW
from channel_events.view import SCOPE, scoped_role

from channel_service.lost import Unavailable
from channel_service.reading.compiled import Compiled, compiled
from channel_service.reading.connections import Connections
from channel_service.reading.shape import ALL, Shape

AlsoSees = Callable[[str, date], sa.Select[Any]]
SCOPES = 1000
"""So many callers' statements are kept as they are sent: some 1 KB each."""
_TRIES = 5


class Reads:
    """The connections that are read on by single statements.

    A statement of somebody who sees everything is one round trip: names in it mean what the connection's search path says, and
    in its rows it tells whether that is the path of what is served in its snapshot. If not, the rows are thrown away, the path is set
    anew and it is asked again. A scoped one is asked inside a transaction whose snapshot, path, scope and role were set before.
    """

    def __init__(self, connections: Connections, *, role: str, also_sees: AlsoSees | None, today: Callable[[], date]) -> None:
        self._connections, self._role, self._today = connections, scoped_role(role), today
        self._others = None if also_sees is None else lru_cache(SCOPES)(lambda scope, day: compiled(also_sees(scope, day)))

    async def rows(self, statement: sa.Executable | Compiled, scope: str | None = None, shape: Shape = ALL) -> list[Sequence[Any]]:
        """Rows as ``shape`` says, without names; they may have more values behind those."""
        return await self._asked(statement if isinstance(statement, Compiled) else compiled(statement), scope, shape)

    async def dicts(self, statement: sa.Executable, scope: str | None = None, order: str = "") -> list[dict[str, Any]]:
        """Rows by the names of their columns; ``order`` as in `Shape`."""
        rows: list[Any] = await self._asked(compiled(statement), scope, Shape(order=order))
        own = 0 if scope is not None else 1
        return [dict(list(row.items())[: len(row) - own]) for row in rows]

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Rows of tables that are no view's, for the service itself; ``$1`` stands for the first value."""
        return await self._connections.use(lambda connection: connection.fetch(sql, *values))

    async def seen_by(self, scope: str) -> set[str]:
        """The partners whose rows are seen in this scope."""
        others = [] if self._others is None else await self.rows(self._others(scope, self._today()))
        return {scope, *(row[0] for row in others)}

    async def _asked(self, asked: Compiled, scope: str | None, shape: Shape) -> list[Any]:
        if scope is None:
            telling = _telling(asked.sql, shape)
            return await self._connections.use(lambda connection: _served(connection, telling, asked.values))
        seeing = self._seeing(scope)
        sql = f"select {shape.columns} from ({asked.sql}) q{shape.order}"
        return await self._connections.use(lambda connection: _scoped(connection, seeing, sql, asked.values))

    def _seeing(self, scope: str) -> Compiled:
        """The statement that makes its transaction one of this scope. It asks what else that sees, in the same snapshot and still as the
        service itself; the role is taken on for what comes after it."""
        if self._others is None:
            others, values = "array[]::text[]", list[Any]()
        else:
            others, values = self._others(scope, self._today())
            others = f"array({others})::text[]"
        n = len(values)
        sql = f"select set_config('{SCOPE}', array_append({others}, ${n + 1}::text)::text, true), set_config('role', ${n + 2}::text, true)"
        return Compiled(sql, [*values, scope, self._role])


class Read:
    """What a caller may read."""

    def __init__(self, reads: Reads, scope: str | None) -> None:
        self._reads, self._scope = reads, scope

    async def rows(self, statement: sa.Executable | Compiled, shape: Shape = ALL) -> list[Sequence[Any]]:
        """See `Reads.rows`."""
        return await self._reads.rows(statement, self._scope, shape)

    async def dicts(self, statement: sa.Executable, order: str = "") -> list[dict[str, Any]]:
        """See `Reads.dicts`."""
        return await self._reads.dicts(statement, self._scope, order)

    async def first(self, statement: sa.Executable) -> Mapping[str, Any] | None:
        """The first row, None when there is none."""
        return next(iter(await self.dicts(statement)), None)


class _Telling(NamedTuple):
    """A statement's rows, each of which also tells whether the tables that were asked are served; and whether they are, and there is a
    row at all."""

    rows: str
    nothing: str


@lru_cache(1000)
def _telling(sql: str, shape: Shape) -> _Telling:
    served = f"current_setting('search_path') = ({SERVING_PATH})"
    return _Telling(
        f"select {shape.columns}, {served} as _served from ({sql}) q{shape.order}",
        f"select {served} as served, exists (select from ({sql}) q) as found",
    )


async def _served(connection: Any, telling: _Telling, values: Sequence[Any]) -> list[Any]:
    for left in range(_TRIES, -1, -1):
        try:
            rows: list[Any] = await connection.fetch(telling.rows, *values)
            if rows and rows[0][-1]:
                return rows
            # Where there are no rows there is none that tells.
            none = None if rows else await connection.fetchrow(telling.nothing, *values)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidCachedStatementError):
            if not left:
                raise
            none = None
        if none is None or not none["served"]:
            await connection.execute(USE_SERVING_FROM_NOW)
        elif not none["found"]:
            return []
    raise Unavailable("what is served changed again and again")


async def _scoped(connection: Any, seeing: Compiled, sql: str, values: Sequence[Any]) -> list[Any]:
    # In one message: nothing of a caller's is in it.
    await connection.execute(f"begin isolation level repeatable read read only; {USE_SERVING}")
    await connection.fetch(seeing.sql, *seeing.values)
    rows: list[Any] = await connection.fetch(sql, *values)
    await connection.execute("rollback")  # who fails before is left in the transaction, and so lets the connection go
    return rows
