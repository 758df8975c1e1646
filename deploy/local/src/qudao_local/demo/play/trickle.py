"""Live orders of today, placed one by one like a shop would: paced to measure freshness, then on until Ctrl-C."""

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.masters import each
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

_ASSORTMENT = 12
_PRICES = ("19.90", "49.00", "129.00", "399.00")
BLOCK = 50
"""Orders whose stock is received at once."""


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """A body for the order door, and the stock that it takes."""

    body: dict[str, Any]
    stock: Counter[tuple[str, str]]


class Trickle:
    """A run of live orders; the same ``source`` and ``run`` give the same orders, so they are placed only once."""

    def __init__(self, doors: Doors, scenario: Scenario, source: str, run: str) -> None:
        self._doors = doors
        self._scenario = scenario
        self.source = source
        self._run = run
        self.tally = Tally()

    def orders(self, first: int, count: int) -> list[LiveOrder]:
        return [self._order(number) for number in range(first, first + count)]

    def _order(self, number: int) -> LiveOrder:
        rng = random.Random(f"{self.source}/{self._run}/{number}")  # noqa: S311 (reproducible, not secret)
        warehouse = rng.choice(self._scenario.warehouses).warehouse
        products = rng.sample(self._scenario.products[:_ASSORTMENT], rng.randint(1, 3))
        lines = [{"sku": product.sku, "quantity": rng.randint(1, 4), "unit_price": rng.choice(_PRICES)} for product in products]
        body = {
            "source": self.source,
            "external_id": f"{self._run}-{number:06d}",
            "partner_id": rng.choice(self._scenario.partners).partner_id,
            "currency": self._scenario.currency,
            "warehouse": warehouse,
            "lines": lines,
        }
        return LiveOrder(body, Counter({(warehouse, str(line["sku"])): int(str(line["quantity"])) for line in lines}))

    async def receive_stock(self, orders: list[LiveOrder]) -> None:
        """What these orders will take, so that a trickle of any length never runs short."""
        needed = sum((order.stock for order in orders), Counter[tuple[str, str]]())
        first = orders[0].body["external_id"]

        async def receive(item: tuple[tuple[str, str], int]) -> None:
            (warehouse, sku), quantity = item
            reference = f"{self.source}/{first}"
            body = {"warehouse": warehouse, "sku": sku, "quantity": quantity, "reference": reference}
            await self._doors.post("orders-inventory", "/v1/stock-receipts", body, key=f"{reference}/{warehouse}/{sku}")

        await each(sorted(needed.items()), receive)

    async def place(self, order: LiveOrder) -> Any | None:
        """The receipt, or ``None`` when it was refused; both are counted."""
        try:
            receipt = await self._doors.post("orders-inventory", "/v1/orders", order.body, f"{self.source}/{order.body['external_id']}")
        except Refused as refusal:
            self.tally.refuse(str(refusal), refusal.code)
            return None
        self.tally.accept(repeated=False)
        return receipt

    async def forever(self, per_second: float, reporter: Reporter) -> None:
        """Goes on until cancelled, and says now and then how far it is."""
        for first in itertools.count(step=BLOCK):
            orders = self.orders(first, BLOCK)
            await self.receive_stock(orders)
            for order in orders:
                await self.place(order)
                await asyncio.sleep(1 / per_second)
            reporter.say(f"  live orders: {self.tally}")
