"""Pushes decided in memory, by the very code that decides them in the service: for thousands of orders of arrival."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from channel_events import On, Recorded, Rejected
from channel_testing import Desk as InMemory
from channel_testing import recorded
from msgspec import structs
from orders_inventory.app import SERVICE
from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.application.pushes import received
from orders_inventory.application.reactions import APPLY_PUSHES
from orders_inventory.connectors import Delivery
from orders_inventory.domain.order import ORDER, PARTNER, Order, OrderingPartner, Placement
from orders_inventory.domain.product import PRODUCT, DefineProduct
from orders_inventory.domain.push import PUSH, Outcome, Receive, push_key
from orders_inventory.domain.source import SOURCE, DefineSource, SourceSettings
from orders_inventory.domain.stock import STOCK, ReceiveStock, StockItem
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse

from .pushing import NOW, SETTINGS, raw, topic_of

DAY = date(2016, 1, 1)
P1 = OrderingPartner("p1", "retailer", "chain", "active", (Placement(DAY, "CN-31"),))


class Desk(InMemory):
    """A log in memory with a source ``shop``, a warehouse and stocked products, and a partner p1; a reaction decides what is pushed."""

    def __init__(self, skus: Iterable[str] = ("woo-93", "Bar3"), settings: SourceSettings = SETTINGS, units: int = 100) -> None:
        super().__init__(*SERVICE.deciders, copies={PARTNER: {"p1": P1}})
        self.parked: dict[str, tuple[Recorded, Rejected]] = {}
        self.position = 0
        self.today = NOW.date()
        self.define(settings)
        self.do(On(WAREHOUSE, DefineWarehouse(warehouse="sh", name="sh", on=DAY)))
        for sku in skus:
            self.stock(sku, units)

    def define(self, settings: SourceSettings) -> None:
        self.do(On(SOURCE, DefineSource(source="shop", platform="woocommerce", **structs.asdict(settings), on=DAY)))

    def stock(self, sku: str, units: int) -> None:
        self.do(
            On(PRODUCT, DefineProduct(sku=sku, name=sku, on=DAY)), On(STOCK, ReceiveStock(warehouse="sh", sku=sku, quantity=units, on=DAY))
        )

    async def push(self, body: Any, topic: str | None = None, platform: str = "woocommerce", **headers: str) -> str:
        """Keeps the push and decides it, then whatever waited for what it brought; the push's id."""
        topic = topic or (topic_of(body) if isinstance(body, dict) else "order.updated")
        delivery = Delivery({"x-wc-webhook-topic": topic} | headers, raw(body))
        push = received("shop", CONNECTORS[platform], delivery)
        if self.do(On(PUSH, push_key("shop", push.push_id), Receive(push))):
            self.position += 1
            at = NOW + timedelta(seconds=self.position)
            self._react(recorded(push, position=self.position, recorded_at=at, stream=f"push/shop/{push.push_id}"))
            await self.tend()
        return push.push_id

    async def tend(self) -> None:
        """Tries again what has what it waits for, until nothing moves any more."""
        while True:
            waiting = {stream: APPLY_PUSHES.waits_for(refusal) for stream, (_, refusal) in self.parked.items()}
            arrived = await APPLY_PUSHES.arrived(self, [name for name in waiting.values() if name])
            due = [stream for stream, name in waiting.items() if name in arrived]
            if not due:
                return
            for stream in due:
                self._react(self.parked.pop(stream)[0])

    def redrive(self, push_id: str) -> None:
        self._react(self.parked.pop(f"push/shop/{push_id}")[0])

    def _react(self, event: Recorded) -> None:
        try:
            self.use(APPLY_PUSHES.commands, event, imported=True)
        except Rejected as refusal:
            self.parked[event.stream] = (event, refusal)

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        """What waits ask of PostgreSQL."""
        if "max(version)" in sql:
            return [(stream, len(self.events[stream])) for stream in arguments[0] if stream in self.events]
        if "from unnest" in sql:
            asked = zip(*arguments, strict=True)
            return [{"warehouse": w, "sku": s, "units": n} for w, s, n in asked if self.item(s, w).available >= n]
        raise AssertionError(sql)

    def item(self, sku: str, warehouse: str = "sh") -> StockItem:
        return self.state(STOCK, warehouse).get(sku, StockItem())

    def order(self, number: int | str = 727) -> Order:
        return self.state(ORDER, f"shop:{number}")

    def outcome(self, push_id: str) -> str | None:
        """How a push was settled; the code of its refusal when it is parked."""
        parked = self.parked.get(f"push/shop/{push_id}")
        return self.state(PUSH, push_key("shop", push_id)).outcome if parked is None else parked[1].code

    def books(self) -> dict[str, int]:
        """How many pushes are in each state."""
        pushes = [self.state(PUSH, stream.removeprefix("push/")) for stream in self.events if stream.startswith("push/")]
        tally = {outcome.value: sum(push.outcome is outcome for push in pushes) for outcome in Outcome}
        return {state: count for state, count in tally.items() if count} | {"parked": len(self.parked), "all": len(pushes)}
