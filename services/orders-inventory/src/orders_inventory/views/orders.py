"""Orders as a list: who, when, how much, how far."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import BOOLEAN, DATE, INTEGER, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Add, Change, Put, Recorded, Set

from orders_inventory.domain.order import (
    ORDER,
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
    Status,
)
from orders_inventory.views.numbered import number_index

TABLE = Table(
    "orders",
    key=("order_id",),
    columns={
        "order_id": TEXT,
        "source": TEXT,
        "external_id": TEXT,
        "partner_id": TEXT,
        "channel_type": TEXT,
        "segment": TEXT,
        "territory": TEXT,
        "sales_rep": TEXT,
        "currency": TEXT,
        "warehouse": TEXT,
        "placed_on": DATE,
        "confirmed_on": DATE,
        "imported": BOOLEAN,
        "flagged": BOOLEAN,
        "lines": INTEGER,
        "gross": NUMERIC,
        "discount": NUMERIC,
        "units": INTEGER,
        "cancelled": INTEGER,
        "shipped": INTEGER,
        "delivered": INTEGER,
        "returned": INTEGER,
    },
    sums=("units", "cancelled", "shipped", "delivered", "returned"),
    scope="partner_id",
    indexes=[("placed_on", "order_id"), ("partner_id", "placed_on", "order_id")],
)
"""Units by what became of them are sums, so no event needs to know the others; the status is read from them."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case OrderPlaced() as e:
            yield _placed(e)
        case OrderConfirmed() as e:
            yield Set((e.order_id,), confirmed_on=e.occurred_on)
        case OrderCancelled() as e:
            yield Add((e.order_id,), cancelled=_units(e))
        case ShipmentHandedOver() as e:
            yield Add((e.order_id,), shipped=_units(e))
        case DeliveryConfirmed() as e:
            yield Add((e.order_id,), delivered=_units(e))
        case ReturnReceived() as e:
            yield Add((e.order_id,), returned=_units(e))


def _placed(e: OrderPlaced) -> Put:
    return TABLE.put(
        e,
        placed_on=e.occurred_on,
        flagged=bool(e.flags),
        lines=len(e.lines),
        gross=sum(line.quantity * line.unit_price for line in e.lines),
        discount=sum(line.discount for line in e.lines),
        units=_units(e),
    )


def _units(e: Any) -> int:
    return sum(line.quantity for line in e.lines)


ORDERS = View("orders", version=2, of=OwnLog(events=ORDER.events), tables=TABLE, changes=changes)
number_index(TABLE)


_c = TABLE.sql.c


def _status() -> sa.ColumnElement[str]:
    """How far an order is, by the rule of `orders_inventory.domain.order.status` (test_the_list_and_the_order_agree_on_the_status)."""
    ordered = _c.units - _c.cancelled
    return sa.case(
        (ordered == 0, Status.CANCELLED),
        (_c.returned == ordered, Status.RETURNED),
        (_c.returned > 0, Status.PARTIALLY_RETURNED),
        (_c.delivered == ordered, Status.DELIVERED),
        (_c.delivered > 0, Status.PARTIALLY_DELIVERED),
        (_c.shipped == ordered, Status.SHIPPED),
        (_c.shipped > 0, Status.PARTIALLY_SHIPPED),
        (_c.confirmed_on.is_not(None), Status.CONFIRMED),
        else_=Status.PLACED,
    )


STATUS = _status()
ROWS = sa.select(TABLE.sql, STATUS.label("status"))
"""The orders with their status."""
