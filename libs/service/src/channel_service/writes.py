"""Whether the database takes writes: one whose disk is full still answers every question, and does nothing that it is asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from channel_events.log import DRIVER_LOST

REFUSING = (
    asyncpg.InsufficientResourcesError,  # 53: disk full, out of memory
    asyncpg.PostgresSystemError,  # 58: the disk fails
    asyncpg.ReadOnlySQLTransactionError,  # 25006: a replica, or a server that was made read-only
)
_PROBE = "create temporary table qudao_writes on commit drop as select repeat('x', 8000) as x from generate_series(1, 128)"
"""A megabyte on the disk that the log is on, given back at once."""

Open = Callable[[], Awaitable[asyncpg.Connection]]


class Writes:
    """``open`` gives a connection that may write. It is asked only after a write was refused, until one is taken again."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._refused: str | None = None

    def failed(self, error: BaseException) -> None:
        """Told of every failure of the log."""
        for one in _causes(error):
            if isinstance(one, REFUSING):
                self._refused = type(one).__name__

    async def check(self) -> str:
        """``ok``, or why nothing can be written."""
        if self._refused is None:
            return "ok"
        try:
            connection = await self._open()
            try:
                async with connection.transaction():
                    await connection.execute(_PROBE)
            finally:
                connection.terminate()
        except REFUSING as error:
            self._refused = type(error).__name__
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, *DRIVER_LOST):
            pass  # the check of the database says it
        except asyncpg.PostgresError:  # the role may not even try: then the next write tells
            self._refused = None
        else:
            self._refused = None
        return "ok" if self._refused is None else f"refused ({self._refused})"


def _causes(error: BaseException | None) -> Any:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen
