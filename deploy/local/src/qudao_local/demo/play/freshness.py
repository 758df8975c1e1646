"""How long an order takes from the answer of its commit until the metrics show it, seen from outside on a paced trickle.

Measured on a trickle and not on the bulk, because a bulk measures how long its own queue is.
"""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.trickle import Trickle

ORDERS = 200
PER_SECOND = 50.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds; ``measured_at`` in UTC."""

    p50: float
    p99: float
    orders: int
    per_second: float
    measured_at: str

    @classmethod
    def of(cls, ages: list[float], per_second: float) -> Self:
        """The percentiles of ``ages``, of which there is at least one."""
        ordered, last = sorted(ages), len(ages) - 1
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return cls(ordered[len(ages) // 2], ordered[min(last, len(ages) * 99 // 100)], len(ages), per_second, now)

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What an earlier run on this data measured."""
        return cls(**json.loads(file.read_text())) if file.exists() else None

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1000:.0f} ms, p99 {self.p99 * 1000:.0f} ms over {self.orders} orders at {self.per_second:.0f}/s"


async def measure(doors: Doors, trickle: Trickle, count: int = ORDERS, per_second: float = PER_SECOND) -> Freshness:
    """Places ``count`` orders at an even pace, none waiting for the one before, and asks for each until it is seen."""
    orders = trickle.orders(0, count)
    await trickle.receive_stock(orders)
    ages: list[float] = []

    async def place_and_see(order: Any) -> None:
        answer = await trickle.place(order)
        if answer is None:
            return
        committed = time.monotonic()
        await doors.get("metrics", "/v1/kpis/orders", source=trickle.source, wait_for=answer["token"])
        ages.append(time.monotonic() - committed)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, order in enumerate(orders):
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            group.create_task(place_and_see(order))
    return Freshness.of(ages, per_second)
