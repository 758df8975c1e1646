"""Stock balances, and the movements that explain them."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, TEXT, TIME, OwnLog, Table, View
from channel_events.pure import Add, Change, Insert, Recorded

from orders_inventory.domain.stock import STOCK, StockAdjusted, StockReceived, StockReleased, StockReserved, StockReturned, StockShipped

BALANCE_TABLE = Table(
    "stock_balance",
    key=("warehouse", "sku"),
    columns={
        "warehouse": TEXT,
        "sku": TEXT,
        "on_hand": INTEGER,
        "reserved": INTEGER,
        "received": INTEGER,
        "shipped": INTEGER,
        "returned": INTEGER,
        "adjusted": INTEGER,
    },
    sums=("on_hand", "reserved", "received", "shipped", "returned", "adjusted"),
    indexes=[("sku", "warehouse")],
)
MOVEMENT_TABLE = Table(
    "stock_movement",
    key=("warehouse", "sku", "position"),
    columns={
        "warehouse": TEXT,
        "sku": TEXT,
        "position": INTEGER,
        "event_id": TEXT,
        "kind": TEXT,
        "on_hand": INTEGER,
        "reserved": INTEGER,
        "order_id": TEXT,
        "reference": TEXT,
        "reason": TEXT,
        "occurred_on": DATE,
        "recorded_at": TIME,
    },
)
"""``on_hand`` and ``reserved`` are what the movement added to each: their sums up to a position are the balance there."""
_MOVED = ("on_hand", "reserved")


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case StockReceived() as e:
            n = e.quantity
            yield Add((e.warehouse, e.sku), table="stock_balance", on_hand=n, received=n)
            yield _movement(event, "received", on_hand=n, reserved=0)
        case StockAdjusted() as e:
            n = e.difference
            yield Add((e.warehouse, e.sku), table="stock_balance", on_hand=n, adjusted=n)
            yield _movement(event, "adjusted", on_hand=n, reserved=0)
        case StockReserved() as e:
            yield Add((e.warehouse, e.sku), table="stock_balance", reserved=e.quantity)
            yield _movement(event, "reserved", on_hand=0, reserved=e.quantity)
        case StockReleased() as e:
            yield Add((e.warehouse, e.sku), table="stock_balance", reserved=-e.quantity)
            yield _movement(event, "released", on_hand=0, reserved=-e.quantity)
        case StockShipped() as e:
            n = e.quantity
            yield Add((e.warehouse, e.sku), table="stock_balance", on_hand=-n, reserved=-n, shipped=n)
            yield _movement(event, "shipped", on_hand=-n, reserved=-n)
        case StockReturned() as e:
            n = e.quantity
            yield Add((e.warehouse, e.sku), table="stock_balance", on_hand=n, returned=n)
            yield _movement(event, "returned", on_hand=n, reserved=0)


def _movement(event: Recorded, kind: str, *, on_hand: int, reserved: int) -> Insert:
    e = event.data
    return Insert(
        (e.warehouse, e.sku, event.position),
        table="stock_movement",
        event_id=event.id,
        kind=kind,
        on_hand=on_hand,
        reserved=reserved,
        order_id=getattr(e, "order_id", None),
        reference=getattr(e, "reference", None),
        reason=getattr(e, "reason", None),
        occurred_on=e.occurred_on,
        recorded_at=event.recorded_at,
    )


STOCK_LEVELS = View("stock", version=2, of=OwnLog(events=STOCK.events), tables=[BALANCE_TABLE, MOVEMENT_TABLE], changes=changes)


def balances(warehouse: str | None, sku: str | None) -> tuple[sa.Select[Any], list[sa.ColumnElement[Any]]]:
    """Balances with what is available, and the columns they are ordered by."""
    table = BALANCE_TABLE.sql
    query = sa.select(table, (table.c.on_hand - table.c.reserved).label("available"))
    if warehouse is not None:
        query = query.where(table.c.warehouse == warehouse)
    if sku is not None:
        query = query.where(table.c.sku == sku)
    return query, [table.c.warehouse, table.c.sku]


def movements(warehouse: str, sku: str) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """The movements of one balance, and the column they are ordered by."""
    table = MOVEMENT_TABLE.sql
    return sa.select(table).where(table.c.warehouse == warehouse, table.c.sku == sku), table.c.position


def unexplained() -> sa.Select[Any]:
    """How many balances are not what their movements sum up to, or not what came in less what went out."""
    balance, movement = BALANCE_TABLE.sql, MOVEMENT_TABLE.sql
    sums = (
        sa.select(*(movement.c[name] for name in BALANCE_TABLE.key), *(sa.func.sum(movement.c[name]).label(name) for name in _MOVED))
        .group_by(*(movement.c[name] for name in BALANCE_TABLE.key))
        .subquery()
    )
    same_key = sa.and_(*(sums.c[name] == balance.c[name] for name in BALANCE_TABLE.key))
    kinds = balance.c.received - balance.c.shipped + balance.c.returned + balance.c.adjusted
    wrong = [balance.c[name].is_distinct_from(sums.c[name]) for name in _MOVED]
    return (
        sa.select(sa.func.count())
        .select_from(balance.outerjoin(sums, same_key, full=True))
        .where(sa.or_(*wrong, balance.c.on_hand.is_distinct_from(kinds)))
    )
