"""The one writer of a process: takes all waiting commands, decides them, writes them by one compare-and-set.

Why it must not be simplified: the states are those at the head's mark, and the write happens only if the mark is still
the head's. That is all that makes decisions right without locks between commands and without expected versions.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log import telemetry
from channel_events.log.batch import Batch, KeyName, KnownKeys, Waiting
from channel_events.log.connect import connect_writer, deadline
from channel_events.log.draft import Draft, Head, Task
from channel_events.log.errors import DRIVER_LOST, LogFailure, LogUnavailable, UnsafeServer
from channel_events.log.reading import Reader
from channel_events.log.restored import Restorer
from channel_events.log.states import States
from channel_events.log.unit import Unit, WaitingUnit
from channel_events.log.unknown import Backend, CommitInDoubt, find_out
from channel_events.log.writing import write
from channel_events.pure import Decider, Recorded
from channel_events.told import told

MAX_TARGETS = 4_000
"""Of one batch: deciding it holds the event loop for some tens of milliseconds, and its statement stays far below its timeout."""
MAX_TAIL = 20_000
CONNECTION_LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, *DRIVER_LOST, TimeoutError)
BAD_DATA = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


class Committer:
    """Queue, states and connection of one process on one log; ``appended`` is called with the position after each commit."""

    def __init__(
        self,
        service: str,
        dsn: str,
        deciders: Mapping[str, Decider[Any, Any, Any]],
        reader: Reader,
        restorer: Restorer,
        *,
        timezone: str,
        durable: bool,
        appended: Callable[[int], None],
    ) -> None:
        self._service, self._dsn, self._durable, self._timezone = service, dsn, durable, timezone
        self._reader, self._restorer, self._appended = reader, restorer, appended
        self._states = States(deciders, reader)
        self._head: Head | None = None
        self._connection: asyncpg.Connection | None = None
        self._backend: Backend | None = None
        self._warned = False
        self._meters = telemetry.Meters(service)
        self._queue: deque[Waiting] = deque()
        self._units: deque[WaitingUnit] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._runner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connects, so that a wrong address or an unsafe server is known at once, and begins to serve."""
        await self._connect()
        self._runner = asyncio.create_task(self._run(), name=f"committer {self._service}")

    async def submit(self, task: Task) -> Any:
        if self._closing:
            raise LogUnavailable("the log is closing")
        waiting = Waiting(task)
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.answer

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
        if self._connection:
            self._connection.terminate()  # nothing is under way: a goodbye that is never answered would hold the exit

    async def _run(self) -> None:
        while self._queue or self._units or not self._closing:
            if not self._queue and not self._units:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await asyncio.sleep(0)  # callers that are ready in this turn of the loop join the batch
            if self._queue:
                started = time.perf_counter()
                await self._serve(self._take())
                self._meters.duration.observe(time.perf_counter() - started)
            if self._units:
                await self._serve_unit(self._units.popleft())

    def _take(self) -> list[Waiting]:
        commands = [self._queue.popleft()]
        targets = len(commands[0].task.targets)
        while self._queue and targets < MAX_TARGETS:
            commands.append(self._queue.popleft())
            targets += len(commands[-1].task.targets)
        return commands

    async def _serve(self, commands: list[Waiting]) -> None:
        """One batch to its end: every caller is answered, whatever happens."""
        try:
            await self._commit(commands)
        except BAD_DATA as refused:
            if len(commands) == 1:
                self._forget()
                self._fail(commands, refused)
                return
            # The database refuses something in the batch: alone, each command fails for itself only.
            self._forget()
            for one in commands:
                await self._serve([one])
        except (LogFailure, UnsafeServer) as failure:
            await self._drop()
            self._fail(commands, failure if isinstance(failure, LogFailure) else LogUnavailable(str(failure)))
        except Exception as failure:
            await self._drop()
            unavailable = LogUnavailable(told(failure))
            unavailable.__cause__ = failure
            self._fail(commands, unavailable)

    async def _serve_unit(self, waiting: WaitingUnit) -> None:
        """One unit, once: its caller reads its progress again before another try, which also settles an unknown outcome."""
        if waiting.answer.done():
            return
        try:
            await self._transact(waiting.unit)
        except Exception as failure:
            if not waiting.answer.done():
                waiting.answer.set_exception(failure)
        else:
            if not waiting.answer.done():
                waiting.answer.set_result(None)

    async def _transact(self, unit: Unit) -> None:
        connection = await self._connect()
        self._warned = False
        transaction = connection.transaction()
        try:
            with deadline(connection):
                draft = await self._run_unit(unit, connection, transaction)
        except BaseException as failure:
            await self._undo(transaction, failure)
            raise
        self._adopt(draft)
        for outcome, times in unit.outcomes().items():
            self._meters.appends[outcome].inc(times)
        if draft.events:
            self._appended(draft.head.position)

    async def _run_unit(self, unit: Unit, connection: asyncpg.Connection, transaction: Any) -> Draft:
        await transaction.start()
        streams, keys = await unit.begin(connection)
        if self._head is not None:  # so that long streams are not read while the head is held
            await self._load(connection, streams, self._head)
        head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
        await self._catch_up(connection, head)
        await self._load(connection, streams, head)
        draft = Draft(head, self._states)
        unit.decide(draft, await self._known_keys(connection, list(keys)) if keys else {})
        await unit.end(connection)
        if draft.events or draft.keys:
            await write(connection, draft, self._timezone)  # the head is ours: its mark cannot have moved
        await transaction.commit()
        if self._warned:
            raise CommitInDoubt("the server gave up waiting for its standby")
        return draft

    async def _undo(self, transaction: Any, failure: BaseException) -> None:
        """The states are those of committed events only, so they outlive a unit that fails; not a connection's loss."""
        if isinstance(failure, Exception) and not isinstance(failure, CONNECTION_LOST):
            try:
                with deadline(await self._connect()):
                    await transaction.rollback()
                return
            except CONNECTION_LOST:
                pass
        await self._drop()

    async def _commit(self, commands: list[Waiting]) -> None:
        suspicious = False
        for attempt in (1, 2, 3):
            try:
                with deadline(await self._connect()):
                    if await self._optimistic(commands, suspicious=suspicious) or await self._locked(commands, suspicious=suspicious):
                        return
            except CONNECTION_LOST as lost:
                # By opening, by reads, or by a write that surely did not happen: a lost write is resolved where it is lost.
                await self._drop()
                if attempt == 3:
                    raise LogUnavailable(f"the database of {self._service} cannot be reached: {told(lost)}") from lost
            except asyncpg.UniqueViolationError:
                # A key that was written before, here or by another process: not bad data, reading the keys finds it.
                suspicious = True
                if attempt == 3:
                    raise
        raise LogUnavailable("the head moved under its lock")

    async def _optimistic(self, commands: list[Waiting], *, suspicious: bool) -> bool:
        """Decides at the states' mark and writes if it is still the head's; False when it is not."""
        connection = await self._connect()
        head = self._head
        if head is None:
            return False
        batch, replays = await self._decide(connection, head, commands, suspicious=suspicious)
        if not batch.draft.events:
            # Keys of commands that had nothing to do are written under the lock; refusals and repeats need the mark only.
            if batch.writes or await connection.fetchval(sql.MARK) != head.mark:
                return False
            self._finish(batch, None, replays)
            return True
        return await self._write(batch, replays, connection)

    async def _locked(self, commands: list[Waiting], *, suspicious: bool) -> bool:
        """The same with the head's row locked from before the reading on: nobody can move it, so it ends."""
        self._meters.lost.inc(0 if self._head is None else 1)
        connection = await self._connect()
        transaction = connection.transaction()
        await transaction.start()
        try:
            head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
            await self._catch_up(connection, head)
            batch, replays = await self._decide(connection, head, commands, suspicious=suspicious)
            if batch.writes:
                return await self._write(batch, replays, connection, transaction)
            await transaction.rollback()
        except BaseException:
            connection.terminate()
            raise
        self._finish(batch, None, replays)
        return True

    async def _catch_up(self, connection: asyncpg.Connection, head: Head) -> None:
        """Carries the states from their mark to ``head``, or forgets them when the way is long or their mark is gone."""
        mine = self._head
        known = mine is not None and head.position - mine.position <= MAX_TAIL
        if mine and known and mine.position:
            known = await connection.fetchval(sql.HAS, mine.position, mine.mark)
        if mine is not None and known:
            self._states.fold(await connection.fetch(sql.TAIL, mine.position, head.position))
        else:
            self._states.clear()
        self._head = head

    async def _decide(
        self, connection: asyncpg.Connection, head: Head, commands: list[Waiting], *, suspicious: bool
    ) -> tuple[Batch, dict[int, Recorded]]:
        """The batch, and the events of earlier answers that it repeats, by position.

        All that answers need is read here: a read that failed behind the write would make its commands be done again.
        """
        await self._load(connection, (target.stream for c in commands for target in c.task.targets), head)
        batch = Batch(Draft(head, self._states))
        batch.decide(commands, {})
        # A known key shows itself: as a violation of the keys' uniqueness, or as a command that is refused or has nothing
        # to do because it was done before. Only then are the keys read: it spares a round trip on every other batch.
        doubtful = batch.keyed() if suspicious else batch.doubtful()
        if doubtful and (known := await self._known_keys(connection, doubtful)):
            batch = Batch(Draft(head, self._states))
            batch.decide(commands, known)
        return batch, await self._replays(connection, batch)

    async def _replays(self, connection: asyncpg.Connection, batch: Batch) -> dict[int, Recorded]:
        replays: dict[int, Recorded] = {}
        for _, position, count in batch.replays:
            rows = await connection.fetch(sql.RANGE, position, position + count - 1) if count else ()
            replays.update((row["position"], self._reader.recorded(row)) for row in rows)
        return replays

    async def _load(self, connection: asyncpg.Connection, streams: Iterable[str], head: Head) -> None:
        if missing := self._states.missing(streams):
            self._states.load(missing, await connection.fetch(sql.STREAMS, missing, head.position) if head.position else ())

    async def _known_keys(self, connection: asyncpg.Connection, keyed: list[KeyName]) -> KnownKeys:
        rows = await connection.fetch(sql.KEYS, [actor for actor, _ in keyed], [key for _, key in keyed])
        return {(actor, key): (body_hash, position, count) for actor, key, body_hash, position, count in rows}

    async def _write(self, batch: Batch, replays: Mapping[int, Recorded], connection: asyncpg.Connection, transaction: Any = None) -> bool:
        """The compare-and-set; with a transaction the head is ours already and the commit follows."""
        self._warned = False
        try:
            row = await write(connection, batch.draft, self._timezone)
            if row is None:
                return False
            if transaction:
                await transaction.commit()
            if self._warned:
                raise CommitInDoubt("the server gave up waiting for its standby")
        except CONNECTION_LOST:
            backend, self._backend, self._connection = self._backend, None, None
            connection.terminate()
            if backend is None:
                raise
            first = batch.draft.events[0].id if batch.draft.events else None
            row = await find_out(self._dsn, backend, first, durable=self._durable)
            if row is None:
                raise
        # From here on it is written: nothing that may fail comes before the answers.
        self._finish(batch, row, replays)
        return True

    def _finish(self, batch: Batch, row: Any, replays: Mapping[int, Recorded]) -> None:
        """The write is done (or none was needed): the states move on, the callers are answered, the others are told."""
        self._adopt(batch.draft)
        batch.answer(self._service, replays, row and row["recorded_at"], row and row["recorded_on"])
        for outcome, times in batch.outcomes().items():
            self._meters.appends[outcome].inc(times)
        if batch.draft.events and self._head:
            self._appended(self._head.position)

    def _adopt(self, draft: Draft) -> None:
        """The states move on to those of a batch that is committed."""
        if draft.events:
            self._states.adopt(draft.states)
            self._head = draft.head
            self._meters.batch.observe(len(draft.events))
            self._meters.head.set(draft.head.position)

    def _fail(self, commands: list[Waiting], failure: BaseException) -> None:
        self._meters.appends["failed"].inc(len(commands))
        for waiting in commands:
            waiting.settle(failure)

    async def _connect(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._forget()
            self._connection = await self._open()
        return self._connection

    async def _open(self) -> asyncpg.Connection:
        connection = await connect_writer(self._dsn, durable=self._durable)
        try:
            with deadline(connection):
                self._backend = await Backend.of(connection)
                await self._restorer.check(connection)
        except BaseException:
            connection.terminate()
            raise
        connection.add_log_listener(self._hear)
        return connection

    def _hear(self, _: object, message: Any) -> None:
        # Called before the statement's own answer is: asyncpg passes both on in the order they came.
        self._warned = self._warned or message.severity_en == "WARNING"

    async def _drop(self) -> None:
        """After a failure nothing of this connection and these states is trusted."""
        self._forget()
        if self._connection:
            self._connection.terminate()
        self._connection = self._backend = None

    def _forget(self) -> None:
        self._head = None
        self._states.clear()
