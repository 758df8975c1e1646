"""The one writer of a process: takes all waiting commands, decides them, writes them by one compare-and-set.

Why it must not be simplified: the states are those at the head's mark, and the write happens only if the mark is still
the head's. That is all that makes decisions right without locks between commands and without expected versions.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from channel_events.log import statements as sql
from channel_events.log import telemetry
from channel_events.log.aside import Aside, Cold
from channel_events.log.basis import Basis
from channel_events.log.batch import Batch, KnownKeys, Waiting
from channel_events.log.connect import deadline
from channel_events.log.draft import Draft, Head, Task
from channel_events.log.errors import LogFailure, LogUnavailable, UnsafeServer
from channel_events.log.keys import known_keys
from channel_events.log.outcome import Appended
from channel_events.log.queue import Queue
from channel_events.log.reading import EventReader
from channel_events.log.rehearsal import Look
from channel_events.log.replaying import Replays
from channel_events.log.restored import Restorer
from channel_events.log.session import CONNECTION_LOST, Session
from channel_events.log.snapshots import Snapshots
from channel_events.log.streams import Streams
from channel_events.log.unit import Unit, WaitingUnit
from channel_events.log.units import transact
from channel_events.pure import Decider, Found, Need
from channel_events.told import told

ATTEMPTS = 5
BAD_DATA = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)


class _Incomplete(Exception):
    """The batch cannot be decided before more is read: streams that its commands name by now, and what copies tell."""

    def __init__(self, needs: list[tuple[Need[Any], str]]) -> None:
        super().__init__(needs)
        self.needs = needs


class Committer:
    """Queue, states and connection of one process on one log; ``appended`` is called with the position after each commit."""

    def __init__(
        self,
        service: str,
        dsn: str,
        deciders: Mapping[str, Decider[Any, Any, Any]],
        reader: EventReader,
        restorer: Restorer,
        pool: Any,
        *,
        timezone: str,
        durable: bool,
        appended: Callable[[int], None],
        look: Look,
    ) -> None:
        self._service, self._appended = service, appended
        self.deciders, self.look, self._zone = deciders, look, ZoneInfo(timezone)
        self._session = Session(dsn, restorer, Basis(deciders, reader), timezone=timezone, durable=durable)
        self._snapshots = Snapshots(pool, deciders)
        self.streams = Streams(pool, reader, self._snapshots)
        self._replays = Replays(pool, reader)
        self._meters = telemetry.LogMeters(service)
        self._queue = Queue(self._meters.appends["busy"].inc)
        self._units: deque[WaitingUnit] = deque()
        self._arrived = asyncio.Event()
        self._aside = Aside(self.streams, deciders, self._arrived.set)
        self._shared = False
        """Another process wrote since this one did: the head is locked before anything is decided, most likely in vain otherwise."""
        self._closing = False
        self._runner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connects, so that a wrong address or an unsafe server is known at once, and begins to serve."""
        await self._session.connection()
        await self._snapshots.start()
        self._runner = asyncio.create_task(self._run(), name=f"committer {self._service}")

    def submit(self, task: Task) -> Awaitable[Appended]:
        """Queues a command; to be awaited at once."""
        if self._closing:
            raise LogUnavailable("the log is closing")
        self._arrived.set()
        return self._queue.answer(Waiting(task))

    async def transact(self, unit: Unit) -> None:
        if self._closing:
            raise LogUnavailable("the log is closing")
        waiting = WaitingUnit(unit)
        self._units.append(waiting)
        self._arrived.set()
        await waiting.answer

    async def close(self) -> None:
        """Writes what is waiting, then lets go."""
        self._closing = True
        self._arrived.set()
        if self._runner:
            await self._runner
        await self._aside.close()
        await self._replays.close()
        await self._snapshots.close()
        self._session.drop()

    async def _run(self) -> None:
        while True:
            if self._aside.ready:
                self._take_back()
            if not self._queue and not self._units:
                if self._closing:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await asyncio.sleep(0)  # callers that are ready in this turn of the loop join the batch
            if commands := self._queue.take():
                started = time.perf_counter()
                await self._serve(commands)
                self._meters.duration.observe(time.perf_counter() - started)
            if self._units:
                await self._serve_unit(self._units.popleft())

    def _take_back(self) -> None:
        commands, units = self._aside.take()
        self._queue.put_back(commands)
        self._units.extendleft(reversed(units))

    async def _serve(self, commands: list[Waiting]) -> None:
        """One batch to its end: every caller is answered, whatever happens, or set aside and no more among ``commands``."""
        try:
            await self._commit(commands)
        except BAD_DATA as refused:
            if len(commands) == 1:
                self._fail(commands, refused)
                return
            # The database refuses something in the batch: alone, each command fails for itself only.
            half = len(commands) // 2
            await self._serve(commands[:half])
            await self._serve(commands[half:])
        except asyncpg.LockNotAvailableError as busy:  # somebody holds the head for long: nothing here is wrong
            self._fail(commands, LogUnavailable(told(busy)))
        except (LogFailure, UnsafeServer) as failure:
            self._session.drop()
            self._fail(commands, failure if isinstance(failure, LogFailure) else LogUnavailable(str(failure)))
        except Exception as failure:
            self._session.drop()
            unavailable = LogUnavailable(told(failure))
            unavailable.__cause__ = failure
            self._fail(commands, unavailable)

    async def _serve_unit(self, waiting: WaitingUnit) -> None:
        if waiting.answer.done():
            return
        try:
            draft = await transact(waiting.unit, self._session, self._aside.found, self.clock, self.look)
        except Cold as cold:
            self._aside.hold_unit(waiting, cold.streams)
        except Exception as failure:
            waiting.settle(failure)
        else:
            waiting.settle(None)
            self._wrote(draft, waiting.unit.outcomes())

    async def _commit(self, commands: list[Waiting]) -> None:
        suspicious, attempt = False, 0
        found: Found = {}
        needs: list[tuple[Need[Any], str]] = []
        while attempt < ATTEMPTS:
            attempt += 1
            last = attempt == ATTEMPTS
            try:
                if needs:
                    found, needs = {**found, **await self.look(needs)}, []
                if await self._attempt(commands, found, attempt, suspicious=suspicious):
                    return
            except _Incomplete as incomplete:
                attempt, needs = attempt - 1, incomplete.needs
            except CONNECTION_LOST as lost:
                # By opening, by reads, or by a write that surely did not happen: a lost write is resolved where it is lost.
                self._session.drop()
                if last:
                    raise LogUnavailable(f"the database of {self._service} cannot be reached: {told(lost)}") from lost
            except asyncpg.UniqueViolationError:
                # A key that was written before, here or by another process: not bad data, reading the keys finds it.
                suspicious = True
                if last:
                    raise
        raise LogUnavailable("the head moves on faster than it can be followed")

    async def _attempt(self, commands: list[Waiting], found: Found, attempt: int, *, suspicious: bool) -> bool:
        """Whether all that is left of the commands is done; False when the head had moved on too far to be followed."""
        connection = await self._session.connection()
        head = await self._prepare(connection, commands)
        if not commands:
            return True
        with deadline(connection):
            if not self._shared and await self._optimistic(connection, head, commands, found, suspicious=suspicious):
                return True
            return await self._locked(connection, commands, found, attempt, suspicious=suspicious)

    async def _prepare(self, connection: asyncpg.Connection, commands: list[Waiting]) -> Head:
        """Loads what is decided on before anything is held; commands that must wait for that are set aside. Gives the head
        that the states are at."""
        if self._aside:
            self._aside.hold(commands, {})
        streams = [stream for waiting in commands for stream in waiting.streams]
        head = self._session.basis.head
        if head is None or self._aside.found or self._session.basis.lacks(streams):
            head, cold = await self._session.basis.load(connection, streams, self._aside.found)
            if cold:
                self._aside.hold(commands, cold)
        return head

    async def _optimistic(
        self, connection: asyncpg.Connection, head: Head, commands: list[Waiting], found: Found, *, suspicious: bool
    ) -> bool:
        """Decides at the states' mark and writes if it is still the head's; False when it is not."""
        batch = await self._decide(connection, head, commands, found, suspicious=suspicious)
        if not batch.draft.events:
            # Keys of commands that had nothing to do are written under the lock; refusals and repeats need the mark only.
            if batch.writes or await connection.fetchval(sql.MARK) != head.mark:
                return False
            self._finish(batch, None)
            return True
        return await self._write(batch, connection)

    async def _locked(
        self, connection: asyncpg.Connection, commands: list[Waiting], found: Found, attempt: int, *, suspicious: bool
    ) -> bool:
        """The same with the head's row locked from before the reading on: nobody can move it. False when it had gone too far."""
        transaction = connection.transaction()
        try:
            await transaction.start()
            head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
            self._shared = self._session.basis.head is None or head.mark != self._session.basis.head.mark
            self._meters.lost.inc(self._shared)
            batch = None
            if await self._session.basis.follow(connection, head, attempt):
                batch = await self._decide(connection, head, commands, found, suspicious=suspicious)
                if batch.writes and await self._write(batch, connection, transaction):
                    return True
            await transaction.rollback()
        except BaseException as failure:
            await self._session.undo(transaction, failure)
            raise
        if batch is None or batch.writes:
            return False
        self._finish(batch, None)
        return True

    async def _decide(
        self, connection: asyncpg.Connection, head: Head, commands: list[Waiting], found: Found, *, suspicious: bool
    ) -> Batch:
        batch = self._decided(head, commands, {}, found)
        # A known key shows itself: as a violation of the keys' uniqueness, or as a command that is refused or has nothing
        # to do because it was done before. Only then are the keys read: it spares a round trip on every other batch.
        doubtful = batch.keyed() if suspicious else batch.doubtful()
        if doubtful and (known := await known_keys(connection, doubtful)):
            batch = self._decided(head, commands, known, found)
        return batch

    def _decided(self, head: Head, commands: list[Waiting], known: KnownKeys, found: Found) -> Batch:
        """`_Incomplete` when something was asked for that is not there; of streams the commands then know that they need them."""
        batch = Batch(Draft(head, self._session.basis.states, self.clock(), found))
        batch.decide(commands, known)
        if batch.lacking:
            raise _Incomplete([need for lacking in batch.lacking for need in lacking.needs])
        return batch

    def clock(self) -> date:
        """The day in the brand's time zone."""
        return datetime.now(self._zone).date()

    async def _write(self, batch: Batch, connection: asyncpg.Connection, transaction: Any = None) -> bool:
        row = await self._session.write(batch.draft, connection, transaction)
        if row is None:
            return False
        self._finish(batch, row)
        return True

    def _finish(self, batch: Batch, row: Any) -> None:
        """The write is done (or none was needed): the callers are answered, the others are told."""
        batch.answer(self._service, row and row["recorded_at"], row and row["recorded_on"])
        if batch.replays:
            self._replays.answer(batch.replays, batch.draft.head.position)
        if batch.left:
            self._queue.put_back(batch.left)
        self._wrote(batch.draft, batch.outcomes())

    def _wrote(self, draft: Draft, outcomes: Mapping[str, int]) -> None:
        for outcome, times in outcomes.items():
            if times:
                self._meters.appends[outcome].inc(times)
        if draft.events:
            self._appended(draft.head.position)
            self._snapshots.committed(draft.states)
            self._meters.batch.observe(len(draft.events))
            self._meters.head.set(draft.head.position)

    def _fail(self, commands: list[Waiting], failure: BaseException) -> None:
        self._meters.appends["failed"].inc(len(commands))
        for waiting in commands:
            waiting.settle(failure)
