"""One question followed live: its values kept up frame by frame, and what each frame changed told to all who asked it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.application.live_frames import Frame, Frames, begin
from metrics.domain.kpi import Kpi
from metrics.domain.question import Question
from metrics.domain.tally import Cell, Grouping, Tally

KEPT_FRAMES = 300
"""What they changed is kept in memory for clients that come back; what is older is made again from the database."""
MOST_GROUPS = 5000
"""In one question."""
MOST_WAITING = 100
"""Events that may wait for a slow client before it is dropped."""


class FrameKind(StrEnum):
    SNAPSHOT = "snapshot"
    CHANGES = "changes"


class Follow(Struct, frozen=True):
    """What somebody wants to follow; ``name`` is the same for the same question."""

    name: str
    kpis: Sequence[Kpi]
    question: Question
    groupings: Sequence[Grouping]


Encode = Callable[[FrameKind, Frame, Follow, Tally, Sequence[Cell]], bytes]
"""Makes the bytes to send of what a frame changed."""


class Client:
    """One connection, with the events it has to be sent."""

    def __init__(self) -> None:
        self.number = 0
        self.ended: str | None = None
        self._events: deque[bytes] = deque()
        self._woken = asyncio.Event()

    def tell(self, number: int, event: bytes) -> None:
        """Of the frame ``number``; what the client was told already is left out. One that takes nothing is dropped."""
        if number > self.number and self.ended is None:
            self.number = number
            self._events.append(event)
            self._woken.set()
            if len(self._events) > MOST_WAITING:
                self.end("too_slow")

    def end(self, reason: str) -> None:
        """The first reason stays. One that is too slow is sent nothing more."""
        if self.ended is None:
            self.ended = reason
            self._woken.set()
            if reason == "too_slow":
                self._events.clear()

    async def next(self, seconds: float) -> bytes | None:
        """The next event; None when there is none for so long, or when it has ended."""
        if not self._events and self.ended is None:
            self._woken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
        return self._events.popleft() if self._events else None


class Behind(Exception):
    """Too much came in since the last frame, or frames of meanwhile are gone: to be tried again a moment later."""


class TooWide(Exception):
    """The question has more than `MOST_GROUPS` groups."""


class Feed:
    """``known`` gives the frames that this process remembers, in order."""

    def __init__(self, follow: Follow, frames: Frames, encode: Encode, known: Callable[[], Sequence[Frame]]) -> None:
        self.follow = follow
        self.clients: set[Client] = set()
        self.users = 0
        self._frames, self._encode, self._known = frames, encode, known
        self._opening = asyncio.Lock()
        self._tally: Tally | None = None
        self._frame: Frame | None = None
        self._shown: tuple[str, bytes] | None = None
        self._told: deque[tuple[str, int, bytes | None]] = deque(maxlen=KEPT_FRAMES)

    @property
    def frame(self) -> Frame:
        """The one its values are at."""
        if self._frame is None:
            raise RuntimeError("the feed is not open yet")
        return self._frame

    async def join(self, after: str | None) -> Client:
        """A client that goes on behind the frame ``after``, or begins with all values: without one, or where it is not known."""
        async with self._opening:
            tally = self._tally or await self._open(after)
            client = Client()
            if not self._resume(client, after) and not (after and await self._resume_from_database(client, after)):
                client.tell(self.frame.number, self._snapshot(tally))
            self.clients.add(client)
            return client

    def advance(self, frame: Frame) -> None:
        """Adds a frame and tells what it changed; nothing while the feed is being opened, which catches up by itself."""
        if self._tally is None or frame.number <= self.frame.number:
            return
        cells = self._tally.add(frame.sums)
        event = self._encode(FrameKind.CHANGES, frame, self.follow, self._tally, cells) if cells else None
        self._note(frame, event)
        if event is not None:
            for client in self.clients:
                client.tell(frame.number, event)

    async def begin_again(self) -> None:
        """Tells everybody all values, when what changed is not known."""
        async with self._opening:
            self._tally = None
            event = self._snapshot(await self._open(None))
            for client in self.clients:
                client.tell(self.frame.number, event)

    async def _open(self, after: str | None) -> Tally:
        """Makes the tally as it was at the frame ``after``, or at the newest one, and adds the frames since.

        Everything there is in one snapshot, less what came in behind the frame: exact, however much comes in meanwhile.
        """
        tally = Tally(self.follow.kpis, self.follow.question, self.follow.groupings)
        async with self._frames.reading() as read:
            frames = await self._frames_from(read, after)
            await begin(read, tally, self.follow.question)
            newer = await self._frames.sums_behind(read, frames[-1])
        if len(tally.totals) > MOST_GROUPS:
            raise TooWide
        if newer is None:
            raise Behind
        for sums in (newer, *(frame.sums for frame in frames[1:])):
            tally.add(sums, -1)
        known = [frame for frame in self._known() if frame.number > frames[-1].number]
        if any(frame.whole or frame.number != frames[-1].number + n for n, frame in enumerate(known, 1)):
            raise Behind
        self._tally = tally
        self._told.clear()
        self._note(frames[0], None)
        for frame in (*frames[1:], *known):
            self.advance(frame)
        return tally

    def _note(self, frame: Frame, event: bytes | None) -> None:
        self._frame = frame
        self._told.append((frame.id, frame.number, event))

    def _snapshot(self, tally: Tally) -> bytes:
        # Made once for all who come at this frame: after a restart everybody does.
        if self._shown is None or self._shown[0] != self.frame.id:
            self._shown = self.frame.id, self._encode(FrameKind.SNAPSHOT, self.frame, self.follow, tally, tally.cells())
        return self._shown[1]

    def _resume(self, client: Client, after: str | None) -> bool:
        """Tells the client what changed since the frame ``after``, if that is in memory."""
        told = list(self._told)
        since = next((n for n, (frame_id, _, _) in enumerate(told) if frame_id == after), None)
        if since is None:
            return False
        client.number = max(client.number, told[since][1])
        for _, number, event in told[since + 1 :]:
            if event is not None:
                client.tell(number, event)
        return True

    async def _resume_from_database(self, client: Client, after: str) -> bool:
        other = Feed(self.follow, self._frames, self._encode, self._known)
        await other._open(after)
        if not other._resume(client, after):
            return False
        # What this feed was told meanwhile; the frames that both have are left out by their number.
        for _, number, event in self._told:
            if event is not None:
                client.tell(number, event)
        client.number = max(client.number, other.frame.number)
        return True

    async def _frames_from(self, read: AsyncConnection, after: str | None) -> list[Frame]:
        """The frame ``after`` and those behind it; the newest one alone, if it is not there or what came since is not known."""
        number = int(after.partition("-")[0]) if after else None
        if number is not None:
            frames = await self._frames.behind(read, number - 1)
            if frames and frames[0].id == after and not any(frame.whole for frame in frames[1:]):
                return frames
        return [await self._frames.newest(read)]
