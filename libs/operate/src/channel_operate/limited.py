"""A source that gives nothing behind a limit that moves on."""

import asyncio
from collections.abc import Callable, Mapping

from channel_events.subscription.links import Place
from channel_events.subscription.progress import Progress
from channel_events.subscription.source import Source
from channel_events.subscription.step import Step

_LOOK_SECONDS = 0.02

Places = Mapping[int, int]
"""Position by partition."""


class LimitedSource:
    """Gives steps of ``source`` up to ``limit()``, by partition; one that is not named there has no limit.

    What was read too far is read again when the limit has moved on, from its own offset: read from the start instead, a
    partition at its limit would cost the whole of it at every look
    (test_a_partition_at_its_limit_goes_on_from_where_it_stands).
    """

    def __init__(self, source: Source, rows: Mapping[int, Progress], limit: Callable[[], Places]) -> None:
        self._source, self._rows, self._limit = source, rows, limit
        self._next: dict[int, tuple[Place, int]] = {}
        self.caught_up = self.near = False

    @property
    def seen(self) -> int:
        return self._source.seen

    def reached(self, places: Places) -> bool:
        """Whether everything up to these places is applied."""
        return all(position <= self._done(partition) for partition, position in places.items() if partition in self._rows)

    async def read(self) -> list[Step]:
        limit = self._limit()
        for partition in [one for one, (_, position) in self._next.items() if position <= limit.get(one, position)]:
            del self._next[partition]
            self._source.go_on(partition)
        if limit.keys() >= self._rows.keys() and self.reached(limit):
            await asyncio.sleep(_LOOK_SECONDS)
            return []
        steps = []
        for step in await self._source.read():
            within = _up_to(step, limit[step.partition]) if step.partition in limit else step
            if within is not step:
                await self._stop(step, within)
            if within is not None:
                steps.append(within)
        self.near, self.caught_up = self._source.near, self._source.caught_up
        return steps

    def committed(self, progress: Progress) -> None:
        self._source.committed(progress)

    async def hold(self, partition: int, offset: int | None) -> None:
        await self._source.hold(partition, offset)

    def go_on(self, partition: int) -> None:
        self._source.go_on(partition)

    async def _stop(self, step: Step, within: Step | None) -> None:
        count, place = (0, self._rows[step.partition].place) if within is None else (len(within.events), within.place)
        self._next[step.partition] = (place, step.events[count].position)
        await self._source.hold(step.partition, step.offsets[count])

    def _done(self, partition: int) -> int:
        """The position up to which nothing is left to apply: right before the next event, where that is known.

        A reader of some types of the own log may find none of them at the limit itself.
        """
        here = self._rows[partition].place
        place, position = self._next.get(partition, (here, 0))
        return max(here.position, position - 1) if place == here else here.position


def _up_to(step: Step, position: int) -> Step | None:
    """Only its events up to a position; None when there are none. What moves without events is no further than before."""
    if not step.events:
        return step
    count = sum(event.position <= position for event in step.events)
    if count == len(step.events):
        return step
    return step.part(0, count) if count else None
