"""Taking frames, and reading them: see `metrics.views.changes`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.domain.kpi import Dated
from metrics.domain.question import Question
from metrics.domain.tally import Grouped, Sums, Tally
from metrics.views.changes import (
    add_frame,
    build_query,
    forget_frames,
    frames_query,
    grouped_query,
    newest_query,
    reached_query,
    still_parked_query,
    sums_since,
)
from metrics.views.sales import SALES

KEPT_MINUTES = 15
"""How long a frame is kept, and so for how long a client may be away without having to begin again."""
MOST_FACTS = 20_000
"""In a frame; with more it is `Frame.whole`: telling the values anew is cheaper than telling what changed."""
_FORGET_EVERY = 100

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
_SUMS = msgspec.json.Decoder(list[Sums])
_REACHED = msgspec.json.Decoder(dict[int, int])


class Reach(msgspec.Struct, frozen=True):
    """How far a build of the view is: its positions by partition, and how many of its events are parked."""

    of: str
    reached: Mapping[int, int]
    parked: int


class Frame(Reach, frozen=True, kw_only=True):
    """``mark`` tells it from a frame with this number in another history of the database. ``whole``: what changed is not in
    it, everything has to be asked again."""

    number: int
    mark: str
    whole: bool
    sums: Sequence[Sums]
    taken_at: datetime

    @property
    def id(self) -> str:
        return f"{self.number}-{self.mark}"


class Frames:
    """The frames of one database. ``reading`` gives connections that see one snapshot, ``writing`` such as commit by themselves."""

    def __init__(self, reading: Connect, writing: Connect) -> None:
        self.reading, self._writing = reading, writing

    async def look(self, known: Frame | None) -> list[Frame]:
        """The frames behind ``known`` (the newest one alone, when nothing is known), one taken now if the view has moved."""
        frames: list[Frame]
        async with self.reading() as read:
            newest = (await read.execute(newest_query())).one_or_none()
            if newest is None:
                last, frames = None, []
            elif known is not None and (newest.number, newest.mark) == (known.number, known.mark):
                last, frames = known, []
            else:
                # A known frame that the database is not behind is of a history that it no longer has.
                frames = await frames_behind(read, min(known.number, newest.number - 1) if known else newest.number - 1)
                last = frames[-1]
            now = await reach_of(read)
            if last is not None and (last.of, last.reached, last.parked) == (now.of, now.reached, now.parked):
                return frames
            draft = await _draft(read, last, now)
        taken = await self._take(draft)
        return frames if taken is None else [*frames, taken]

    async def _take(self, draft: Mapping[str, Any]) -> Frame | None:
        """None when another process was quicker: the next look finds its frame."""
        async with self._writing() as write:
            made = (await write.execute(add_frame(draft))).one_or_none()
            if made is not None and draft["number"] % _FORGET_EVERY == 0:
                await write.execute(forget_frames(KEPT_MINUTES))
        return None if made is None else _frame({**draft, "mark": made.mark, "taken_at": made.taken_at})


async def reach_of(read: AsyncConnection) -> Reach:
    build = await read.scalar(build_query())
    rows = (await read.execute(reached_query())).all()
    return Reach(f"{SALES.subscription}_b{build or 0}", {row.partition: row.position for row in rows}, rows[0].parked if rows else 0)


async def frames_behind(read: AsyncConnection, after: int) -> list[Frame]:
    return [_frame(row) for row in (await read.execute(frames_query(after))).mappings().all()]


async def newest_frame(read: AsyncConnection) -> Frame:
    newest = (await read.execute(newest_query())).one()
    return (await frames_behind(read, newest.number - 1))[0]


async def sums_behind(read: AsyncConnection, frame: Frame) -> list[Sums] | None:
    """Sums of the facts that came in after ``frame``; None when they are too many, or not only behind its positions."""
    now = await reach_of(read)
    if frame.of != now.of or (frame.parked and await read.scalar(still_parked_query(frame.reached)) < frame.parked):
        return None
    since = {partition: frame.reached.get(partition, 0) for partition in now.reached}
    rows = (await read.execute(sums_since(since, MOST_FACTS + 1))).mappings().all()
    sums = [Sums(**row) for row in rows]
    return None if sum(one.lines for one in sums) > MOST_FACTS else sums


async def begin(read: AsyncConnection, tally: Tally, question: Question) -> None:
    """Fills an empty tally with all there is in the snapshot of ``read``."""
    for by in tally.groupings:
        for dated in Dated:
            kinds = {kind for kpi in tally.kpis.values() if kpi.dated is dated for kind in kpi.kinds}
            if kinds:
                rows = (await read.execute(grouped_query(question, by, dated, sorted(kinds)))).mappings().all()
                tally.begin(by, dated, [(tuple(row[f"g{n}"] for n in range(len(by))), _grouped(row)) for row in rows])


def _grouped(row: Mapping[Any, Any]) -> Grouped:
    return Grouped(**{name: row[name] for name in Grouped.__struct_fields__})


async def _draft(read: AsyncConnection, last: Frame | None, now: Reach) -> dict[str, Any]:
    """The frame to come after ``last``, as the snapshot of ``read`` has it."""
    sums = None if last is None else await sums_behind(read, last)
    return {
        "number": last.number + 1 if last else 1,
        "of": now.of,
        "reached": msgspec.json.encode(now.reached).decode(),
        "parked": now.parked,
        "whole": sums is None,
        "sums": msgspec.json.encode(sums or []).decode(),
    }


def _frame(row: Mapping[Any, Any]) -> Frame:
    return Frame(
        number=row["number"],
        mark=row["mark"],
        of=row["of"],
        parked=row["parked"],
        reached=_REACHED.decode(row["reached"]),
        whole=row["whole"],
        sums=_SUMS.decode(row["sums"]),
        taken_at=row["taken_at"],
    )
