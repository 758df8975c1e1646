"""Taking frames, and reading them: see `metrics.views.changes`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.domain.facts import Facts
from metrics.domain.question import Question
from metrics.domain.tally import Tally
from metrics.views import changes
from metrics.views.fact_tables import tables_of

KEPT_MINUTES = 15
"""How long a frame is kept, and so for how long a client may be away without having to begin again."""
MOST_FACTS = 20_000
"""Of one kind in a frame; with more it is `Frame.whole`: telling the values anew is cheaper than telling what changed."""
_FORGET_EVERY = 100

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
NewSums = Mapping[str, Sequence[Any]]
"""By the name of facts, `Facts.sums` of those that came in."""


class Reach(msgspec.Struct, frozen=True):
    """How far a build of a view is: its positions by partition, and how many of its events are parked."""

    build: int = 0
    reached: Mapping[int, int] = {}
    parked: int = 0


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """``mark`` tells it from a frame with this number in another history of the database. ``reach`` is by the view's
    subscription. ``whole``: what changed is not in it, everything has to be asked again."""

    number: int
    mark: str
    reach: Mapping[str, Reach]
    whole: bool
    sums: NewSums
    taken_at: datetime

    @property
    def id(self) -> str:
        return f"{self.number}-{self.mark}"


_REACH = msgspec.json.Decoder(dict[str, Reach])


class Frames:
    """The frames of one database, of these facts. ``reading`` gives connections that see one snapshot, ``writing`` such as
    commit by themselves."""

    def __init__(self, facts: Sequence[Facts], reading: Connect, writing: Connect) -> None:
        self.reading, self._writing = reading, writing
        self._tables = [tables_of(one) for one in facts]
        # Of each row only what is of these facts: a process of the next version may know of more.
        fields: Any = [(one.name, list.__class_getitem__(one.sums), msgspec.field(default_factory=list)) for one in facts]
        self._sums = msgspec.json.Decoder(msgspec.defstruct("AllSums", fields))

    async def look(self, known: Frame | None) -> list[Frame]:
        """The frames behind ``known`` (the newest one alone, when nothing is known), one taken now if a view has moved."""
        frames: list[Frame]
        async with self.reading() as read:
            newest = (await read.execute(changes.newest_query())).one_or_none()
            if newest is None:
                last, frames = None, []
            elif known is not None and (newest.number, newest.mark) == (known.number, known.mark):
                last, frames = known, []
            else:
                # A known frame that the database is not behind is of a history that it no longer has.
                frames = await self.behind(read, min(known.number, newest.number - 1) if known else newest.number - 1)
                last = frames[-1]
            now = await self._reach(read)
            if last is not None and now.items() <= last.reach.items():
                return frames
            sums = None if last is None else await self.sums_behind(read, last, now)
        taken = await self._take(last, now, sums)
        return frames if taken is None else [*frames, taken]

    async def _take(self, last: Frame | None, now: Mapping[str, Reach], sums: NewSums | None) -> Frame | None:
        """The frame to come after ``last``. None when another process was quicker: the next look finds its frame."""
        draft: dict[str, Any] = {
            "number": last.number + 1 if last else 1,
            # What this process does not know of stays where it was, for those who do.
            "reach": msgspec.json.encode({**(last.reach if last else {}), **now}).decode(),
            "whole": sums is None,
            "sums": msgspec.json.encode(sums or {}).decode(),
        }
        async with self._writing() as write:
            made = (await write.execute(changes.add_frame(draft))).one_or_none()
            if made is not None and draft["number"] % _FORGET_EVERY == 0:
                await write.execute(changes.forget_frames(KEPT_MINUTES))
        return None if made is None else self._frame({**draft, "mark": made.mark, "taken_at": made.taken_at})

    async def behind(self, read: AsyncConnection, after: int) -> list[Frame]:
        """The frames behind that number."""
        return [self._frame(row) for row in (await read.execute(changes.frames_query(after))).mappings().all()]

    async def newest(self, read: AsyncConnection) -> Frame:
        newest = (await read.execute(changes.newest_query())).one()
        return (await self.behind(read, newest.number - 1))[0]

    async def sums_behind(self, read: AsyncConnection, frame: Frame, now: Mapping[str, Reach] | None = None) -> NewSums | None:
        """Sums of the facts that came in after ``frame``; None when they are too many, or not only behind its positions."""
        now = now or await self._reach(read)
        sums = {}
        for tables in self._tables:
            before, name = frame.reach.get(tables.view.subscription, Reach()), tables.view.subscription
            if before == now[name]:
                continue
            if before.build != now[name].build:
                return None
            if before.parked and await read.scalar(changes.still_parked_query(tables, before.reached)) < before.parked:
                return None
            since = {partition: before.reached.get(partition, 0) for partition in now[name].reached}
            rows = (await read.execute(changes.sums_since(tables, since, MOST_FACTS + 1))).mappings().all()
            sums[tables.facts.name] = [tables.facts.sums(**row) for row in rows]
            if sum(row["lines"] for row in rows) > MOST_FACTS:
                return None
        return sums

    async def _reach(self, read: AsyncConnection) -> dict[str, Reach]:
        found: dict[str, Any] = {tables.view.subscription: Reach() for tables in self._tables}
        for row in await read.execute(changes.reach_query(self._tables)):
            found[row.subscription] = Reach(row.build, {**found[row.subscription].reached, row.partition: row.position}, row.parked)
        return found

    def _frame(self, row: Mapping[Any, Any]) -> Frame:
        sums = msgspec.structs.asdict(self._sums.decode(row["sums"]))
        return Frame(**{**row, "reach": _REACH.decode(row["reach"]), "sums": sums})


async def begin(read: AsyncConnection, tally: Tally, question: Question) -> None:
    """Fills an empty tally with all there is in the snapshot of ``read``."""
    for (facts, dated), kpis in tally.parts.items():
        kinds = sorted({kind for kpi in kpis for kind in kpi.kinds(facts)})
        also = sorted({kpi.quantile.of.name for kpi in kpis if kpi.quantile})
        for by in tally.groupings:
            rows = (await read.execute(changes.grouped_query(tables_of(facts), question, by, dated, kinds, also))).all()
            tally.begin(facts, dated, by, [(tuple(row[: len(by)]), row) for row in rows])
