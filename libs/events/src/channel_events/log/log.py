"""The log as services see it."""

import copy
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Self

import asyncpg

from channel_events import tracing
from channel_events.log import statements as sql
from channel_events.log.announce import Announcer
from channel_events.log.committer import Committer
from channel_events.log.connect import connect_readers
from channel_events.log.draft import Entry, Task, check_storable
from channel_events.log.expect import Expect
from channel_events.log.outcome import Appended
from channel_events.log.reading import EventReader
from channel_events.log.rehearsal import Deciding, Look, Rehearsal, State, nothing_known
from channel_events.log.restored import LOG, OPERATOR, Restorer
from channel_events.log.unit import Unit
from channel_events.pure import Current, Decider, Recorded, Registry, stream_id


class Log(Deciding):
    """One service's event log. Open it with `Log.open`; many processes may have the same log open.

    Commands given to `execute` are decided on the log as it is when they are written, whoever else writes.
    """

    def __init__(
        self,
        service: str,
        dsn: str,
        pool: Any,
        committer: Committer,
        reader: EventReader,
        announcer: Announcer,
        restore: Callable[[str], Awaitable[int]],
    ) -> None:
        super().__init__(committer.deciders)
        self.service = service
        self.dsn = dsn
        self.registry = reader.registry
        self._pool, self._committer, self._reader, self._announcer, self._restore = pool, committer, reader, announcer, restore
        self._told: Callable[[Appended], None] | None = None

    @classmethod
    async def open(
        cls,
        *,
        service: str,
        dsn: str,
        deciders: Iterable[Decider[Any, Any, Any]],
        timezone: str,
        durable: bool = True,
        look: Look = nothing_known,
    ) -> Self:
        """Opens the log of ``service`` at ``dsn``; ``timezone`` is the brand's, for the day an event is recorded on and the day that
        decisions know. ``look`` tells what deciders need of local copies (`channel_events.Copies`).

        Raises what asyncpg raises when the database cannot be reached, and `UnsafeServer` when it would lose confirmed
        writes (``durable=False`` allows that, for tests).
        """
        by_kind = {decider.name: decider for decider in (*deciders, LOG)}
        reader = EventReader(service, Registry(dict.fromkeys(event for d in by_kind.values() for event in d.events)))
        pool = await connect_readers(dsn)
        announcer = Announcer(dsn)
        restorer = Restorer(service, timezone)
        committer = Committer(
            service, dsn, by_kind, reader, restorer, pool, timezone=timezone, durable=durable, appended=announcer.announce, look=look
        )
        try:
            await committer.start()
            await announcer.start()
        except BaseException:
            await committer.close()
            await announcer.close()
            pool.terminate()
            raise
        return cls(service, dsn, pool, committer, reader, announcer, partial(restorer.restore, dsn, durable=durable))

    def for_caller(self, expect: Expect | None, told: Callable[[Appended], None]) -> Self:
        """This log for one caller: commands are decided only where the stream of their first target, the thing commanded,
        is as ``expect`` says (`Rejected`, ``precondition_failed``), and ``told`` hears of each that was.
        """
        bound = copy.copy(self)
        bound._expect, bound._told = expect, told
        return bound

    def rehearse(self) -> Deciding:
        """The same without writing: what would come of commands if they were given now, each on what was rehearsed before it."""
        return Rehearsal(self._committer.streams, self._deciders, self._pool, self._committer.clock, self._committer.look)

    async def _do(self, task: Task) -> Appended:
        if not tracing.traced():
            return await self._submit(task)
        with tracing.appending(task.by) as by:
            return await self._submit(task._replace(by=by))

    async def _submit(self, task: Task) -> Appended:
        check_storable(task)
        appended = await self._committer.submit(task)
        if self._told:
            self._told(appended)
        return appended

    async def transact(self, unit: Unit) -> None:
        """Runs a unit of commands with their progress in one transaction; raises what its parts or the database raise.

        After an error the caller reads its progress again: it tells whether the unit was written.
        """
        await self._committer.transact(unit)

    async def state(self, decider: Decider[Any, State, Any], key: str) -> State:
        """The state of a stream now, read from the log; raises `StreamUnreadable` where it holds what this version cannot fold."""
        return (await self.current(decider, key)).state

    async def current(self, decider: Decider[Any, State, Any], key: str) -> Current[State]:
        entry = await self._entry(decider, key)
        return Current(entry.state, entry.version, entry.last)

    async def _entry(self, decider: Decider[Any, Any, Any], key: str) -> Entry:
        return await self._committer.streams.entry(decider, stream_id(decider.name, key))

    async def stream(
        self, decider: Decider[Any, Any, Any], key: str, *, after_version: int = 0, limit: int | None = None
    ) -> list[Recorded]:
        """The events of a stream, in order; at most ``limit`` of them. Streams may be long: all that is answered is in memory."""
        return await self._committer.streams.events(stream_id(decider.name, key), after_version=after_version, limit=limit)

    async def version_at(self, decider: Decider[Any, Any, Any], key: str, position: int) -> int:
        """The version that a stream had at a position of the log."""
        return await self._committer.streams.version_at(stream_id(decider.name, key), position)

    async def read(self, *, after: int, limit: int) -> list[Recorded]:
        """The events behind position ``after``, in order; positions are in commit order and nothing comes between, so the last one
        read is a right place to go on from."""
        return await self._committer.streams.log(after=after, limit=limit)

    async def event(self, event_id: str) -> Recorded | None:
        """The event with this id; None when the log has none, or the id is no UUID."""
        try:
            rows = await self._pool.fetch(sql.BY_ID, event_id)
        except asyncpg.DataError:
            return None
        return self._reader.recorded(rows[0]) if rows else None

    async def head(self) -> int:
        """The position of the last event."""
        return int(await self._pool.fetchval("select position from log_head"))

    async def beat(self, seconds: float) -> None:
        """Writes the head as it is: returns when the log takes writes; raises what asyncpg raises, `TimeoutError` after ``seconds``."""
        await self._pool.execute(sql.BEAT, timeout=seconds)

    async def restored(self, noticed_by: str = OPERATOR) -> int:
        """Says that the log was restored and may have lost its end, where it cannot be seen: a copy of a folder or volume.

        Moves the head far ahead and appends a `LogRestored` to each partition; the new position. Harmless when nothing was lost.
        """
        position = await self._restore(noticed_by)
        self._announcer.announce(position)
        return position

    def wake(self) -> Any:
        """An `asyncio.Event` of the caller's own that is set whenever the log grew, in this process or another.

        A hint: a lost notification costs one poll interval of the reader, no event.
        """
        return self._announcer.listener()

    async def close(self) -> None:
        """Finishes what is waiting, then drops all connections: no goodbye, which a lost server would never answer."""
        await self._committer.close()
        await self._announcer.close()
        self._pool.terminate()
