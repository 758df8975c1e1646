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
from metrics.views.changes import add_frame, forget_frames, frames_query, grouped_query, newest_query, reached_query, sums_since
from metrics.views.sales import SALES

KEPT_MINUTES = 15
"""How long a frame is kept, and so for how long a client may be away without having to begin again."""
MOST_FACTS = 20_000
"""In a frame; with more it is `Frame.whole`: telling the values anew is cheaper than telling what changed."""
_FORGET_EVERY = 100

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
_SUMS = msgspec.json.Decoder(list[Sums])
_REACHED = msgspec.json.Decoder(dict[int, int])


class Frame(msgspec.Struct, frozen=True):
    """``mark`` tells it from a frame with this number in another history of the database. ``whole``: what changed is not in
    it, everything has to be asked again."""

    number: int
    mark: str
    of: str
    reached: Mapping[int, int]
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
            reached = await reached_of(read)
            if last is not None and last.reached == reached and last.of == SALES.subscription:
                return frames
            draft = await _draft(read, last, reached)
        taken = await self._take(draft)
        return frames if taken is None else [*frames, taken]

    async def _take(self, draft: Mapping[str, Any]) -> Frame | None:
        """None when another process was quicker: the next look finds its frame."""
        async with self._writing() as write:
            made = (await write.execute(add_frame(draft))).one_or_none()
            if made is not None and draft["number"] % _FORGET_EVERY == 0:
                await write.execute(forget_frames(KEPT_MINUTES))
        return None if made is None else _frame({**draft, "mark": made.mark, "taken_at": made.taken_at})


async def reached_of(read: AsyncConnection) -> dict[int, int]:
    """How far the view is, by partition."""
    return {row.partition: row.position for row in (await read.execute(reached_query())).all()}


async def frames_behind(read: AsyncConnection, after: int) -> list[Frame]:
    return [_frame(row) for row in (await read.execute(frames_query(after))).mappings().all()]


async def newest_frame(read: AsyncConnection) -> Frame:
    newest = (await read.execute(newest_query())).one()
    return (await frames_behind(read, newest.number - 1))[0]


async def sums_behind(read: AsyncConnection, frame: Frame, reached: Mapping[int, int]) -> list[Sums] | None:
    """Sums of the facts that came in after ``frame``; None when they are too many."""
    since = {partition: frame.reached.get(partition, 0) for partition in reached}
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


async def _draft(read: AsyncConnection, last: Frame | None, reached: Mapping[int, int]) -> dict[str, Any]:
    """The frame to come after ``last``, as the snapshot of ``read`` has it."""
    sums = None if last is None or last.of != SALES.subscription else await sums_behind(read, last, reached)
    return {
        "number": last.number + 1 if last else 1,
        "of": SALES.subscription,
        "reached": msgspec.json.encode(reached).decode(),
        "whole": sums is None,
        "sums": msgspec.json.encode(sums or []).decode(),
    }


def _frame(row: Mapping[Any, Any]) -> Frame:
    return Frame(
        number=row["number"],
        mark=row["mark"],
        of=row["of"],
        reached=_REACHED.decode(row["reached"]),
        whole=row["whole"],
        sums=_SUMS.decode(row["sums"]),
        taken_at=row["taken_at"],
    )
