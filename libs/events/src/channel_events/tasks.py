"""Ending tasks for certain."""

import asyncio

_AGAIN_SECONDS = 0.5


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancels tasks and returns when they are gone.

    Asked again until it works: a cancellation that comes in the very moment when an awaited connection fails is lost in
    the other exception, and a loop that survives exceptions then goes on for ever
    (test_a_task_that_loses_its_cancellation_is_asked_again).
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)
