"""Works: what a worker does that no single event, time or intent begins, because it needs more than one of them tells."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from channel_events.lasting import Lasting
from channel_events.log import Log
from channel_events.pulse import RUNNING
from channel_events.tasks import Settle
from sqlalchemy.ext.asyncio import AsyncConnection

Reading: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""A snapshot of the views, as the service itself sees them."""
Look: TypeAlias = Callable[[Log, Reading], Awaitable[bool]]

LONGEST_SECONDS = 2.0
"""Between two looks: views of other services' events grow without our log."""
SETTLE_SECONDS = 0.2
"""Between the log's growing and a look: the views have folded it by then, and a busy log is not looked at for each of its events."""


class Work:
    """``look(log, reading)`` finds what is left to do, does a part of it, and tells whether there may be more.

    What is left is read from the log and the views, so it may be killed at any moment, and goes on where it was; and since several
    processes may look at once, what it does is decided in the log, where a step that was done is done.
    """

    def __init__(self, name: str, look: Look) -> None:
        self.name, self.look = name, look


class WorkRun(Lasting):
    """Runs a work until it is cancelled."""

    def __init__(self, work: Work, *, log: Log, reading: Reading) -> None:
        super().__init__(f"work/{work.name}")
        self._work, self._log, self._reading, self._wake = work, log, reading, log.wake()
        self._settle = Settle()
        self._looks = False

    @property
    def started(self) -> bool:
        """From its first look on, which may take long: a process with much to do is as ready as one that has done it. It is well only
        when it has looked (test_a_work_that_fails_for_ever_says_so)."""
        return self._looks

    async def _session(self) -> None:
        self._looks = True
        while True:
            self._wake.clear()  # before the look: what is appended during it sets the event again
            more = await self._work.look(self._log, self._reading)
            self._progressed = True
            self._pulse.enter(RUNNING)
            if more:
                self._settle.found()
            else:
                await self._settle.woken(self._wake, LONGEST_SECONDS, SETTLE_SECONDS)
