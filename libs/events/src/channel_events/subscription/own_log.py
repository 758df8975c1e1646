"""The service's own log as a source: one partition, a position as cursor; needs no broker."""

import asyncio
from typing import Any

from channel_events.envelope import COLUMNS, from_row
from channel_events.log.streams import fitting
from channel_events.pure import Registry
from channel_events.subscription.links import Place
from channel_events.subscription.progress import Progress
from channel_events.subscription.step import Step
from channel_events.tasks import next_tick, woken

PARTITION = 0
LIMIT = 4_000
FIRST_LIMIT = 200
WINDOW = 20_000
"""Events looked at by one statement, whether or not they are of the types asked for: of a long log that has few of them a
statement would else read all, and never come to its end in time."""
POLL_SECONDS, TOLD_SECONDS = 0.25, 2.0
"""Between two looks; the second where the log tells when it grew, and only a word that was lost makes anybody wait for a look."""
PASSING_SECONDS = 0.05
"""After events that are all passed over the next look waits so long: else each append of others would cost a transaction here."""
_APART, _APART_SECONDS = 2, 0.02
"""After events that were applied it waits so many times as long as that took, and no longer: a log that grows all the time is followed
by few rounds of many events, and by all views of a process in a part of its time. The first event after a pause waits for nothing."""

_AFTER = f"select {COLUMNS} from event where position > $1 order by position limit $2"
_SOME_AFTER = f"""
with looked (upper, count) as (
  select max(position), count(*) from (select position from event where position > $1 order by position limit $4) as one
)
select {COLUMNS}, count as looked from event, looked
 where position > $1 and position <= upper and (type = any($3::text[]) or position = upper)
 order by position limit $2
"""
# The last event looked at comes whatever it is, so that the reader's place is there too: who waits for a write waits for its
# position, and what was passed over is not looked at again.


class OwnLogSource:
    """Reads behind the position applied, at once when ``wake`` is set, else every ``poll`` seconds.

    ``some``: of all events only those of this registry matter.
    """

    def __init__(
        self,
        connection: Any,
        service: str,
        registry: Registry,
        wake: asyncio.Event | None,
        progress: Progress,
        *,
        some: Registry | None = None,
        poll: float = POLL_SECONDS,
    ) -> None:
        self._connection, self._service, self._registry = connection, service, some or registry
        self._statement = _AFTER if some is None else _SOME_AFTER
        self._given: tuple[Any, ...] = () if some is None else (list(some.types), WINDOW)
        self._limit = FIRST_LIMIT
        self._wake, self._poll = wake or asyncio.Event(), poll
        self._progress = progress
        self._wait = self._passing = False
        self._came = False
        self._looked = 0.0
        self.caught_up = self.near = False
        self.seen = progress.place.position

    async def read(self) -> list[Step]:
        """The next events, in order; empty after a moment without any."""
        clock = asyncio.get_running_loop().time
        if self._wait:
            rested = clock() + self._rest(clock() - self._looked)
            await woken(self._wake, POLL_SECONDS if self._came else next_tick(self._poll))  # soon: that it is caught up shows at a look
            await asyncio.sleep(rested - clock())
        self._looked = clock()
        self._wake.clear()  # before the look: what is appended during it sets the event again
        limit = self._limit
        rows = await self._connection.fetch(self._statement, self._progress.place.position, limit, *self._given)
        more = len(rows) == limit or bool(rows and self._given and rows[0]["looked"] == WINDOW)
        self._limit = min(LIMIT, fitting(rows, limit))
        self._wait = self.caught_up = self.near = not more
        self._passing = not more and bool(rows) and self._given != () and all(row["type"] not in self._registry.types for row in rows)
        self._came = bool(rows)
        if not rows:
            return []
        events = [from_row(self._service, self._registry, row) for row in rows]
        last = events[-1]
        self.seen = last.position
        return [Step(PARTITION, events, [None] * len(events), Place(last.position, last.id), None)]

    def _rest(self, took: float) -> float:
        """For how long it does not look again after a look whose events ``took`` so long."""
        if self._passing:
            return PASSING_SECONDS
        return min(_APART * took, _APART_SECONDS) if self._came else 0.0

    def committed(self, progress: Progress) -> None:
        self._progress = progress

    async def hold(self, _partition: int, _offset: int | None) -> None:
        """It reads behind what was committed anyway."""

    def go_on(self, _partition: int) -> None:
        pass
