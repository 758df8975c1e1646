"""Folding into a view."""

from functools import partial
from typing import Any

from channel_events.pure import Registry
from channel_events.subscription.effect import Redriven, as_far_as_possible
from channel_events.subscription.failing import blames_the_event
from channel_events.subscription.fold import apply, fold
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.serving import serving_build, use_build
from channel_events.subscription.step import Step
from channel_events.view import View

_REDRIVE = 1_000


class ViewEffect:
    """Writes rows of the tables that the connection's search path finds. ``registry`` reads the events of one of the view's
    sources, which is called ``source``; ``subscription`` is the name that progress and parked rows are kept under; ``build``
    is the one of that name, None the one that is read."""

    most, most_bytes = 1_000_000, 16_000_000

    def __init__(self, view: View, source: str, registry: Registry, subscription: str, *, build: int | None = None) -> None:
        self.table, self.parking = ProgressTable(subscription, source), Parking(subscription, source)
        self._view, self._registry, self._build = view, registry, build

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        return await fold(connection, self._view, self.table, self.parking, at, steps)

    async def redrive(self, connection: Any, stream: str, at: Progress) -> Redriven:
        async with connection.transaction():
            row = at.bumped()
            await self.table.move(connection, [at], [row])
            await self._find_tables(connection)
            events = await self.parking.events(connection, stream, self._registry, _REDRIVE, self.most_bytes)
            done, error = await as_far_as_possible(connection, events, partial(apply, self._view), blames_the_event)
            flows = await self.parking.forget(connection, stream, done)
            failure = None if error is None else self.failure(error)
            if failure is not None:
                await self.parking.failed_again(connection, stream, failure)
        return Redriven(row, len(done), flows or not events, failure)

    async def _find_tables(self, connection: Any) -> None:
        """Those of the build that the row just moved belongs to: a switch gives the name to another one, whose row it moves
        too, so none can come now. What the connection was told when it began may be retired
        (test_a_redrive_beside_a_switch_writes_into_the_build_that_is_read)."""
        subscription = self._view.subscription
        build = await serving_build(connection, subscription) if self._build is None else self._build
        await use_build(connection, subscription, build, local=True)

    def failure(self, error: Exception) -> Failure:
        return Failure.of(error)

    async def arrived(self, _connection: Any, _names: list[str]) -> set[str]:
        return set()
