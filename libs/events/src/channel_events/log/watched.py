"""A connection to PostgreSQL on which nothing is awaited for ever, and whose session outlives a frozen process by seconds only.

Three silences are different. A network that is gone: the kernel notices, for it is told here to ask. A server, or something
between, that takes what is sent and never answers: only a clock of our own notices. A process of ours that stands still: only
the server can notice, and it does when a session says nothing for a while; so a session that lives says something.
"""

import asyncio
import socket
import weakref
from typing import Any

import asyncpg

DEAD_SECONDS = 10
"""After so long without a sign of life from the other machine a connection is given up."""

_OPTIONS = {
    "TCP_KEEPIDLE": 5,
    "TCP_KEEPALIVE": 5,  # what macOS calls it
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 2,
    "TCP_USER_TIMEOUT": DEAD_SECONDS * 1000,
}
"""Of the client's socket, where the platform has them: without the last, what was sent is repeated for a quarter of an hour."""

_TICKS = 4
"""How often a limit is looked at before it is over."""
_WORDS = 2.5
"""How often a session that is idle is looked at before the server ends it; it says something at each look that finds it silent for
half of such a time, so never later than after three fifths of it."""
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Connection(asyncpg.Connection):
    """asyncpg's connection, which notices that the network is gone."""

    def __init__(self, protocol: Any, transport: Any, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        _ask_for_signs(transport.get_extra_info("socket"))


class WatchedConnection(Connection):
    """One that also notices that nobody answers; see `watch`. That costs 1.4 us a statement."""

    def __init__(self, protocol: Any, transport: Any, loop: asyncio.AbstractEventLoop, *rest: Any) -> None:
        self._steps = _Steps(protocol, loop)
        super().__init__(self._steps, transport, loop, *rest)

    def watch(self, seconds: float | None, idle: float | None = None) -> None:
        """Drops the connection when one step takes longer than ``seconds``; ``idle``: where the server ends sessions that are
        idle for so long, says something in time, while this process's loop runs. Not inside a transaction: one that is left
        open is to end.

        A step is one exchange with the server: a statement, and also a rollback, a commit, a close, which callers cannot
        bound, for a block of a transaction that fails rolls back on its way out. It is dropped, never cancelled; `deadline`
        says why.
        """
        _Watch(self, self._steps, seconds, idle).look()


class _Steps:
    """asyncpg's protocol of one connection; notes since when one step is awaited."""

    def __init__(self, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._protocol, self._time = protocol, loop.time
        self.since: float | None = None
        self.late = False
        self.talk: asyncio.Task[None] | None = None
        self.last = loop.time()
        """When something was said last."""
        # Asked several times for each statement.
        self.is_connected, self.is_in_transaction = protocol.is_connected, protocol.is_in_transaction
        self._get_timeout = protocol._get_timeout

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    async def run(self, step: Any, arguments: Any, named: Any) -> Any:
        self.since = self._time()
        try:
            if self.talk is not None:
                await asyncio.wait((self.talk,))
            return await step(*arguments, **named)
        except (asyncpg.ConnectionDoesNotExistError, asyncpg.InterfaceError) as error:
            if not self.late:
                raise
            raise asyncpg.ConnectionDoesNotExistError("PostgreSQL did not answer in time") from error
        finally:
            self.since, self.last = None, self._time()

    async def say_something(self) -> None:
        self.last = self._time()
        try:
            await self._protocol.query("select", None)
        except _LOST:
            return  # who uses it next is told that it is closed
        finally:
            self.talk = None


def _step(name: str) -> Any:
    def step(self: _Steps, *arguments: Any, **named: Any) -> Any:
        return self.run(getattr(self._protocol, name), arguments, named)

    return step


for _name in ("prepare", "bind", "bind_execute", "bind_execute_many", "execute", "query", "copy_in", "copy_out", "close",
              "close_statement", "close_portal", "_wait_for_cancellation"):  # fmt: skip
    setattr(_Steps, _name, _step(_name))


class _Watch:
    """Looks at one connection again and again, while it is open; does not keep it."""

    def __init__(self, connection: WatchedConnection, steps: _Steps, seconds: float | None, idle: float | None) -> None:
        self._connection, self._steps = weakref.ref(connection), steps
        self._loop = asyncio.get_running_loop()
        self._seconds, self._idle = seconds, idle
        limits = ((DEAD_SECONDS, _TICKS), (seconds, _TICKS), (idle, _WORDS))
        self._pause = min(limit / times for limit, times in limits if limit is not None)

    def look(self) -> None:
        connection, steps, now = self._connection(), self._steps, self._loop.time()
        since = steps.last if steps.since is None and steps.talk is not None else steps.since
        if connection is None or (connection.is_closed() and since is None):
            return
        if since is not None and self._seconds is not None and now - since > self._seconds:
            steps.late = True
            connection.terminate()
            return
        if self._idle is not None and since is None and now - steps.last >= self._pause / 2 and not steps.is_in_transaction():
            steps.talk = self._loop.create_task(steps.say_something())
        self._loop.call_at((now // self._pause + 1) * self._pause, self.look)  # all connections of a process at once: it sleeps between


def _ask_for_signs(sock: Any) -> None:
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS.items():
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
