"""Commands that were done before: answered with what they wrote then, which is read where nobody waits for the head."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.batch import Waiting
from channel_events.log.draft import Task
from channel_events.log.errors import DRIVER_LOST, LogUnavailable
from channel_events.log.outcome import Appended
from channel_events.log.reading import EventReader, unread
from channel_events.pure import On, Recorded
from channel_events.told import told

AT_ONCE = 1_000
"""Events read by one statement, as long as no single command wrote more."""
_TRIES = 3
"""A pool may hold connections that the server has ended since."""

Replay = tuple[Waiting, int, int]
"""A command, the position of the first event that it wrote, and how many they were."""


class Replays:
    """Answers replays by ``pool``, each batch's by itself."""

    def __init__(self, pool: Any, reader: EventReader) -> None:
        self._pool, self._reader = pool, reader
        self._tasks: set[asyncio.Task[None]] = set()

    def answer(self, replays: Sequence[Replay], end: int) -> None:
        """In its own time; ``end`` is the position of the log, for those that wrote nothing."""
        task = asyncio.create_task(self._answer(replays, end), name="replays")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _answer(self, replays: Sequence[Replay], end: int) -> None:
        part: list[Replay] = []
        size = 0
        for replay in replays:
            if part and size + replay[2] > AT_ONCE:
                await self._answer_part(part, end)
                part, size = [], 0
            part.append(replay)
            size += replay[2]
        await self._answer_part(part, end)

    async def _answer_part(self, part: Sequence[Replay], end: int) -> None:
        try:
            events = await self._events([first + n for _, first, count in part for n in range(count)])
            for waiting, first, count in part:
                again = tuple(events[position] for position in range(first, first + count))
                waiting.settle(unread(again) or _again(waiting.task, again, end))
        except Exception as failure:  # nothing was written by these: they may be repeated
            unavailable = LogUnavailable(told(failure))
            unavailable.__cause__ = failure
            for waiting, _, _ in part:
                waiting.settle(unavailable)

    async def _events(self, positions: list[int]) -> dict[int, Recorded]:
        if not positions:
            return {}
        for attempt in range(1, _TRIES + 1):
            try:
                rows = await self._pool.fetch(sql.EVENTS, positions)
                break
            except (OSError, asyncpg.PostgresConnectionError, *DRIVER_LOST):
                if attempt == _TRIES:
                    raise
        return {row["position"]: self._reader.recorded(row) for row in rows}


def _again(task: Task, events: tuple[Recorded, ...], end: int) -> Appended:
    """The answer of a command's first time; it does not tell where the thing commanded was if nothing of it was written."""
    streams = {event.stream: event for event in events}
    thing = streams.get(_thing(task) or events[0].stream) if events else None
    version, last = (thing.version, thing.id) if thing else (0, None)
    return Appended(events, events[-1].position if events else end, replayed=True, version=version, last=last)


def _thing(task: Task) -> str | None:
    """The stream of the first target, where that is the first thing that the use case says."""
    first = next(iter(task.use()), None)
    return first.stream if isinstance(first, On) else None
