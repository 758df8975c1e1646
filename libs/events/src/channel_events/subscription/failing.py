"""What to do when a batch cannot be applied: who is to blame, and which event."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from aiokafka.errors import KafkaError

from channel_events.log.errors import DRIVER_LOST, LogFailure, UnsafeServer
from channel_events.subscription.progress import Zombie
from channel_events.subscription.step import Step

_DATA = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
_AROUND = (asyncpg.PostgresError, *DRIVER_LOST, OSError, TimeoutError, KafkaError, LogFailure, UnsafeServer)
_PAUSES = (0.05, 0.2)
"""Seconds before each retry in place."""

Apply = Callable[[Step], Awaitable[None]]
Park = Callable[[Step, Exception], Awaitable[None]]


def blames_the_event(error: Exception) -> bool:
    """Whether applying it again can hardly help: the view's own code failed, or the database refused its data.

    Everything else (connection, locks, resources, shutdown) passes, and no event may ever be blamed for it.
    """
    return isinstance(error, _DATA) or not isinstance(error, (*_AROUND, Zombie))


async def isolate(step: Step, apply: Apply, park: Park, error: Exception) -> None:
    """Applies what can be applied of a step that failed with ``error``: after retries in place, by halves.

    Parks each event that fails alone, so that others flow.
    """
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            await apply(step)
            return
        except Exception as again:
            if not blames_the_event(again):
                raise
            error = again
    await _halve(step, apply, park, error)


async def _halve(step: Step, apply: Apply, park: Park, error: Exception) -> None:
    count = len(step.events)
    if count <= 1:
        if not step.events:
            raise error
        await park(step, error)
        return
    for part in (step.part(0, count // 2), step.part(count // 2, count)):
        try:
            await apply(part)
        except Exception as failed:
            if not blames_the_event(failed):
                raise
            await _halve(part, apply, park, failed)
