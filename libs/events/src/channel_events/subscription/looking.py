"""Looking at progress for everybody who waits for it: as many as they are, the database is asked once at a time."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Any

Fetch = Callable[..., Awaitable[Any]]
Places = Mapping[int, int]
"""Position by partition."""

_SHORTEST, _LONGEST, _GROWTH = 0.01, 0.2, 2
"""Seconds between two looks: short when somebody has just come or something moved here, then longer and longer."""

_REACHED = "select subscription, source, partition, position from progress where subscription = any($1::text[])"

_pollers: dict[Fetch, "Poller"] = {}


def looking(fetch: Fetch) -> "Poller":
    """The one that looks by ``fetch``: equal ones are the same database."""
    return _pollers.get(fetch) or Poller(fetch)


def moved(subscription: str) -> None:
    """Says that a subscription of this process has moved its progress: who waits for it need not wait for the next look."""
    for poller in _pollers.values():
        if subscription in poller.waiters:
            poller.hurry()


class Waiter:
    """Somebody who waits for a subscription to be at these places of a source; ``answer``: None, or how far it was at the end."""

    __slots__ = ("answer", "places", "source", "until")

    def __init__(self, source: str, places: Places, until: float) -> None:
        self.source, self.places, self.until = source, places, until
        self.answer: asyncio.Future[Places | None] = asyncio.get_running_loop().create_future()

    def look(self, reached: Places, now: float) -> bool:
        """Whether the waiting is over."""
        if self.answer.done():
            return True
        there = all(reached.get(partition, 0) >= position for partition, position in self.places.items())
        if there or now >= self.until:
            self.answer.set_result(None if there else reached)
        return self.answer.done()


class Poller:
    """Looks as long as anybody waits. One task and one statement at a time, whoever waits for what."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.waiters: dict[str, set[Waiter]] = {}
        """By subscription; none is empty."""
        self._called = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def hurry(self) -> None:
        """Looks at once, or as soon as it may."""
        self._called.set()

    async def wait(self, subscription: str, source: str, places: Places, timeout: float) -> Places | None:
        """None when the subscription is at these places; after ``timeout`` seconds how far it is. Raises what ``fetch`` raises."""
        waiter = Waiter(source, places, asyncio.get_running_loop().time() + timeout)
        self.waiters.setdefault(subscription, set()).add(waiter)
        self.hurry()
        if self._task is None:
            _pollers[self._fetch] = self
            # In a context of its own: it goes on for others when the request that happened to come first is answered.
            self._task = asyncio.create_task(self._run(), name="looking", context=Context())
        try:
            return await waiter.answer
        finally:
            self._forget(subscription, {waiter})

    def _forget(self, subscription: str, waiters: set[Waiter]) -> None:
        left = self.waiters.get(subscription, set()) - waiters
        if left:
            self.waiters[subscription] = left
        else:
            self.waiters.pop(subscription, None)
        if not self.waiters:
            self.hurry()  # to end

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = _SHORTEST
        try:
            while self.waiters:
                if self._called.is_set():
                    self._called.clear()
                    pause = _SHORTEST
                await self._look(clock)
                if not self.waiters:
                    break
                await asyncio.sleep(_SHORTEST)  # however often it is called
                first = min((waiter.until for waiters in self.waiters.values() for waiter in waiters), default=0.0)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(min(clock() + pause - _SHORTEST, first)):
                        await self._called.wait()
                pause = min(_GROWTH * pause, _LONGEST)
        finally:
            _pollers.pop(self._fetch, None)
            self._task = None

    async def _look(self, clock: Callable[[], float]) -> None:
        try:
            rows = await self._fetch(_REACHED, sorted(self.waiters))
        except Exception as error:
            for waiter in [waiter for waiters in self.waiters.values() for waiter in waiters]:
                if not waiter.answer.done():
                    waiter.answer.set_exception(error)
            self.waiters.clear()
            return
        reached: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for row in rows:
            reached[row["subscription"], row["source"]][row["partition"]] = row["position"]
        now = clock()
        for subscription, waiters in list(self.waiters.items()):
            self._forget(subscription, {waiter for waiter in waiters if waiter.look(reached[subscription, waiter.source], now)})
