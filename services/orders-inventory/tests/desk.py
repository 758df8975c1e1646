"""Pushes decided in memory, by the very code that decides them in the service: for thousands of orders of arrival."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
from channel_events import On, Recorded, Rejected
from channel_events.pure import event_type
from channel_events.testing import recorded
from orders_inventory.application.pushes import received
from orders_inventory.application.reactions import APPLY_PUSHES
from orders_inventory.connectors import CONNECTORS, Delivery
from orders_inventory.domain.order import ORDER, Order
from orders_inventory.domain.product import PRODUCT, DefineProduct
from orders_inventory.domain.push import PUSH, Outcome, Push, Receive, push_key
from orders_inventory.domain.source import SOURCE, DefineSource, SourceSettings
from orders_inventory.domain.stock import STOCK, ReceiveStock, StockItem
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse

from .pushing import NOW, SETTINGS, raw, topic_of

DAY = date(2016, 1, 1)


class Desk:
    """A log in memory with a source ``shop``, a warehouse and stocked products, and a partner p1."""

    def __init__(self, skus: Iterable[str] = ("woo-93", "Bar3"), settings: SourceSettings = SETTINGS, units: int = 100) -> None:
        self.events: dict[str, list[Any]] = {}
        self.parked: dict[str, tuple[Recorded, Rejected]] = {}
        self.position = 0
        self.write(On(SOURCE, "shop", DefineSource(source="shop", platform="woocommerce", settings=settings, on=DAY)))
        self.write(On(WAREHOUSE, "sh", DefineWarehouse(warehouse="sh", name="sh", territory=None, on=DAY)))
        for sku in skus:
            self.stock(sku, units)

    def stock(self, sku: str, units: int) -> None:
        self.write(On(PRODUCT, sku, DefineProduct(sku=sku, name=sku, category=None, subcategory=None, on=DAY)))
        self.write(On(STOCK, f"sh/{sku}", ReceiveStock(warehouse="sh", sku=sku, quantity=units, reference=None, on=DAY)))

    def write(self, *targets: On) -> list[Any]:
        """All or nothing, as in the log."""
        new: dict[str, list[Any]] = {}
        for target in targets:
            so_far = self.events.get(target.stream, []) + new.get(target.stream, [])
            new.setdefault(target.stream, []).extend(target.decider.decide(target.command, target.decider.fold(so_far)))
        for stream, events in new.items():
            self.events.setdefault(stream, []).extend(events)
        return [event for events in new.values() for event in events]

    async def push(self, body: Any, topic: str | None = None, platform: str = "woocommerce", **headers: str) -> str:
        """Keeps the push and decides it, then whatever waited for what it brought; the push's id."""
        topic = topic or (topic_of(body) if isinstance(body, dict) else "order.updated")
        delivery = Delivery({"x-wc-webhook-topic": topic} | headers, raw(body))
        push = received("shop", CONNECTORS[platform], delivery)
        if self.write(On(PUSH, push_key("shop", push.push_id), Receive(push))):
            self.position += 1
            at = NOW + timedelta(seconds=self.position)
            await self._decide(recorded(push, position=self.position, recorded_at=at, stream=f"push/shop/{push.push_id}"))
            await self.tend()
        return push.push_id

    async def tend(self) -> None:
        """Tries again what has what it waits for, until nothing moves any more."""
        assert APPLY_PUSHES.waits_for
        assert APPLY_PUSHES.arrived
        while True:
            waiting = {stream: APPLY_PUSHES.waits_for(refusal) for stream, (_, refusal) in self.parked.items()}
            arrived = await APPLY_PUSHES.arrived(self, [name for name in waiting.values() if name])
            due = [stream for stream, name in waiting.items() if name in arrived]
            if not due:
                return
            for stream in due:
                await self._decide(self.parked.pop(stream)[0])

    async def redrive(self, push_id: str) -> None:
        await self._decide(self.parked.pop(f"push/shop/{push_id}")[0])

    async def _decide(self, event: Recorded) -> None:
        assert APPLY_PUSHES.look
        try:
            found = await APPLY_PUSHES.look(self, event)
            self.write(*APPLY_PUSHES.targets(event, found))
        except Rejected as refusal:
            self.parked[event.stream] = (event, refusal)

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        """What `look` and `arrived` ask of PostgreSQL."""
        if "from event where stream = $1" in sql:
            return [
                {"type": event_type(type(one)).type, "data": msgspec.json.encode(one), "version": n}
                for n, one in enumerate(self.events.get(arguments[0], []), start=1)
            ]
        if "max(version)" in sql:
            return [(stream, len(self.events[stream])) for stream in arguments[0] if stream in self.events]
        if "join partner_place" in sql:
            known = {
                "partner_id": "p1",
                "channel_type": "retailer",
                "segment": "chain",
                "status": "active",
                "since": DAY,
                "territory": "CN-31",
            }
            return [known] if arguments[0] == "p1" else []
        if "from unnest" in sql:
            asked = zip(*arguments, strict=True)
            return [{"warehouse": w, "sku": s, "units": n} for w, s, n in asked if self.item(s, w).available >= n]
        raise AssertionError(sql)

    def item(self, sku: str, warehouse: str = "sh") -> StockItem:
        return STOCK.fold(self.events.get(f"stock/{warehouse}/{sku}", []))

    def order(self, number: int | str = 727) -> Order:
        return ORDER.fold(self.events.get(f"order/shop:{number}", []))

    def outcome(self, push_id: str) -> str | None:
        """How a push was settled; the code of its refusal when it is parked."""
        stream = f"push/shop/{push_id}"
        if stream in self.parked:
            return self.parked[stream][1].code
        settled: Push = PUSH.fold(self.events[stream])
        return settled.outcome

    def books(self) -> dict[str, int]:
        """How many pushes are in each state."""
        pushes = [PUSH.fold(events) for stream, events in self.events.items() if stream.startswith("push/")]
        tally = {outcome.value: sum(push.outcome is outcome for push in pushes) for outcome in Outcome}
        return {state: count for state, count in tally.items() if count} | {"parked": len(self.parked), "all": len(pushes)}
