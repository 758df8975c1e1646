"""Waiting until the views have seen a write of another service."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from channel_events import Rejected, View
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.views.progress import slowest_query

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a connection with a snapshot of its own."""

PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_TOKEN = re.compile(r"[0-9]{1,18};(?:[0-9]{1,4}:[0-9]{1,18}(?:,[0-9]{1,4}:[0-9]{1,18})*)?", re.ASCII)


def positions(token: str) -> dict[int, int]:
    """Position by partition, from a receipt's ``<position>;<partition>:<position>,...``."""
    if not _TOKEN.fullmatch(token):
        raise Rejected("invalid_request", errors=[{"field": "wait_for", "problem": "is no token of a receipt, like 1042;3:1042"}])
    pairs = (pair.split(":") for pair in token.partition(";")[2].split(",") if pair)
    return {int(partition): int(position) for partition, position in pairs}


async def wait_until_seen(reading: Reading, views: Sequence[View], token: str, source: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Returns when every view that reads ``source`` is at the write that ``token`` names; ``view_behind`` when the time is up."""
    readers = [view for view in views if any(one.name == source for one in view.sources)]
    if not readers:
        allowed = sorted({one.name for view in views for one in view.sources})
        raise Rejected("source_unknown", source=source, allowed=", ".join(allowed))
    wanted = positions(token)
    clock = asyncio.get_running_loop().time
    until = clock() + patience
    while behind := await _behind(reading, readers, source, wanted):
        if clock() >= until:
            raise Rejected("view_behind", position=",".join(f"{partition}:{position}" for partition, position in behind.items()))
        await asyncio.sleep(_PAUSE_SECONDS)


async def _behind(reading: Reading, views: Sequence[View], source: str, wanted: Mapping[int, int]) -> dict[int, int]:
    """Where the views are, in those partitions in which they have not come far enough."""
    async with reading() as connection:
        rows = (await connection.execute(slowest_query(views, source))).all()
    reached = {row.partition: row.position for row in rows}
    return {partition: reached.get(partition, 0) for partition, position in wanted.items() if reached.get(partition, 0) < position}
