"""What a process decides on: its states, and the head whose mark they are at. All that may move the two is here."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.connect import deadline
from channel_events.log.draft import Draft, Entry, Head
from channel_events.log.errors import StreamUnreadable
from channel_events.log.reading import EventReader
from channel_events.log.states import States
from channel_events.pure import Decider

MAX_TAIL = 20_000
"""Events of others that are followed; of more, the streams that are needed are read instead. Times the number of the try: a log
that others write very fast is followed further in the end."""
PAGE = 2_000
"""Rows of one statement: it stays far below its timeout, and its answer is some megabytes."""
MAX_ROWS = 20_000
"""Read for one batch before it is decided; a stream that has no place in them is set aside."""
SHORT, LONG = 20, 200
"""Events up to which a stream is read with its batch: the first when many are, the second when few."""

Found = Entry | StreamUnreadable
"""What a stream that was set aside turned out to be."""


class Basis:
    """States exactly as they are at the mark of `head`; no head: no states either."""

    def __init__(self, deciders: Mapping[str, Decider[Any, Any, Any]], reader: EventReader) -> None:
        self.states = States(deciders, reader)
        self.head: Head | None = None

    def lacks(self, streams: Iterable[str]) -> list[str]:
        """Those of which the states have to be loaded before anything is decided on them."""
        return self.states.missing(streams)

    async def load(
        self, connection: asyncpg.Connection, streams: Iterable[str], found: MutableMapping[str, Found]
    ) -> tuple[Head, dict[str, Entry | None]]:
        """Loads up to the mark what is missing, not further; where there is no head, at that of now, without waiting for it.

        ``found`` is what was read of streams that were set aside: it is taken in, whoever wants it. Returned are the head
        and the streams that are to be set aside now, with where to read on from: their events are too many to be read while
        others wait.
        """
        head = self.head
        if head is None or found:
            head = await self._renew(connection)  # at least as far as what was found: it was read to the end of then
        most = LONG if not found else PAGE // 2
        starts: dict[str, Entry | None] = {}
        while found:
            stream, known = found.popitem()
            if isinstance(known, StreamUnreadable):
                self.states.refuse(known)
            else:
                starts[stream] = known
        for stream in self.states.missing(streams):
            starts.setdefault(stream, self.states.start(stream))
        long: dict[str, Entry | None] = {}
        if starts:
            most = max(SHORT, min(most, MAX_ROWS // len(starts)))
        while starts:
            versions = [start.version if start else 0 for start in starts.values()]
            with deadline(connection):
                rows = await connection.fetch(sql.LOAD, list(starts), versions, head.position, most, PAGE)
            self._take(starts, rows, most, long)
        return head, long

    async def _renew(self, connection: asyncpg.Connection) -> Head:
        with deadline(connection):
            head = Head.of(await connection.fetchrow(sql.HEAD))
            if not await self.follow(connection, head):
                self.head = head
        return head

    def _take(self, starts: dict[str, Entry | None], rows: list[Any], most: int, long: dict[str, Entry | None]) -> None:
        """Takes what is whole in this page out of ``starts``, and into the states or into what is too long."""
        parts: dict[str, list[Any]] = {}
        for row in rows:
            parts.setdefault(row["stream"], []).append(row)
        # A full page may end within a stream, and says nothing of those that it does not show.
        for stream in list(parts)[:-1] if len(rows) == PAGE else list(starts):
            start, part = starts[stream], parts.get(stream, [])
            if start is not None and start.version and not (part and part[0]["id"] == start.last):
                starts[stream] = None  # the log has it no more: read from the beginning
                continue
            if len(part) == most:
                long[stream] = start
            else:
                self.states.load(stream, start, part[1:] if start is not None and start.version else part)
            del starts[stream]

    async def follow(self, connection: asyncpg.Connection, head: Head, attempt: int = 1) -> bool:
        """Carries the states to ``head``; False when the way there is too long, or does not begin in this log: then there is
        no head any more, and to be begun with `load`."""
        mine = self.head
        if mine is None:
            return False
        if head.position - mine.position > MAX_TAIL * attempt:
            self.states.fall_behind()
            self.head = None
            return False
        try:
            at = mine.position
            while True:
                rows = await connection.fetch(sql.TAIL, at, head.position, PAGE)
                if at == mine.position and not begins_at(mine, rows):
                    self.forget()
                    return False
                self.states.fold(row for row in rows if row["position"] > at)
                if len(rows) < PAGE:
                    break
                at = rows[-1]["position"]
        except BaseException:
            self.forget()  # half the way is no mark
            raise
        self.head = head
        return True

    def adopt(self, draft: Draft) -> None:
        """The states move on to those of a batch that is committed."""
        if draft.events:
            self.states.adopt(draft.states)
            self.head = draft.head

    def forget(self) -> None:
        """After a failure nothing of it is trusted."""
        self.head = None
        self.states.clear()


def begins_at(head: Head, tail: list[Any]) -> bool:
    """Whether the log still has the very event that ``head`` ends with; ``tail`` is read from its position on."""
    return head.position == 0 or bool(tail and tail[0]["id"] == head.mark)
