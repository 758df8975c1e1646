"""Waiting until the views have seen a write of another service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channel_events import Rejected, View, ViewBehind, wait_for

Fetch = Callable[..., Awaitable[Any]]
"""``fetch(sql, *parameters)`` of the views' database, each time in a snapshot of its own; who waits by the same is served together."""

PATIENCE_SECONDS = 10.0


async def wait_until_seen(fetch: Fetch, views: Sequence[View], token: str, source: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Returns when every view that reads ``source`` has seen the write that ``token`` names; `Rejected` otherwise:
    ``view_behind`` when the time is up."""
    readers = [(view, one) for view in views for one in view.sources if one.name == source]
    if not readers:
        allowed = sorted({one.name for view in views for one in view.sources})
        raise Rejected("source_unknown", source=source, allowed=", ".join(allowed))
    try:
        await asyncio.gather(*(wait_for(fetch, view, token, patience, one) for view, one in readers))
    except ViewBehind as behind:
        reached = sorted(behind.reached.items())
        raise Rejected("view_behind", position=",".join(f"{partition}:{position}" for partition, position in reached)) from None
