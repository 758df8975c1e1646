"""Stock balances, and the movements that explain them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from channel_events import DATE, INTEGER, TEXT, TIME, OwnLog, Table, View
from channel_events.pure import Add, Change, Insert, Recorded, Rows

from orders_inventory.domain.stock import (
    STOCK,
    StockAdjusted,
    StockReceived,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
    StockTakenIn,
    StockWrittenOff,
)

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
    columns={"warehouse": TEXT, "sku": TEXT, **dict.fromkeys(("position", "on_hand", "reserved"), INTEGER)},
)
"""``on_hand`` and ``reserved`` are what the movement added to each: their sums up to a position are the balance there. There are dozens
for an order: what they share is in `TOLD_TABLE`."""
TOLD_TABLE = Table(
    "stock_told",
    key=("position",),
    columns={
        "position": INTEGER,
        **dict.fromkeys(("event_id", "kind", "order_id", "reference", "reason"), TEXT),
        "occurred_on": DATE,
        "recorded_at": TIME,
    },
)
"""What the event at a position was."""
_MOVED = ("on_hand", "reserved")


class _Kind(NamedTuple):
    """What a unit adds to what is on hand, to what is reserved, and to the sum of its kind."""

    kind: str
    on_hand: int
    reserved: int
    sum: str | None


_IN_LINES: dict[type, _Kind] = {
    StockReserved: _Kind("reserved", 0, 1, None),
    StockReleased: _Kind("released", 0, -1, None),
    StockShipped: _Kind("shipped", -1, -1, "shipped"),
    StockReturned: _Kind("returned", 1, 0, "returned"),
    StockTakenIn: _Kind("returned", 1, 0, "returned"),
}


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case StockReceived() as e:
            yield from _moved(event, [(e.sku, e.quantity)], _Kind("received", 1, 0, "received"))
        case StockAdjusted() as e:
            yield from _moved(event, [(e.sku, e.difference)], _Kind("adjusted", 1, 0, "adjusted"))
        case StockWrittenOff() as e:
            yield from _moved(event, [(e.sku, -e.quantity)], _Kind("written_off", 1, 0, "adjusted"))
        case StockReserved() | StockReleased() | StockShipped() | StockReturned() | StockTakenIn() as e:
            yield from _moved(event, [(line.sku, line.quantity) for line in e.lines], _IN_LINES[type(e)])


def _moved(event: Recorded, units: Sequence[tuple[str, int]], kind: _Kind) -> Iterator[Change]:
    e, at = event.data, event.position
    about = {name: getattr(e, name, None) for name in ("order_id", "reference", "reason")}
    said = {"event_id": event.id, "kind": kind.kind, "occurred_on": e.occurred_on, "recorded_at": event.recorded_at}
    yield Insert((at,), table="stock_told", **about, **said)
    adds = {"on_hand": kind.on_hand, "reserved": kind.reserved} | ({kind.sum: 1} if kind.sum else {})
    adds = {name: sign for name, sign in adds.items() if sign}
    for sku, moved in units:
        yield Add((e.warehouse, sku), table="stock_balance", **{name: sign * moved for name, sign in adds.items()})
    rows = [(e.warehouse, sku, at, kind.on_hand * moved, kind.reserved * moved) for sku, moved in units]
    yield Rows(_MOVED, rows, table="stock_movement")


STOCK_LEVELS = View("stock", version=6, of=OwnLog(events=STOCK.events), tables=[BALANCE_TABLE, MOVEMENT_TABLE, TOLD_TABLE], changes=changes)


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
