"""Tells a command's first answer from a repeated one: the answer to a repeated key is the first one's, to the letter.

But it names the events that were written, and those of an earlier run lie below the head that its log had when this run began.
"""

from collections.abc import Mapping
from typing import Any, Self

from qudao_local.demo.play.doors import Doors


class Heads:
    """Where the logs stood when the run began: per service the position of its last event, 0 when there was none."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._positions = positions

    @classmethod
    async def of(cls, doors: Doors, services: tuple[str, ...] = ("partner-registry", "orders-inventory")) -> Self:
        return cls({service: await _head(doors, service) for service in services})

    def is_repeated(self, service: str, receipt: Mapping[str, Any]) -> bool:
        """Whether the receipt's command changed nothing in this run."""
        return all(event["position"] <= self._positions[service] for event in receipt["events"])


async def _head(doors: Doors, service: str) -> int:
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
