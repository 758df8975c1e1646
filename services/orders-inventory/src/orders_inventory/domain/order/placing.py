"""Placing an order: the rules its lines obey, and what makes a second arrival the same order."""

from collections import Counter
from collections.abc import Iterator

from channel_events.pure import Rejected

from orders_inventory.domain.amounts import checked_discount, checked_price, checked_quantity
from orders_inventory.domain.codes import checked_line_id, checked_sku, checked_warehouse, order_id
from orders_inventory.domain.currency import ISO_4217
from orders_inventory.domain.order.commands import NewLine, OrderingPartner, PlaceOrder
from orders_inventory.domain.order.events import OrderLine, OrderPlaced

MAX_LINES = 2_000
SUSPENDED = "partner_suspended"
"""Why a direct order is refused, and the flag of an imported one: it was accepted elsewhere, so it is kept and marked."""


def place(command: PlaceOrder, placed: OrderPlaced | None) -> Iterator[OrderPlaced]:
    """One order for ever: ``order_exists`` when it was placed with other facts, ``order_already_placed`` with the same.

    The second is a refusal too, because the reservations that come with the command must not be made again; the
    use case turns it into success.
    """
    id_ = order_id(command.source, command.external_id)
    lines = _checked_lines(command)
    if placed is not None:
        same = _facts(command, lines) == _placed_facts(placed) and command.on in (None, placed.occurred_on)
        raise Rejected("order_already_placed" if same else "order_exists", order_id=id_)
    partner = _checked_partner(command)
    on = command.on or command.today
    yield OrderPlaced(
        order_id=id_,
        source=command.source,
        external_id=command.external_id,
        partner_id=partner.partner_id,
        channel_type=partner.channel_type,
        segment=partner.segment,
        territory=partner.territory_on(on),
        sales_rep=command.sales_rep,
        currency=command.currency,
        warehouse=checked_warehouse(command.warehouse),
        occurred_on=on,
        imported=command.imported,
        flags=(SUSPENDED,) if partner.status == "suspended" else (),
        lines=lines,
    )


def _facts(command: PlaceOrder, lines: tuple[OrderLine, ...]) -> tuple[object, ...]:
    return command.partner_id, command.sales_rep, command.currency, command.warehouse, lines


def _placed_facts(placed: OrderPlaced) -> tuple[object, ...]:
    return placed.partner_id, placed.sales_rep, placed.currency, placed.warehouse, placed.lines


def _checked_partner(command: PlaceOrder) -> OrderingPartner:
    partner = command.partner
    if partner is None:
        raise Rejected("partner_unknown", partner_id=command.partner_id)
    if partner.status == "suspended":
        if not command.imported:
            raise Rejected(SUSPENDED, partner_id=command.partner_id)
    elif partner.status != "active":
        raise Rejected("partner_not_active", partner_id=command.partner_id, status=partner.status)
    return partner


def _checked_lines(command: PlaceOrder) -> tuple[OrderLine, ...]:
    if command.currency not in ISO_4217:
        raise Rejected("currency_invalid", currency=command.currency)
    if not 1 <= len(command.lines) <= MAX_LINES:
        raise Rejected("line_count_invalid", lines=len(command.lines), most=MAX_LINES)
    lines = tuple(_checked_line(line, number, command.currency) for number, line in enumerate(command.lines, start=1))
    ids = [line.line_id for line in lines]
    if len(set(ids)) < len(ids):
        raise Rejected("line_repeated", line_id=Counter(ids).most_common(1)[0][0])
    return lines


def _checked_line(line: NewLine, number: int, currency: str) -> OrderLine:
    line_id = str(number) if line.line_id is None else checked_line_id(line.line_id)
    if line.currency is not None and line.currency != currency:
        raise Rejected("currency_mismatch", line_id=line_id, currency=line.currency, order_currency=currency)
    quantity = checked_quantity(line.quantity, line_id=line_id)
    price = checked_price(line.unit_price, quantity, line_id=line_id)
    discount = checked_discount(line.discount, quantity * price, line_id=line_id)
    return OrderLine(line_id, checked_sku(line.sku), quantity, price, discount)
