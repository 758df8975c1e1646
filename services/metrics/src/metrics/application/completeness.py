"""Whether an answer is made of all that happened, as far as can be known here, and what keeps the rest away."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum

from channel_events import View
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.views.standing import PARKED, standing_query


class Reason(StrEnum):
    """Why facts may be missing; all but the last want a person.

    `FORKED`: the source's history is another one than that taken in. `INCOMPLETE`: its topic has a gap. `PARKED`: events wait,
    because they could not be taken in. `NEVER_SEEN`: nothing has ever come from there. `BEHIND`: more than a batch is on its
    way, or whether anything is cannot be seen now.
    """

    FORKED = "forked"
    INCOMPLETE = "incomplete"
    PARKED = PARKED
    NEVER_SEEN = "never_seen"
    BEHIND = "behind"


class Lack(Struct, frozen=True):
    view: str
    source: str
    reason: Reason


class Completeness(Struct, frozen=True):
    """``complete``: nothing is lacking; None where that cannot be known, because another process takes the events in."""

    complete: bool | None
    lacks: Sequence[Lack]


FRESH_SECONDS = 1.0
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Near = Callable[[View, str], bool | None]
"""Whether a view has all but a batch of what its source, by name, has sent; None where another process knows."""


class ViewStates:
    """Where views stand, looked at once in `FRESH_SECONDS` however many ask: a look costs as much as a small question."""

    def __init__(self, views: Sequence[View], connect: Connect) -> None:
        self._views, self._connect = views, connect
        self._found: dict[tuple[str, str], dict[str, int]] = {}
        self._looked, self._looking = -math.inf, asyncio.Lock()

    async def of(self, views: Sequence[View], near: Near) -> Completeness:
        """Of what is made of these views. Asked before the answer is: all that was here at the look is in it."""
        async with self._looking:
            if (now := time.monotonic()) - self._looked > FRESH_SECONDS:
                await self._look()
                self._looked = now
        lacks, known = [], True
        for view in views:
            for source in view.sources:
                stands, coming = self._found.get((view.subscription, source.name), {}), near(view, source.name)
                reasons = [reason for reason in (Reason.FORKED, Reason.INCOMPLETE, Reason.PARKED) if reason in stands]
                if not any(stands.values()):
                    reasons.append(Reason.NEVER_SEEN)
                elif coming is False and not {Reason.FORKED, Reason.INCOMPLETE} & stands.keys():
                    reasons.append(Reason.BEHIND)
                lacks += [Lack(view.name, source.name, reason) for reason in reasons]
                known = known and coming is not None
        return Completeness(False if lacks else True if known else None, lacks)

    async def _look(self) -> None:
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        async with self._connect() as read:
            for row in await read.execute(standing_query(self._views)):
                found[row.subscription, row.source][row.state] = row.position
        self._found = found
