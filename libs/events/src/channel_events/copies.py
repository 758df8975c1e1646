"""What local copies tell to decisions: looked up once for a whole batch, a statement for each copy."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import asyncpg

from channel_events.log.connect import connect_as, prepare
from channel_events.pure import Need
from channel_events.subscription.serving import use_serving

T = TypeVar("T")

_SERVING_SECONDS = 1.0
"""How long a build that is not read any more may still answer: copies lag behind by more than that at times."""


class Copy(Generic[T]):
    """How a view tells what ``need`` asks for: ``query`` selects the rows of the keys in ``$1::text[]``, ``read`` makes of all of them
    what is known, by key. A key that is left out has not been heard of."""

    def __init__(self, need: Need[T], query: str, read: Callable[[Sequence[Any]], Mapping[str, T]]) -> None:
        self.need, self.query, self.read = need, query, read


class Copies:
    """The copies of one service, read on a connection of their own."""

    def __init__(self, dsn: str, copies: Iterable[Copy[Any]]) -> None:
        self._dsn = dsn
        self._copies = {copy.need: copy for copy in copies}
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._serving = 0.0

    async def look(self, asked: list[tuple[Need[Any], str]]) -> dict[tuple[Need[Any], str], Any]:
        """What each copy tells of each key, None for what it has not heard of; raises what the connection raises."""
        keys: dict[Need[Any], set[str]] = {}
        for need, key in asked:
            keys.setdefault(need, set()).add(key)
        found: dict[tuple[Need[Any], str], Any] = {}
        async with self._turn:
            connection = await self._connected()
            for need, wanted in keys.items():
                copy = self._copies[need]
                told = copy.read(await connection.fetch(copy.query, list(wanted)))
                found.update({(need, key): told.get(key) for key in wanted})
        return found

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect_as(self._dsn, "qudao-copies", seconds=5)
            await prepare(self._connection)
            self._serving = 0.0
        if time.monotonic() - self._serving > _SERVING_SECONDS:
            await use_serving(self._connection, session=True)
            self._serving = time.monotonic()
        return self._connection
