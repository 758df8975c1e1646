"""What happened to orders, as orders-inventory tells it, a row for each event with all its lines; and what their products are."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, TEXT, Add, Insert, Put, Table, Topic, View
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.contracts.orders_inventory import (
    DeliveryConfirmed,
    OrderCancelled,
    OrderPlaced,
    ProductDefined,
    ReturnReceived,
    ShipmentHandedOver,
)
from incentives.domain.exact import exactly
from incentives.domain.movements import Categories, Movement, What

TOLD: dict[type, What] = {
    OrderPlaced: What.PLACED,
    OrderCancelled: What.CANCELLED,
    ShipmentHandedOver: What.SHIPPED,
    DeliveryConfirmed: What.DELIVERED,
    ReturnReceived: What.RETURNED,
}

TABLE = Table(
    "movement",
    key=("event_id",),
    columns={
        **dict.fromkeys(("event_id", "order_id", "what", "currency", "partner_id", "sales_rep"), TEXT),
        **dict.fromkeys(("channel_type", "segment", "territory", "source", "warehouse"), TEXT),
        **dict.fromkeys(("occurred_on", "placed_on"), DATE),
        "gross": NUMERIC,
        "net": NUMERIC,
        "lines": TEXT,
    },
    scope="partner_id",
    indexes=[("partner_id",), ("sales_rep",), ("order_id",), ("territory",)],
)
"""``gross`` before discounts, ``net`` after; ``lines`` as JSON, each like `_Line`. A row for each line with five indexes cost a third of
what it takes to follow orders of 24 lines."""
CATEGORY = Table("category", key=("sku", "since"), columns={"sku": TEXT, "since": DATE, "category": TEXT}, shared=True)

TOUCHED = Table("touched_by_order", key=("partner_id",), columns={"partner_id": TEXT, "changes": INTEGER}, sums=["changes"])
"""How often something was told of orders of a partner. Changes with the movements, in one write (`incentives.views.touched`)."""
BY_PRODUCT = Table("touched_by_product", key=("sku",), columns={"sku": TEXT, "changes": INTEGER}, sums=["changes"])
ORDER_OF = Table("order_of", key=("order_id",), columns={"order_id": TEXT, "partner_id": TEXT})
DEALING = Table("dealing", key=("what", "name", "partner_id"), columns=dict.fromkeys(("what", "name", "partner_id"), TEXT))
"""Which partners have orders by which ``sales_rep``, in which ``territory`` and ``currency``, of which ``sku``."""


class _Line(NamedTuple):
    line_id: str
    sku: str
    units: int
    unit_price: Decimal
    discount: Decimal


_ZERO = Decimal(0)
_LINES = msgspec.json.Decoder(list[_Line])


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, ProductDefined):
        e = event.data
        yield Put((e.sku, e.occurred_on), "category", category=e.category)
        yield Add((e.sku,), "touched_by_product", changes=1)
    elif (what := TOLD.get(type(event.data))) is not None:
        yield from _moved(event, what)


def _moved(event: Recorded, what: What) -> Iterator[Change]:
    e: Any = event.data
    names = ("order_id", "currency", "partner_id", "channel_type", "territory", "source", "warehouse", "occurred_on", "placed_on")
    header = {name: getattr(e, name) for name in names} | {"segment": e.segment or "", "sales_rep": e.sales_rep or "", "what": what.value}
    gross, discount, lines = _ZERO, _ZERO, []
    with exactly():
        for line in e.lines:
            gross += line.quantity * line.unit_price
            discount += line.discount
            lines.append((line.line_id, line.sku, line.quantity, line.unit_price, line.discount))
        amounts: dict[str, Any] = {"gross": gross, "net": gross - discount}
    yield Insert((event.id,), **header, **amounts, lines=msgspec.json.encode(lines).decode())
    yield Add((e.partner_id,), "touched_by_order", changes=1)
    if what is not What.PLACED:
        return  # what the order is about was told when it was placed, and later events only repeat it
    yield Put((e.order_id,), "order_of", partner_id=e.partner_id)
    for name in ("sales_rep", "territory", "currency"):
        if header[name]:
            yield Put((name, header[name], e.partner_id), "dealing")
    for sku in {line.sku for line in e.lines}:
        yield Put(("sku", sku, e.partner_id), "dealing")


MOVEMENTS = View(
    "movements",
    version=4,
    of=Topic("orders-inventory", events=[*TOLD, ProductDefined]),
    tables=[TABLE, CATEGORY, TOUCHED, BY_PRODUCT, ORDER_OF, DEALING],
    changes=changes,
)


async def movements_of(
    read: AsyncConnection, which: sa.ColumnElement[bool], needed: Collection[What], *, whole_partners: bool
) -> list[Movement]:
    """All of the ``needed`` that happened to these orders; with ``whole_partners`` to all orders of their partners, to know which was
    the first."""
    if whole_partners:
        which = TABLE.sql.c.partner_id.in_(sa.select(TABLE.sql.c.partner_id).where(which).distinct())
    rows = await read.execute(sa.select(*_COLUMNS).where(which, TABLE.sql.c.what.in_([one.value for one in needed])))
    return [one for row in rows for one in _moved_by(*row)]


def _moved_by(lines: str, event_id: str, order_id: str, what: str, on: date, placed_on: date, *of_order: str) -> Iterator[Movement]:
    kind = What(what)
    for line_id, sku, units, price, discount in _LINES.decode(lines):
        yield Movement(event_id, order_id, line_id, kind, on, placed_on, units, price, discount, sku, *of_order)


_OF_LINE = _Line._fields
_COLUMNS = [TABLE.sql.c[name] for name in ("lines", *(name for name in Movement.__struct_fields__ if name not in _OF_LINE))]


LINE = sa.func.json_array_elements(sa.cast(TABLE.sql.c.lines, sa.JSON)).table_valued(sa.column("value", sa.JSON), name="line")
"""The lines of a movement, in a query of `TABLE` that joins them laterally."""

_SQL_TYPES = {"units": "bigint", "unit_price": "numeric", "discount": "numeric"}
_SQL_COLUMNS = ", ".join(f"(told ->> {at})::{_SQL_TYPES.get(name, 'text')} as {name}" for at, name in enumerate(_Line._fields))
LINES_OF_M = f"(select {_SQL_COLUMNS} from json_array_elements(m.lines::json) told) l"
"""The same as SQL: ``l``, the lines of a movement that is called ``m``."""


def _of_line(name: str) -> sa.ColumnElement[str]:
    return LINE.c.value.op("->>", return_type=sa.Text())(_Line._fields.index(name))


_OF_ORDER = ("partner_id", "sales_rep", "channel_type", "segment", "territory", "source", "warehouse")
ALIKE: dict[str, Any] = {**{name: TABLE.sql.c[name] for name in _OF_ORDER}, "sku": _of_line("sku"), "category": CATEGORY.sql.c.category}
"""What the lines of an order, or of a product, are alike in."""


async def kinds_of(read: AsyncConnection, which: sa.ColumnElement[bool], asked: Sequence[str]) -> list[Any]:
    """What these lines are, as it was told when they were placed; each kind once, with every category that their products ever had."""
    source: sa.FromClause = TABLE.sql
    if not {"sku", "category"}.isdisjoint(asked):
        source = source.join(LINE, sa.true())
    if "category" in asked:
        source = source.outerjoin(CATEGORY.sql, CATEGORY.sql.c.sku == _of_line("sku"))
    kinds = sa.select(*(ALIKE[name] for name in asked)).select_from(source).where(which, TABLE.sql.c.what == What.PLACED.value)
    return list((await read.execute(kinds.distinct())).all())


async def categories_of(read: AsyncConnection, moved: Sequence[Movement]) -> Categories:
    """What their products were."""
    skus = sorted({one.sku for one in moved})
    t = CATEGORY.sql.c
    known = await read.execute(
        sa.select(t.sku, t.since, t.category).where(t.sku == sa.any_(sa.literal(skus, sa.ARRAY(sa.Text)))).order_by(t.since)
    )
    categories: dict[str, list[tuple[Any, str]]] = {}
    for sku, since, category in known:
        categories.setdefault(sku, []).append((since, category or ""))
    return categories


async def whose_line(read: AsyncConnection, order_id: str, line_id: str) -> Any:
    """The partner and the sales rep of a line of an order, as it was told first; None where nothing was told of it."""
    c = TABLE.sql.c
    own = sa.select(c.partner_id, c.sales_rep).select_from(TABLE.sql.join(LINE, sa.true()))
    own = own.where(c.order_id == order_id, _of_line("line_id") == line_id)
    return (await read.execute(own.order_by(c.occurred_on, c.event_id).limit(1))).first()


async def net_of_orders(read: AsyncConnection, partner_id: str, currency: str, orders: Sequence[str]) -> dict[str, Decimal]:
    """What was ordered less what was cancelled and came back, after discounts, of those of these orders that are the partner's and in the
    currency."""
    t = TABLE.sql.c
    sign = sa.case((t.what == What.PLACED.value, 1), (t.what.in_([What.CANCELLED.value, What.RETURNED.value]), -1), else_=0)
    net = sa.func.sum(sign * t.net).label("net")
    own = sa.and_(t.partner_id == partner_id, t.currency == currency, t.order_id == sa.any_(sa.literal(list(orders), sa.ARRAY(sa.Text))))
    rows = await read.execute(sa.select(t.order_id, net).where(own).group_by(t.order_id).order_by(t.order_id))
    return {row.order_id: row.net for row in rows}


async def sellers_of(read: AsyncConnection, orders: Sequence[str]) -> dict[str, str]:
    """Whose these orders are."""
    c = ORDER_OF.sql.c
    rows = await read.execute(sa.select(c.order_id, c.partner_id).where(c.order_id == sa.any_(sa.literal(list(orders), sa.ARRAY(sa.Text)))))
    return {row.order_id: row.partner_id for row in rows}
