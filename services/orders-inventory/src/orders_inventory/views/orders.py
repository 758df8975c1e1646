"""Orders as a list: who, when, how much, how far."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import BOOLEAN, DATE, INTEGER, NUMERIC, OWN_LOG, TEXT, Table, View
from channel_events.pure import Add, Change, Put, Recorded, Set

from orders_inventory.domain.order import (
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
)

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
    return Put(
        (e.order_id,),
        source=e.source,
        external_id=e.external_id,
        partner_id=e.partner_id,
        channel_type=e.channel_type,
        segment=e.segment,
        territory=e.territory,
        sales_rep=e.sales_rep,
        currency=e.currency,
        warehouse=e.warehouse,
        placed_on=e.occurred_on,
        imported=e.imported,
        flagged=bool(e.flags),
        lines=len(e.lines),
        gross=sum(line.quantity * line.unit_price for line in e.lines),
        discount=sum(line.discount for line in e.lines),
        units=_units(e),
    )


def _units(e: Any) -> int:
    return sum(line.quantity for line in e.lines)


ORDERS = View("orders", version=1, of=OWN_LOG, tables=TABLE, changes=changes)


def status_column() -> sa.ColumnElement[str]:
    """How far an order is, by the same rule as `orders_inventory.domain.order.status`."""
    c = TABLE.sql.c
    ordered = c.units - c.cancelled
    return sa.case(
        (ordered == 0, "cancelled"),
        ((c.returned == ordered), "returned"),
        (c.returned > 0, "partially_returned"),
        (c.delivered == ordered, "delivered"),
        (c.delivered > 0, "partially_delivered"),
        (c.shipped == ordered, "shipped"),
        (c.shipped > 0, "partially_shipped"),
        (c.confirmed_on.is_not(None), "confirmed"),
        else_="placed",
    ).label("status")
