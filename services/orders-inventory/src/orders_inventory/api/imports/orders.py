"""Importing orders with what happened to them, and what was taken back of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from channel_events import Decider, Deciding, On, Rejected
from channel_service.importing import Importable, ImportRow, Known, Name, Reference
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.application.history import History, is_placed_with, order_stream, placing_with
from orders_inventory.application.steps import cancelling, returning
from orders_inventory.domain.order import NewLine, Order, OrderingPartner, PlaceOrder, Wanted
from orders_inventory.views.partners import known_partners


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


class _TakeBack(ImportRow, frozen=True, kw_only=True):
    """Without ``lines`` all that is left. An order taken back in several parts needs a ``reference`` on each."""

    source: str
    external_id: str
    on: date
    reason: Name
    reference: Reference | None = None
    lines: tuple[Wanted, ...] | None = None


class CancellationRow(_TakeBack, frozen=True, kw_only=True, tag="cancellation"):
    """Units that will not be shipped."""


class ReturnRow(_TakeBack, frozen=True, kw_only=True, tag="return"):
    """Delivered units that came back."""


def _id(row: Any) -> str:
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
    return await is_placed_with(log, _id(row), row.history, refusal)


def _stream(row: _TakeBack) -> tuple[Decider[Any, Order, Any], str]:
    return order_stream(row.source, row.external_id)


def _cancellation(row: CancellationRow, known: Known) -> Iterable[On]:
    return cancelling(_id(row), known.found, row.lines, row.reason, row.on)


def _return(row: ReturnRow, known: Known) -> Iterable[On]:
    return returning(_id(row), known.found, row.lines, row.reason, row.on)


_DAY = date(2026, 5, 1)
ORDERS = Importable(
    OrderRow,
    key=["source", "external_id"],
    id=_id,
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
CANCELLATIONS = Importable(
    CancellationRow,
    key=["source", "external_id", "reference"],
    id=_id,
    commands=_cancellation,
    state=_stream,
    example=CancellationRow(source="shop", external_id="1002", on=_DAY, reason="out of season"),
)
RETURNS = Importable(
    ReturnRow,
    key=["source", "external_id", "reference"],
    id=_id,
    commands=_return,
    state=_stream,
    example=ReturnRow(source="shop", external_id="1001", on=_DAY, reason="broken"),
)
