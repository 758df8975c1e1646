"""States of long streams, kept so that not all of their events have to be read again.

Never the only copy, and never trusted: one is used only when the log has its last event, and it is of the decider's version
and of the form that its states have today. Written behind the commit, by other connections; one that is lost costs time.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any
from zlib import crc32

import asyncpg
import msgspec
import structlog

from channel_events.log import statements as sql
from channel_events.log.draft import Entry
from channel_events.log.errors import DRIVER_LOST
from channel_events.pure import Decider
from channel_events.tasks import end
from channel_events.told import told

EVERY = 1_000
"""Events of a stream between two snapshots."""
MAX_BYTES = 50_000_000
MOST_KNOWN = 100_000

_log = structlog.get_logger("channel_events.log")


class Snapshots:
    """Of the streams of those deciders that say the type of their states; ``TypeError`` when it has no form that can be told."""

    def __init__(self, pool: Any, deciders: Mapping[str, Decider[Any, Any, Any]]) -> None:
        self._pool = pool
        self._kinds = {name: decider for name, decider in deciders.items() if decider.state is not None and made_by(decider)}
        self._saved: dict[str, int] = {}
        """Versions of streams that have one; what is not known here is written once more."""
        self._wanted: dict[str, Entry] = {}
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def find(self, decider: Decider[Any, Any, Any], stream: str, *, beyond: int) -> Entry | None:
        """The stream's snapshot, if it has one of a later version than ``beyond``; whether the log has it the caller sees."""
        if decider.state is None or decider.name not in self._kinds:
            return None
        row = await self._pool.fetchrow(sql.SNAPSHOT, stream, made_by(decider), beyond)
        if row is None:
            return None
        try:
            return Entry(decider.unkeep(row["state"]), row["version"], row["id"])
        except msgspec.MsgspecError as error:
            _log.warning("snapshot_unreadable", stream=stream, why=told(error))
            return None

    def committed(self, changed: Mapping[str, Entry]) -> None:
        """A batch is in the log: those of its streams that have become long have their snapshots made."""
        if self._kinds:
            for stream, entry in changed.items():
                if entry.version >= EVERY and (decider := self._kinds.get(stream.partition("/")[0])):
                    self.offer(decider, stream, entry, since=0)

    def offer(self, decider: Decider[Any, Any, Any], stream: str, entry: Entry, *, since: int) -> None:
        """A state of the log, of a stream that has a snapshot of version ``since``, or 0 when that is not known."""
        if decider.name not in self._kinds or entry.version < EVERY:
            return
        if len(self._saved) >= MOST_KNOWN:
            self._saved.clear()
        since = max(since, self._saved.get(stream, 0))
        if since > entry.version:
            since = 0  # of a log that was cut off below it
        self._saved[stream] = since
        if entry.version - since >= EVERY:
            self._saved[stream] = entry.version
            self._wanted[stream] = entry
            self._arrived.set()

    async def start(self) -> None:
        if self._kinds:
            self._task = asyncio.create_task(self._run(), name="snapshots")

    async def close(self) -> None:
        if self._task:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._wanted:
                stream, entry = self._wanted.popitem()
                try:
                    await self._save(stream, entry)
                except (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError) as error:
                    _log.warning("snapshot_not_written", stream=stream, why=told(error))

    async def _save(self, stream: str, entry: Entry) -> None:
        decider = self._kinds[stream.partition("/")[0]]
        data = storable(decider, entry.state)
        if data is not None:
            await self._pool.execute(sql.SAVE_SNAPSHOT, stream, entry.version, entry.last, made_by(decider), data)


def storable(decider: Decider[Any, Any, Any], state: Any) -> bytes | None:
    """The state as JSON; None when it would not be the same when it is read back."""
    try:
        data = decider.keep(state)
        same = decider.unkeep(data) == state
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        _log.error("state_cannot_be_kept", decider=decider.name, why=told(error))
        return None
    if not same:
        _log.error("state_cannot_be_kept", decider=decider.name, why="it comes back as another")
    return data if same and len(data) <= MAX_BYTES else None


@cache
def made_by(decider: Decider[Any, Any, Any]) -> str:
    """What a snapshot has to be of to be used: the decider, its version, and the form of its states."""
    form = crc32(msgspec.json.encode(msgspec.json.schema(decider.state)))
    return f"{decider.name}.v{decider.version}.{form:08x}"
