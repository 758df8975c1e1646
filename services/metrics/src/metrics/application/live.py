"""KPI changes told live: one watcher of the frames in a process, a feed for each question, any number of clients."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from channel_events.pure import Rejected

from metrics.application.live_feed import MOST_GROUPS, Behind, Client, Encode, Feed, Follow, TooWide
from metrics.application.live_frames import Frame, Frames

TICK_SECONDS = 0.1
"""Between two looks at the view's progress, and so between two frames at least."""
MOST_CLIENTS = 10
"""Of one caller in one process."""
_REMEMBERED = 100
_TRIES = 20
_PAUSE_SECONDS = 1.0

_log = logging.getLogger("metrics.live")


class Hub:
    """Looks for frames only while somebody follows. ``ending`` is set when the process is about to end."""

    def __init__(self, frames: Frames, encode: Encode, ending: asyncio.Event) -> None:
        self._frames, self._encode, self._ending = frames, encode, ending
        self._feeds: dict[str, Feed] = {}
        self._known: deque[Frame] = deque(maxlen=_REMEMBERED)
        self._callers: Counter[str] = Counter()
        self._starting = asyncio.Lock()
        self._watcher: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def following(self, follow: Follow, after: str | None, caller: str) -> AsyncIterator[tuple[Feed, Client]]:
        """A client of the question's feed, as `Feed.join` makes it; `Rejected` where it cannot be followed."""
        if self._ending.is_set():
            raise Rejected("unavailable")
        if self._callers[caller] >= MOST_CLIENTS:
            raise Rejected("live_limit", limit=MOST_CLIENTS)
        feed = self._feeds.get(follow.name)
        if feed is None:
            feed = self._feeds[follow.name] = Feed(follow, self._frames, self._encode, lambda: self._known)
        feed.users += 1
        self._callers[caller] += 1
        client: Client | None = None
        try:
            await self._watch()
            client = await self._join(feed, after)
            yield feed, client
        finally:
            if client is not None:
                feed.clients.discard(client)
            feed.users -= 1
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]
            if not feed.users:
                del self._feeds[follow.name]

    async def _join(self, feed: Feed, after: str | None) -> Client:
        for _ in range(_TRIES):
            try:
                return await feed.join(after)
            except Behind:
                await asyncio.sleep(TICK_SECONDS)
            except TooWide:
                raise Rejected("live_too_wide", limit=MOST_GROUPS) from None
        raise Rejected("unavailable")

    async def _watch(self) -> None:
        """Sees to it that the watcher runs and knows at least one frame."""
        async with self._starting:
            if self._watcher is None or self._watcher.done():
                self._known.clear()
                while not self._known:
                    self._known.extend(await self._frames.look(None))
                self._watcher = asyncio.create_task(self._run(), name="live")

    async def _run(self) -> None:
        while self._feeds:
            if self._ending.is_set():
                self._end("closing")
                return
            try:
                await self._step()
            except Exception:  # whatever is wrong with the database now may be right a second later
                _log.exception("live changes cannot be read")
                await asyncio.sleep(_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._ending.wait()

    async def _step(self) -> None:
        for frame in await self._frames.look(self._known[-1]):
            if frame.number != self._known[-1].number + 1:
                # Another history of the database: numbers mean nothing any more, everybody has to begin again.
                self._known.clear()
                self._end("history_changed")
            self._known.append(frame)
            for feed in list(self._feeds.values()):
                if frame.whole:
                    await self._again(feed)
                else:
                    feed.advance(frame)

    async def _again(self, feed: Feed) -> None:
        with suppress(Behind):
            await feed.begin_again()
            return
        for client in feed.clients:
            client.end("behind")

    def _end(self, reason: str) -> None:
        for feed in self._feeds.values():
            for client in feed.clients:
                client.end(reason)
