"""The own log followed for all views of a process that have got to its end: one look and one transaction a round.

Who is behind, has streams that wait, or with whom anything is wrong follows alone, as ever, and sits down again when that is over.
So what a view does when an event fails, when another worker is first, or when a build is switched, concerns it alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any

import structlog
from opentelemetry.trace import SpanKind

from channel_events import tracing
from channel_events.log import Log
from channel_events.log.connect import IDLE_SECONDS, connect_as, prepare
from channel_events.pure import Recorded, Registry
from channel_events.subscription.failing import blames_the_event
from channel_events.subscription.fold import apply
from channel_events.subscription.own_log import TOLD_SECONDS, OwnLogSource
from channel_events.subscription.progress import Progress, move_all
from channel_events.subscription.serving import use_serving
from channel_events.subscription.step import Step
from channel_events.tasks import end, whole
from channel_events.told import told
from channel_events.view import OwnLog, View

_log = structlog.get_logger("channel_events.subscription")


class Joined:
    """One view's. ``at`` is its row; ``applied`` is called when that was moved, with the events, ``looked`` after each look with
    whether there was nothing more. ``lives``: whether the session lives that has the view's lock."""

    def __init__(
        self,
        view: View,
        source: OwnLog,
        at: Progress,
        applied: Callable[[Progress, list[Recorded]], None],
        looked: Callable[[bool], None],
        lives: Callable[[], bool],
    ) -> None:
        self.view, self.registry, self.at = view, source.registry, at
        self.applied, self.looked, self.lives = applied, looked, lives
        self.left = asyncio.Event()

    def of(self, step: Step) -> list[Recorded]:
        """The events of a step that are the view's and new to it."""
        here, types = self.at.place.position, None if self.registry is None else self.registry.types
        return [event for event in step.events if event.position > here and (types is None or event.type in types)]


class _GetUp(Exception):
    """With these something is wrong; nothing was written."""

    def __init__(self, seats: list[Joined]) -> None:
        super().__init__(seats)
        self.seats = seats


class Joint:
    """Of one process and its log. It never fails anybody: whatever is wrong, those whom it concerns get up and meet it alone."""

    def __init__(self, log: Log) -> None:
        self._service, self._dsn, self._registry, self._wake = log.service, log.dsn, log.registry, log.wake()
        self._seats: tuple[Joined, ...] = ()
        self._task: asyncio.Task[None] | None = None

    def fits(self, source: OwnLog) -> bool:
        """Whether a view reads events as the log does: what is decoded once is for all."""
        return source.registry is None or source.registry.types.items() <= self._registry.types.items()

    async def sit(self, seat: Joined) -> None:
        """Returns when the view has to follow alone, on from where its seat is then."""
        self._seats = (*self._seats, seat)
        self._wake.set()
        if self._task is None:
            # In a context of its own: it goes on for others when the one that happened to come first is gone.
            self._task = asyncio.create_task(self._run(), name="joint", context=Context())
        try:
            await seat.left.wait()
        finally:
            self._seats = tuple(one for one in self._seats if one is not seat)
            self._wake.set()
            if not self._seats and (task := self._task):
                self._task = None
                await whole(end(task))

    async def _run(self) -> None:
        try:
            # As for one view: what a crash of the server loses is done again.
            connection = await connect_as(self._dsn, "qudao-subscription", idle=IDLE_SECONDS, synchronous_commit="off", lock_timeout="5s")
            try:
                await prepare(connection)
                while self._seats:
                    await self._follow(connection, self._seats)
            finally:
                connection.terminate()
        except Exception as error:  # whatever it is: those who sat here will meet it, and know what to do
            _log.warning("joint_ends", error=told(error))
        finally:
            if self._task is asyncio.current_task():
                self._task = None
            for seat in self._seats:
                seat.left.set()

    async def _follow(self, connection: Any, seats: tuple[Joined, ...]) -> None:
        """With those who sit now, until somebody comes or goes."""
        # A switch moves the row of its view, so whoever's tables are found by an older path finds out that it is a zombie.
        await use_serving(connection, session=True)
        at = min((seat.at for seat in seats), key=lambda at: at.place.position)
        some = None if any(seat.registry is None for seat in seats) else _all(seats)
        source = OwnLogSource(connection, self._service, self._registry, self._wake, at, some=some, poll=TOLD_SECONDS)
        while seats is self._seats:
            steps = await source.read()
            if seats is not self._seats:  # what was read may lack what a view that has come wants
                return
            for step in steps:
                await self._round(connection, seats, step)
                source.committed(at := step.after(at))
            for seat in seats:
                if not seat.left.is_set():
                    seat.looked(source.caught_up and not steps)

    async def _round(self, connection: Any, seats: Sequence[Joined], step: Step) -> None:
        while here := [seat for seat in seats if not seat.left.is_set() and seat.at.place.position < step.place.position]:
            work = [(seat, seat.of(step)) for seat in here]
            try:
                await _write(connection, work, step)
            except _GetUp as wrong:
                for seat in wrong.seats:
                    seat.left.set()
                continue
            for seat, events in work:
                seat.at = step.after(seat.at)
                seat.applied(seat.at, events)
            return


async def _write(connection: Any, work: Sequence[tuple[Joined, list[Recorded]]], step: Step) -> None:
    async with connection.transaction():
        moved = await move_all(connection, OwnLog.name, {seat.view.subscription: seat.at for seat, _ in work}, step.place)
        if gone := [seat for seat, _ in work if seat.view.subscription not in moved or not seat.lives()]:
            raise _GetUp(gone)
        for seat, events in work:
            contexts = ((event.trace, event.recorded_at) for event in events)
            try:
                with tracing.handling(f"fold {seat.view.name}", SpanKind.CONSUMER, contexts, subscription=f"{seat.view.subscription}:own"):
                    await apply(seat.view, connection, events)
            except Exception as error:
                if not blames_the_event(error):
                    raise
                raise _GetUp([seat]) from error


def _all(seats: Sequence[Joined]) -> Registry:
    return Registry(dict.fromkeys(one.cls for seat in seats if seat.registry for one in seat.registry.types.values()))
