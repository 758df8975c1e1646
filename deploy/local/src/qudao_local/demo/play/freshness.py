"""How long an order takes from its record until the metrics count it, as the metrics say, on a paced trickle.

Measured on a trickle and not on the bulk, because a bulk measures how long its own queue is.
"""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.trickle import LiveOrder, Trickle

ORDERS = 200
PER_SECOND = 50.0


class NotMeasured(Exception):
    """The paced orders were not counted."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Milliseconds from recorded by orders-inventory to counted by the metrics, of ``orders`` placed at ``per_second``."""

    p50: float
    p99: float
    orders: int
    per_second: float
    measured_at: str

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What an earlier run on this data measured."""
        return cls(**json.loads(file.read_text())) if file.exists() else None

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms over {self.orders} orders at {self.per_second:.0f}/s"


async def measure(doors: Doors, trickle: Trickle, count: int = ORDERS, per_second: float = PER_SECOND) -> Freshness:
    """Places ``count`` orders at an even pace, none waiting for the one before, and asks the metrics how long they took.

    Raises `NotMeasured` when the metrics counted fewer events than orders were placed.
    """
    orders = trickle.orders(0, count)
    await trickle.receive_stock(orders)
    tokens: list[str] = []

    async def place(order: LiveOrder) -> None:
        receipt = await trickle.place(order)
        if receipt is not None:
            tokens.append(receipt["token"])

    since, began = datetime.now(UTC), time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, order in enumerate(orders):
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            group.create_task(place(order))
    # Only now, so that the questions do not compete with what they ask about.
    for token in tokens:
        await doors.get("metrics", "/v1/kpis/orders", source=trickle.source, wait_for=token)
    counted = await doors.get("metrics", "/v1/freshness", since=since.isoformat())
    if not tokens or counted["count"] < len(tokens):
        raise NotMeasured(f"of {len(tokens)} paced orders the metrics counted {counted['count']}")
    return Freshness(counted["p50_ms"], counted["p99_ms"], len(tokens), per_second, f"{since:%Y-%m-%d %H:%M:%S} UTC")
