"""Reading one stream by itself, on connections that nobody writes on: in pages, so that no length is too much for a statement."""

import asyncio
from typing import Any

from channel_events.log import statements as sql
from channel_events.log.draft import Entry
from channel_events.log.reading import EventReader
from channel_events.log.snapshots import Snapshots
from channel_events.pure import Decider, Recorded

FIRST_PAGE, LARGEST_PAGE = 200, 5_000
"""Rows."""
PAGE_BYTES = 4_000_000
AT_A_TIME = 200
"""Events folded before others have their turn."""


class Streams:
    """The streams of one log, read with the connections of ``pool``."""

    def __init__(self, pool: Any, reader: EventReader, snapshots: Snapshots) -> None:
        self._pool, self._reader, self._snapshots = pool, reader, snapshots

    async def entry(self, decider: Decider[Any, Any, Any], stream: str, start: Entry | None = None) -> Entry:
        """The stream as it is now; ``start`` is where it was before, which spares reading its events up to there.

        Raises `StreamUnreadable`, and what asyncpg raises.
        """
        beginning = Entry(decider.initial, 0, None)
        entry, limit, looked, saved = start or beginning, FIRST_PAGE, False, 0
        rows = await self._after(stream, entry, limit)
        while rows:
            entry = await self._fold(decider, rows, entry)
            if len(rows) < limit:
                break
            # It is long: a snapshot may spare the rest.
            if not looked and (snapshot := await self._snapshots.find(decider, stream, beyond=entry.version)):
                since = await self._after(stream, snapshot, limit)
                if since is not None:
                    entry, rows, looked, saved = snapshot, since, True, snapshot.version
                    continue
            looked, limit = True, fitting(rows, limit)
            rows = await self._after(stream, entry, limit)
        if rows is None:  # the log has no more what was read of it
            return await self.entry(decider, stream)
        self._snapshots.offer(decider, stream, entry, since=saved)
        return entry

    async def events(self, stream: str, *, after_version: int, limit: int | None) -> list[Recorded]:
        """The events of a stream in order, at most ``limit`` of them."""
        return await self._paged("version", sql.STREAM, after_version, limit, stream)

    async def log(self, *, after: int, limit: int) -> list[Recorded]:
        """The events of all streams behind a position, in order."""
        return await self._paged("position", sql.AFTER, after, limit)

    async def _paged(self, cursor: str, statement: str, after: int, limit: int | None, *given: Any) -> list[Recorded]:
        found: list[Recorded] = []
        page = FIRST_PAGE
        while limit is None or len(found) < limit:
            wanted = page if limit is None else min(page, limit - len(found))
            rows = await self._pool.fetch(statement, after, wanted, *given)
            found += [self._reader.recorded(row) for row in rows]
            if len(rows) < wanted:
                break
            after, page = rows[-1][cursor], fitting(rows, wanted)
        return found

    async def version_at(self, stream: str, position: int) -> int:
        """The version that a stream had at a position of the log: found by halves, since no index leads there."""
        low, high = 0, await self._pool.fetchval(sql.LAST_VERSION, stream) or 0
        while low < high:
            middle = (low + high + 1) // 2
            if await self._pool.fetchval(sql.POSITION, stream, middle) <= position:
                low = middle
            else:
                high = middle - 1
        return low

    async def _after(self, stream: str, at: Entry, limit: int) -> list[Any] | None:
        """The rows behind ``at``; None when the log does not have its last event."""
        rows = await self._pool.fetch(sql.STREAM_ON, stream, at.version, limit + 1 if at.version else limit)
        if not at.version:
            return list(rows)
        return list(rows[1:]) if rows and rows[0]["id"] == at.last else None

    async def _fold(self, decider: Decider[Any, Any, Any], rows: list[Any], entry: Entry) -> Entry:
        for first in range(0, len(rows), AT_A_TIME):
            entry = self._reader.fold(decider, rows[first : first + AT_A_TIME], entry)
            await asyncio.sleep(0)
        return entry


def fitting(rows: list[Any], page: int) -> int:
    """How many rows to ask for next, so that a page has some megabytes whatever the size of the events."""
    size = sum(len(row["data"]) for row in rows)
    return max(1, min(LARGEST_PAGE, 4 * page, page * PAGE_BYTES // max(size, 1)))
