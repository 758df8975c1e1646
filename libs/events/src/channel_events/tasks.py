"""Ending tasks for certain, and waiting for a moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

_AGAIN_SECONDS = 2.0
_WHOLE_SECONDS = 1.0


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
        done, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # heard: asyncpg may fail in odd ways where it is cancelled


async def whole(step: Coroutine[Any, Any, Any]) -> None:
    """Does something that must not be cut in two; a cancellation meanwhile is heard when it is done, or after a second.

    Opening and closing aiokafka's clients is such: cancelled halfway, a connection stays open that nobody knows
    (test_a_client_cancelled_at_any_moment_leaves_no_connection). A step that ends as cancelled though nobody cancelled is a
    `ConnectionAbortedError`: passed on, it would end for ever, without a word, whoever called
    (test_a_step_that_cancels_itself_cancels_nobody_else).
    """
    task = asyncio.ensure_future(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        done, _ = await asyncio.wait([task], timeout=_WHOLE_SECONDS)
        for ended in done:
            if not ended.cancelled():
                ended.exception()  # heard, so that nobody is told of it later
        if task.cancelled() and not _cancelling():
            raise ConnectionAbortedError("a client of the broker cancelled what it was doing") from None
        raise
    finally:
        task.cancel()


@contextlib.asynccontextmanager
async def within(seconds: float, otherwise: str) -> AsyncIterator[None]:
    """`asyncio.timeout`, whose error says what was waited for: of itself it says nothing, and logs hold nothing else."""
    try:
        async with asyncio.timeout(seconds) as waiting:
            yield
    except TimeoutError:
        if waiting.expired():
            raise TimeoutError(f"{otherwise} within {seconds:g} s") from None
        raise


async def woken(event: asyncio.Event, seconds: float, settle: float = 0.0) -> bool:
    """Whether the event is set, now or within ``seconds``; then ``settle`` later, if that is within them too.

    (Not `asyncio.wait_for`, which can swallow a cancellation.)
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            if settle:
                await asyncio.sleep(settle)
    return event.is_set()


def next_tick(every: float) -> float:
    """Seconds until the next whole multiple of ``every``: all that looks around at rest does so in one go, and what it runs in
    sleeps between."""
    return every - asyncio.get_running_loop().time() % every


def _cancelling() -> bool:
    here = asyncio.current_task()
    return here is not None and here.cancelling() > 0
