"""Events as the publishers tell them: one by one, and a small brand's history by seed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from channel_events import Recorded
from channel_service.partners import ChildrenAccessGranted, ChildrenAccessRevoked, PartnerApplied, PartnerMoved
from channel_testing import recorded
from metrics.contracts.incentives import LedgerEvent
from metrics.contracts.orders_inventory import (
    AmountCorrected,
    GoodsReturned,
    Line,
    OrderCancelled,
    OrderPlaced,
    ProductDefined,
    ReturnReceived,
    ShipmentHandedOver,
)
from metrics.contracts.partner_registry import TerritoryDefined
from metrics.facts.deliveries import DeliveryConfirmed

MONDAY = date(2026, 1, 5)


def line(number: int = 1, sku: str = "s-1", quantity: int = 2, price: str = "10", discount: str = "0", **more: Any) -> Line:
    return Line(f"l{number}", sku, quantity, Decimal(price), Decimal(discount), **more)


def header(**facts: Any) -> dict[str, Any]:
    plain = {
        "order_id": "direct:1",
        "source": "direct",
        "partner_id": "p-1",
        "channel_type": "retailer",
        "territory": "CN-N",
        "currency": "CNY",
        "warehouse": "w-1",
        "occurred_on": MONDAY,
        "lines": (line(),),
    }
    return {**plain, **facts}


def placed(**facts: Any) -> OrderPlaced:
    return OrderPlaced(**header(**facts))


def cancelled(**facts: Any) -> OrderCancelled:
    return OrderCancelled(**header(**{"placed_on": MONDAY, **facts}))


def shipped(shipment: int = 1, **facts: Any) -> ShipmentHandedOver:
    return ShipmentHandedOver(shipment=shipment, **header(**{"placed_on": MONDAY, **facts}))


def delivered(**facts: Any) -> DeliveryConfirmed:
    return DeliveryConfirmed(**header(**{"placed_on": MONDAY, **facts}))


def returned(**facts: Any) -> ReturnReceived:
    return ReturnReceived(**header(**{"placed_on": MONDAY, **facts}))


def credit(**facts: Any) -> dict[str, Any]:
    header_ = header()
    plain = {name: header_[name] for name in ("source", "partner_id", "channel_type", "territory", "currency", "occurred_on")}
    return {**plain, "credit_id": "erp:CN-1", **facts}


def goods_returned(*lines: Line, **facts: Any) -> GoodsReturned:
    return GoodsReturned(**credit(lines=lines or (line(),), **facts))


def corrected(note: Any = "credit", amount: str = "10", **facts: Any) -> AmountCorrected:
    return AmountCorrected(**credit(note=note, amount=Decimal(amount), **facts))


def told(data: Any, position: int, on: date, *, partition: int = 0) -> Recorded:
    """``data`` as recorded at ``position`` on the day ``on``."""
    return recorded(
        data,
        source="incentives" if isinstance(data, LedgerEvent) else "orders-inventory",
        position=position,
        id=str(UUID(int=position)),
        partition=partition,
        recorded_on=on,
        recorded_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
    )


def sales(seed: int, orders: int) -> list[Recorded]:
    """Orders of 1 to 8 lines over a quarter; some cancelled in part or whole, shipped in one go or two, delivered, returned."""
    return list(_sales(Random(seed), orders))


TERRITORIES = {"CN": None, "CN-N": "CN", "CN-S": "CN", "CN-S-1": "CN-S"}
PARTNERS = {f"p-{n}": (f"p-{n // 2}" if n > 1 else None) for n in range(1, 9)}


def _sales(random: Random, orders: int) -> Iterator[Recorded]:
    position = 0
    for number in range(orders):
        day = MONDAY + timedelta(days=random.randrange(90))
        partner = random.randrange(1, 9)
        shared = header(
            order_id=f"shop:{number}",
            source=random.choice(["shop", "erp"]),
            partner_id=f"p-{partner}",
            channel_type=["distributor", "retailer", "ecommerce"][partner % 3],
            segment=[None, "key", "small"][partner % 3],
            territory=list(TERRITORIES)[partner % 4],
            sales_rep=random.choice([None, "r-1", "r-2"]),
            currency=random.choice(["CNY", "CNY", "USD"]),
            warehouse=random.choice(["w-1", "w-2"]),
        )
        for event in _life(random, shared, day):
            position += 1
            late = random.choice([0, 0, 1, 20])
            yield told(event, position, event.occurred_on + timedelta(days=late), partition=number % 3)


def _life(random: Random, shared: dict[str, Any], day: date) -> Iterator[Any]:
    lines = [
        line(n, f"s-{random.randrange(1, 7)}", random.randrange(1, 9), f"{random.randrange(1, 99999)}e-4", f"{random.randrange(0, 999)}e-7")
        for n in range(1, random.randrange(2, 10))
    ]
    yield OrderPlaced(**{**shared, "occurred_on": day, "lines": tuple(lines)})
    later = {**shared, "placed_on": day}
    fate = random.random()
    if fate < 0.1:
        yield OrderCancelled(**{**later, "occurred_on": day, "lines": tuple(_complete(one) for one in lines)})
        return
    if fate < 0.2 and len(lines) > 1:
        yield OrderCancelled(**{**later, "occurred_on": day + timedelta(days=1), "lines": (_complete(lines.pop()),)})
    first = tuple(_complete(one, random.random() < 0.8) for one in lines)
    yield ShipmentHandedOver(shipment=1, **{**later, "occurred_on": day + timedelta(days=3), "lines": first})
    came = day + timedelta(days=4 + sum(one.quantity for one in lines) % 7)
    yield DeliveryConfirmed(**{**later, "occurred_on": came, "lines": first})
    if rest := tuple(_complete(one) for one in first if not one.complete):
        yield ShipmentHandedOver(shipment=2, **{**later, "occurred_on": day + timedelta(days=9), "lines": rest})
        yield DeliveryConfirmed(**{**later, "occurred_on": day + timedelta(days=30), "lines": rest})
    if random.random() < 0.2:
        yield ReturnReceived(**{**later, "occurred_on": day + timedelta(days=12), "lines": (_complete(random.choice(lines)),)})


def _complete(one: Line, complete: bool = True) -> Line:
    return Line(one.line_id, one.sku, one.quantity, one.unit_price, one.discount, complete)


def products() -> list[Recorded]:
    """Six SKUs in three categories (one has none); s-1 changes its category in February."""
    defined = [(f"s-{n}", ["bikes", "parts", None][n % 3], MONDAY) for n in range(1, 7)]
    defined.append(("s-1", "bikes", date(2026, 2, 1)))
    return [
        told(ProductDefined(sku=sku, name=f"Product {sku}", category=category, occurred_on=on), n, on)
        for n, (sku, category, on) in enumerate(defined, 1)
    ]


def hierarchy() -> list[Recorded]:
    """Territories and partners as trees; p-4 goes from under p-2 to under p-3 in February. p-1 sees its children for a month."""
    events: list[Any] = [
        TerritoryDefined(territory=code, name=f"Territory {code}", parent=parent, occurred_on=MONDAY)
        for code, parent in TERRITORIES.items()
    ]
    events += [
        PartnerApplied(
            partner_id=partner, name=f"Partner {partner}", channel_type="retailer", territory="CN", parent=parent, occurred_on=MONDAY
        )
        for partner, parent in PARTNERS.items()
    ]
    events.append(PartnerMoved(partner_id="p-4", territory="CN", parent="p-3", occurred_on=date(2026, 2, 1)))
    events.append(ChildrenAccessGranted(partner_id="p-1", occurred_on=MONDAY))
    events.append(ChildrenAccessRevoked(partner_id="p-1", occurred_on=date(2026, 2, 5)))
    return [told(event, n, event.occurred_on) for n, event in enumerate(events, 1)]
