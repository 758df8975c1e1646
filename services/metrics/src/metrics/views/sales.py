"""Facts, a row per line of an order and event, and their rollup by everything but the product.

Both are written in one transaction and hold the same amounts under the same names, so a query reads whichever has its
dimensions. The rollup has a row per order event or fewer (an order has 10-16 lines in the median, up to 1,100), and keeps
both dates and the recorded day, so `as_of`, `known_at` and cohorts are answered from it too. The Kafka partition is part
of its key: each consumer owns its rows, and no two wait for each other.

A rollup by product is not kept: over partitions, days and products it has nearly as many rows as there are facts
(``README.md``: measured), so it would cost as much to write as the facts and answer no faster.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from channel_events import DATE, INTEGER, NUMERIC, TEXT, Add, Change, Insert, Recorded, Table, Topic, View

from metrics.contracts.orders_inventory import ORDER_EVENTS, OrderCancelled, OrderPlaced, ReturnReceived, ShipmentHandedOver
from metrics.domain.kpi import Kind

HEADER: Mapping[str, Any] = MappingProxyType(
    {
        "partner": TEXT,
        "channel_type": TEXT,
        "segment": TEXT,
        "territory": TEXT,
        "sales_rep": TEXT,
        "source": TEXT,
        "warehouse": TEXT,
        "currency": TEXT,
    }
)
"""Dimensions of an order, stamped by the publisher when it was placed; ``""`` is none."""
_DATES = {"occurred_on": DATE, "placed_on": DATE, "recorded_on": DATE}

FACT = Table(
    "sales_fact",
    key=("service", "partition", "position", "line"),
    columns={
        "service": TEXT,
        "partition": INTEGER,
        "position": INTEGER,
        "line": INTEGER,
        "event_id": TEXT,
        "order_id": TEXT,
        "line_id": TEXT,
        "kind": TEXT,
        **_DATES,
        **HEADER,
        "product": TEXT,
        "units": INTEGER,
        "gross": NUMERIC,
        "discount": NUMERIC,
        "complete": INTEGER,
        "filled": INTEGER,
    },
    scope="partner",
    indexes=[("partner", "occurred_on"), ("product", "occurred_on"), ("occurred_on",)],
)
"""``line`` counts the lines of the event from 1. ``complete``, ``filled``: 0 or 1, see `metrics.domain.kpi.Amount`."""

_SUMS = {
    "lines": INTEGER,
    "orders": INTEGER,
    "units": INTEGER,
    "gross": NUMERIC,
    "discount": NUMERIC,
    "complete": INTEGER,
    "filled": INTEGER,
}
ROLLUP = Table(
    "sales_rollup",
    key=("partition", "kind", *_DATES, *HEADER),
    columns={"partition": INTEGER, "kind": TEXT, **_DATES, **HEADER, **_SUMS},
    sums=_SUMS,
    scope="partner",
    indexes=[("partner", "occurred_on")],
)

_ZERO = Decimal(0)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case OrderPlaced() as e:
            yield from _measured(event, e, Kind.PLACED.value, e.occurred_on)
        case OrderCancelled() as e:
            yield from _measured(event, e, Kind.CANCELLED.value, e.placed_on)
        case ShipmentHandedOver() as e:
            yield from _measured(event, e, Kind.SHIPPED.value, e.placed_on, first_shipment=e.shipment == 1)
        case ReturnReceived() as e:
            yield from _measured(event, e, Kind.RETURNED.value, e.placed_on)


def _measured(event: Recorded, e: Any, kind: str, placed_on: Any, *, first_shipment: bool = False) -> Iterator[Change]:
    header = {
        "partner": e.partner_id,
        "channel_type": e.channel_type,
        "segment": e.segment or "",
        "territory": e.territory,
        "sales_rep": e.sales_rep or "",
        "source": e.source,
        "warehouse": e.warehouse,
        "currency": e.currency,
    }
    shared = {
        "event_id": event.id,
        "order_id": e.order_id,
        "kind": kind,
        "occurred_on": e.occurred_on,
        "placed_on": placed_on,
        "recorded_on": event.recorded_on,
        **header,
    }
    units = completes = fills = 0
    gross = discount = _ZERO
    # Summed up here: an Add per line would make the library do, a thousand times for a long order, what one addition does.
    for number, line in enumerate(e.lines, 1):
        amount = line.quantity * line.unit_price
        complete = 1 if line.complete else 0
        filled = complete if first_shipment else 0
        yield Insert(
            (event.source, event.partition, event.position, number),
            table="sales_fact",
            line_id=line.line_id,
            product=line.sku,
            units=line.quantity,
            gross=amount,
            discount=line.discount,
            complete=complete,
            filled=filled,
            **shared,
        )
        units += line.quantity
        gross += amount
        discount += line.discount
        completes += complete
        fills += filled
    yield Add(
        (event.partition, kind, e.occurred_on, placed_on, event.recorded_on, *header.values()),
        table="sales_rollup",
        lines=len(e.lines),
        orders=1,
        units=units,
        gross=gross,
        discount=discount,
        complete=completes,
        filled=fills,
    )


SALES = View("sales", version=1, of=Topic("orders-inventory", events=ORDER_EVENTS), tables=[FACT, ROLLUP], changes=changes)
