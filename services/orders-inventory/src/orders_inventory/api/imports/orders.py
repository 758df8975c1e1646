"""Importing orders, with the history that lies behind them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from channel_events import Deciding, On, Rejected
from channel_service.importing import Importable, ImportRow, Known, Name
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.application.history import History, is_placed_with, order_stream, placing_with
from orders_inventory.domain.order import NewLine, OrderingPartner, PlaceOrder
from orders_inventory.views.partner_copy import known_partners


class OrderRow(ImportRow, frozen=True, kw_only=True, tag="order"):
    source: str
    external_id: str
    partner_id: Name
    currency: str
    warehouse: str
    on: date
    lines: tuple[NewLine, ...]
    sales_rep: Name | None = None
    history: History | None = None


def order_called(row: Any) -> str:
    """``shop:1001``; `Rejected` when it cannot be called so."""
    return order_stream(row.source, row.external_id)[1]


async def _partners(connection: AsyncConnection, rows: Sequence[OrderRow]) -> Mapping[str, OrderingPartner]:
    return await known_partners(connection, {row.partner_id for row in rows})


def _order(row: OrderRow, known: Known) -> Iterable[On]:
    place = PlaceOrder(
        source=row.source,
        external_id=row.external_id,
        partner_id=row.partner_id,
        partner=known.found.get(row.partner_id),
        sales_rep=row.sales_rep,
        currency=row.currency,
        warehouse=row.warehouse,
        on=row.on,
        today=known.today,
        lines=row.lines,
        imported=True,
    )
    return placing_with(row.history, place)


async def _is_placed(log: Deciding, row: OrderRow, refusal: Rejected) -> bool:
    return await is_placed_with(log, order_called(row), row.history, refusal)


_DAY = date(2026, 5, 1)
ORDERS = Importable(
    OrderRow,
    key=["source", "external_id"],
    id=order_called,
    commands=_order,
    looks=_partners,
    already=_is_placed,
    counts="lines",
    example=OrderRow(
        source="shop",
        external_id="1001",
        partner_id="p-1001",
        currency="CNY",
        warehouse="sh",
        on=_DAY,
        lines=(NewLine("PEN-01", 12, Decimal("3.50")),),
        history=History(confirmed_on=_DAY, shipped_on=_DAY),
    ),
)
