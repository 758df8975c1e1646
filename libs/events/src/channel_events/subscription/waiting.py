"""Waiting until a view has seen a write."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channel_events.view import OwnLog, Topic, View

_EVERY_SECONDS = 0.01
_REACHED = "select partition, position from progress where subscription = $1 and source = $2"


class ViewBehind(Exception):
    """The view has not seen the write in time; ``reached`` is its position by partition."""

    def __init__(self, view: View, reached: Mapping[int, int]) -> None:
        super().__init__(f"view {view.name} has reached {dict(reached)}")
        self.reached = reached


class BadToken(ValueError):
    """Not a token that a write returned."""


def wanted(token: str, source: OwnLog | Topic) -> dict[int, int]:
    """The position to be reached in each partition of ``source``, from a write's token."""
    position, _, tails = token.partition(";")
    try:
        if isinstance(source, OwnLog):
            return {0: int(position)}
        pairs = (pair.split(":") for pair in tails.split(",") if pair)
        return {int(partition): int(at) for partition, at in pairs}
    except ValueError:
        raise BadToken(f"{token!r} is no token of a write") from None


async def wait_for(
    fetch: Callable[..., Awaitable[Any]], view: View, token: str, timeout: float, source: OwnLog | Topic | None = None
) -> None:
    """Returns when ``view`` has applied the write that returned ``token``; `ViewBehind` after ``timeout`` seconds.

    ``fetch`` is that of an asyncpg pool or connection to the view's database. ``source`` is the log the token comes from;
    the view's first one unless given.
    """
    source = source or view.sources[0]
    targets = wanted(token, source)
    until = time.monotonic() + timeout
    while True:
        reached = {row["partition"]: row["position"] for row in await fetch(_REACHED, view.subscription, source.name)}
        if all(reached.get(partition, 0) >= position for partition, position in targets.items()):
            return
        if time.monotonic() > until:
            raise ViewBehind(view, reached)
        await asyncio.sleep(_EVERY_SECONDS)
