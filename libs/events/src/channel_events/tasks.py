"""Ending tasks for certain, and waiting for a moment."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

_AGAIN_SECONDS = 2.0
_LIVELY_SECONDS, _SOON_SECONDS = 1.0, 0.01
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


class Settle:
    """How long after the log grew somebody looks who acts on what views show of it: in ``settle`` seconds they have folded it, and a busy
    log is not looked at for each of its events.

    Who found something a moment ago looks sooner, and again and again until then: where each step lets the next one be done, none of
    them takes a fifth of a second for waiting (test_who_found_something_looks_soon_again).
    """

    def __init__(self) -> None:
        self._found = -_LIVELY_SECONDS
        self._next: float | None = None
        """Of a look that may have been too early: how long after it the next one is."""

    def found(self) -> None:
        """The look that was just had found something."""
        self._found, self._next = time.monotonic(), None

    async def woken(self, event: asyncio.Event, seconds: float, settle: float) -> None:
        """Returns when it is time to look again, within ``seconds``."""
        if self._next is not None:
            await asyncio.sleep(min(self._next, seconds))
            self._next = 2 * self._next if 2 * self._next < settle else None
            return
        soon = time.monotonic() - self._found < _LIVELY_SECONDS
        self._next = _SOON_SECONDS if soon and settle > _SOON_SECONDS else None
        await woken(event, seconds, min(settle, _SOON_SECONDS) if soon else settle)


def next_tick(every: float) -> float:
    """Seconds until the next whole multiple of ``every``: all that looks around at rest does so in one go, and what it runs in
    sleeps between."""
    return every - asyncio.get_running_loop().time() % every


def _cancelling() -> bool:
    here = asyncio.current_task()
    return here is not None and here.cancelling() > 0
