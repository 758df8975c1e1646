"""The connection that a process writes with, one at a time, and what it decides on: they are lost together."""

from typing import Any

import asyncpg

from channel_events.log.basis import Basis
from channel_events.log.connect import connect_writer, deadline
from channel_events.log.draft import Draft
from channel_events.log.errors import DRIVER_LOST
from channel_events.log.restored import Restorer
from channel_events.log.unknown import Backend, CommitInDoubt, find_out
from channel_events.log.writing import write

CONNECTION_LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, *DRIVER_LOST, TimeoutError)


class Session:
    """Connects when it is needed. A draft that is in the log is adopted at once, before anything else that may fail."""

    def __init__(self, dsn: str, restorer: Restorer, basis: Basis, *, timezone: str, durable: bool) -> None:
        self._dsn, self._restorer, self._timezone, self._durable = dsn, restorer, timezone, durable
        self.basis = basis
        self._connection: asyncpg.Connection | None = None
        self._backend: Backend | None = None
        self._warned = False

    async def connection(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self.basis.forget()
            self._connection = await self._open()
        return self._connection

    async def write(self, draft: Draft, connection: asyncpg.Connection, transaction: Any = None) -> Any:
        """The compare-and-set; with a transaction the head is ours already and the commit follows. None when another process
        moved the head first, else the row with the recorded clock; raises `CONNECTION_LOST` when it is surely not written."""
        self._warned = False
        try:
            row = await write(connection, draft, self._timezone)
            if row is None:
                return None
            if transaction:
                await transaction.commit()
            self._refuse_warned()
        except CONNECTION_LOST:
            backend, self._backend, self._connection = self._backend, None, None
            connection.terminate()
            if backend is None:
                raise
            first = draft.events[0].id if draft.events else None
            row = await find_out(self._dsn, backend, first, durable=self._durable)
            if row is None:
                raise
        self.basis.adopt(draft)
        return row

    async def write_with(self, draft: Draft, connection: asyncpg.Connection, transaction: Any) -> None:
        """The same for a draft that is written with other rows: whether all of it is, they tell whoever wrote them."""
        self._warned = False
        if draft.events or draft.keys:
            await write(connection, draft, self._timezone)  # the head is ours: its mark cannot have moved
        await transaction.commit()
        self._refuse_warned()
        self.basis.adopt(draft)

    async def undo(self, transaction: Any, failure: BaseException) -> None:
        """The states are those of committed events only, so they outlive what fails beside them; not a connection's loss."""
        if self._connection and isinstance(failure, Exception) and not isinstance(failure, CONNECTION_LOST):
            try:
                with deadline(self._connection):
                    await transaction.rollback()
                return
            except CONNECTION_LOST:
                pass
        self.drop()

    def drop(self) -> None:
        """After a failure nothing of this connection and these states is trusted. Its server may be asked for no goodbye: one
        that is never answered would hold us."""
        self.basis.forget()
        if self._connection:
            self._connection.terminate()
        self._connection = self._backend = None

    def _refuse_warned(self) -> None:
        if self._warned:
            raise CommitInDoubt("the server gave up waiting for its standby")

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
