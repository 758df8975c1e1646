"""Waiting until a view has seen a write."""

from collections.abc import Mapping

from channel_events.subscription.looking import Fetch, looking
from channel_events.view import OwnLog, Topic, View


class ViewBehind(Exception):
    """The view has not seen the write in time; ``reached`` is its position by partition."""

    def __init__(self, view: View, reached: Mapping[int, int]) -> None:
        super().__init__(f"view {view.name} has reached {dict(reached)}")
        self.reached = reached


class BadReceipt(ValueError):
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
        raise BadReceipt(f"{token!r} is no token of a write") from None


async def wait_for(fetch: Fetch, view: View, token: str, timeout: float, source: OwnLog | Topic | None = None) -> None:
    """Returns when ``view`` has applied the write that returned ``token``; `ViewBehind` after ``timeout`` seconds.

    ``fetch`` is that of an asyncpg pool or connection to the view's database. All who wait with the same ``fetch`` are
    served by the same looks: give it as it is, not wrapped anew for each wait. ``source`` is the log the token comes from;
    the view's first one unless given.
    """
    source = source or view.sources[0]
    reached = await looking(fetch).wait(view.subscription, source.name, wanted(token, source), timeout)
    if reached is not None:
        raise ViewBehind(view, reached)
