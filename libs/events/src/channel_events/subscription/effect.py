"""What a subscription does with the events that it may apply: folds them into a view, or reacts to them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Protocol

import msgspec

from channel_events.pure import Recorded
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.step import Step


class Redriven(msgspec.Struct, frozen=True):
    """One try to re-drive a stream: ``done`` of its events are applied; it ``flows`` again, or stands at ``failure``."""

    row: Progress
    done: int
    flows: bool
    failure: Failure | None


class Effect(Protocol):
    """Both kinds keep what they did and their progress in one transaction, or nothing of it."""

    table: ProgressTable
    parking: Parking
    most: int
    """Events in one transaction."""
    most_bytes: int
    """Bytes of their data, and one event more."""

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        """Does what the steps come to and moves their rows; `Zombie` when one of them was moved by somebody else."""

    async def redrive(self, connection: Any, stream: str, at: Progress) -> Redriven:
        """Tries the next parked events of a stream again, in order, up to the first that fails; moves the row of its partition,
        leaving the place. `Zombie` when that was moved by somebody else."""

    def failure(self, error: Exception) -> Failure:
        """What is noted of an event that failed with this error."""

    async def arrived(self, connection: Any, names: list[str]) -> set[str]:
        """Which of the things that parked streams wait for are there now."""


async def park_alone(effect: Effect, connection: Any, at: Progress, step: Step, failure: Failure) -> Progress:
    """Parks the one event of this step with its stream, unapplied, and moves on."""
    (event,) = step.events
    moved = step.after(at)
    async with connection.transaction():
        await effect.table.move(connection, [at], [moved])
        await effect.parking.park(connection, [(event.stream, step.partition, failure)], [event])
    return moved


def parted(steps: list[Step], most: int, most_bytes: int) -> list[list[Step]]:
    """Steps of different partitions as transactions of at most ``most`` events with ``most_bytes`` of data, or of one event."""
    if sum(len(step.events) for step in steps) <= most and sum(len(event.raw) for step in steps for event in step.events) <= most_bytes:
        return [steps]
    parts: list[list[Step]] = []
    for step in steps:
        ends = [*_ends(step, most, most_bytes), len(step.events)]
        parts += [[step.part(start, stop)] for start, stop in pairwise([0, *ends])] if step.events else [[step]]
    return parts


def _ends(step: Step, most: int, most_bytes: int) -> Iterator[int]:
    """Where a part has to end before the next event."""
    start, size = 0, 0
    for n, event in enumerate(step.events):
        size += len(event.raw)
        if n > start and (n - start == most or size > most_bytes):
            yield n
            start, size = n, len(event.raw)


async def as_far_as_possible(connection: Any, events: list[Recorded], apply: Any, blames: Any) -> tuple[list[Recorded], Exception | None]:
    """Applies events in order, in savepoints of the caller's transaction; those applied, and the error of the next."""
    try:
        async with connection.transaction():
            await apply(connection, events)
        return events, None
    except Exception as error:
        if not blames(error):
            raise
    done: list[Recorded] = []
    for event in events:
        try:
            async with connection.transaction():
                await apply(connection, [event])
        except Exception as error:
            if not blames(error):
                raise
            return done, error
        done.append(event)
    return done, None
