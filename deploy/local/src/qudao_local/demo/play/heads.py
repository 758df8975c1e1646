"""Tells a command's first answer from a repeated one: the answer to a repeated key is the first one's, to the letter.

But it names the events that were written, and those of an earlier run lie below the head that its log had when this run began.
"""

from collections.abc import Mapping
from typing import Any, Self

from qudao_local.demo.play.doors import Doors

SERVICES = ("partner-registry", "orders-inventory")


class Heads:
    """Where the logs stood when the run began: per service the position of its last event, 0 when there was none."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._positions = positions

    @classmethod
    async def of(cls, doors: Doors, services: tuple[str, ...] = SERVICES) -> Self:
        return cls({service: await head_of(doors, service) for service in services})

    def is_repeated(self, service: str, receipt: Mapping[str, Any]) -> bool:
        """Whether the receipt's command changed nothing in this run."""
        return all(event["position"] <= self._positions[service] for event in receipt["events"])


async def all_told_by(doors: Doors, service: str) -> str:
    """The token of everything that the service has told by now: a view that has seen it lacks nothing.

    Its last public event in each partition of the topic, looked for from the end of the log on.
    """
    # Here, because it takes most of a second, which only a play has to spare.
    from channel_events.partition import PARTITIONS, partition_of  # import-rule: a token names partitions, and no answer tells them

    head = await head_of(doors, service)
    tails: dict[int, int] = {}
    until = head
    while until and len(tails) < PARTITIONS:
        after = max(0, until - _PAGE)
        page = await doors.get(service, "/v1/events", after=after, limit=_PAGE)
        for event in page["items"]:
            if event["public"] and event["position"] <= until:
                at = partition_of(event["stream"])
                tails[at] = max(tails.get(at, 0), event["position"])
        until = after
    return f"{head};" + ",".join(f"{partition}:{position}" for partition, position in sorted(tails.items()))


_PAGE = 200
"""Events on a page of the log."""


async def head_of(doors: Doors, service: str) -> int:
    """Found by halving: whether there are events behind a position is all that the door tells cheaply."""

    async def more_after(position: int) -> bool:
        page = await doors.get(service, "/v1/events", after=position, limit=1)
        return bool(page["items"])

    if not await more_after(0):
        return 0
    low, high = 0, 1
    while await more_after(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if await more_after(middle):
            low = middle
        else:
            high = middle
    return high
