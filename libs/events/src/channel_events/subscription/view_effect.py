"""Folding into a view."""

from functools import partial
from typing import Any

from channel_events.pure import Registry
from channel_events.subscription.effect import Redriven, as_far_as_possible
from channel_events.subscription.failing import blames_the_event
from channel_events.subscription.fold import apply, fold
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.step import Step
from channel_events.view import View

_REDRIVE = 1_000


class ViewEffect:
    """Writes rows of the tables that the connection's search path finds. ``registry`` reads the events of one of the view's
    sources, which is called ``source``; ``subscription`` is the name that progress and parked rows are kept under."""

    most = 1_000_000

    def __init__(self, view: View, source: str, registry: Registry, subscription: str) -> None:
        self.table, self.parking = ProgressTable(subscription, source), Parking(subscription, source)
        self._view, self._registry = view, registry

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        return await fold(connection, self._view, self.table, self.parking, at, steps)

    async def redrive(self, connection: Any, stream: str, partition: int) -> Redriven:
        async with connection.transaction():
            row = await self.table.bump(connection, partition)
            events = await self.parking.events(connection, stream, self._registry, _REDRIVE)
            done, error = await as_far_as_possible(connection, events, partial(apply, self._view), blames_the_event)
            flows = await self.parking.forget(connection, stream, done)
            failure = None if error is None else self.failure(error)
            if failure is not None:
                await self.parking.failed_again(connection, stream, failure)
        return Redriven(row, len(done), flows or not events, failure)

    def failure(self, error: Exception) -> Failure:
        return Failure.of(error)

    async def arrived(self, _connection: Any, _names: list[str]) -> set[str]:
        return set()
