"""Placing an order: the rules its lines obey, and what makes a second arrival the same order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from channel_events.pure import Known, Rejected, agree, tell
from channel_terms import CURRENCIES, happened_on

from orders_inventory.domain.amounts import checked_discount, checked_price, checked_quantity
from orders_inventory.domain.codes import checked_line_id, checked_sku, checked_warehouse, order_id, require_source_of
from orders_inventory.domain.order.commands import MAX_LINES, PARTNER, AsPlaced, BringOrder, NewLine, OrderingPartner, OwnOrder, PlaceOrder
from orders_inventory.domain.order.events import OrderLine, OrderPlaced
from orders_inventory.domain.price import LISTED, listed_key

SUSPENDED = "partner_suspended"
"""Why a direct order is refused, and the flag of an imported one: it was accepted elsewhere, so it is kept and marked."""
_HERE = AsPlaced()
_READ = frozenset({"external_id", "lines", "territory"})
"""What a command says in a looser form than the event tells it."""


def place(command: PlaceOrder, placed: OrderPlaced | None, known: Known) -> Iterator[OrderPlaced]:
    """One order for ever: ``order_exists`` when it was placed with other facts; with the same facts nothing happens."""
    id_ = order_id(command.source, command.external_id or "")
    require_source_of(command.source, command.partner_id)
    lines = checked_lines(command.currency, command.lines)
    if placed is not None:
        same = agree(command, placed, but=_READ) and lines == placed.lines and _sold_in(command) in (None, placed.territory)
        if not same or command.on not in (None, placed.occurred_on):
            raise Rejected("order_exists", order_id=id_)
        return
    partner = _checked_partner(command, known)
    on = happened_on(command.on, known)
    if isinstance(command, OwnOrder):
        _check_own(command, lines, on, known)
    yield _placed(command, id_, partner, lines, on, known)


def _check_own(command: OwnOrder, lines: tuple[OrderLine, ...], on: date, known: Known) -> None:
    today = known.today
    if (on.year, on.month) != (today.year, today.month):
        raise Rejected("date_not_open", on=on.isoformat(), month=f"{today:%Y-%m}")
    for line in lines:
        if line.quantity * line.unit_price == line.discount:
            listed = known.of(LISTED, listed_key(command.currency, line.sku))
            if listed is None or not listed.free_on(on):
                raise Rejected("price_not_set", line_id=line.line_id, sku=line.sku)


def _placed(command: PlaceOrder, id_: str, partner: OrderingPartner, lines: tuple[OrderLine, ...], on: date, known: Known) -> OrderPlaced:
    there = (command.placed if isinstance(command, BringOrder) else None) or _HERE
    suspended = partner.status == "suspended" if there.suspended is None else there.suspended
    checked_warehouse(command.warehouse)
    return tell(
        OrderPlaced,
        command,
        order_id=id_,
        external_id=command.external_id or "",
        channel_type=there.channel_type or partner.channel_type,
        segment=partner.segment if there.territory is None else there.segment,
        territory=_sold_in(command) or there.territory or partner.territory_on(on),
        occurred_on=on,
        imported=known.imported if there.imported is None else there.imported,
        flags=(SUSPENDED,) if suspended else (),
        lines=lines,
    )


def _sold_in(command: PlaceOrder) -> str | None:
    """The order's own territory, where that is not its partner's."""
    return command.territory if isinstance(command, BringOrder) else None


def _checked_partner(command: PlaceOrder, known: Known) -> OrderingPartner:
    partner = known.of(PARTNER, command.partner_id)
    if partner is None:
        raise Rejected("partner_unknown", partner_id=command.partner_id)
    if partner.status == "suspended":
        if not known.imported:
            raise Rejected(SUSPENDED, partner_id=command.partner_id)
    elif partner.status != "active":
        raise Rejected("partner_not_active", partner_id=command.partner_id, status=partner.status)
    return partner


def checked_lines(currency: str, new: Sequence[NewLine]) -> tuple[OrderLine, ...]:
    """The lines of a document in ``currency``, numbered where they have no names; `Rejected` for what breaks a rule."""
    if currency not in CURRENCIES:
        raise Rejected("currency_invalid", currency=currency)
    if not 1 <= len(new) <= MAX_LINES:
        raise Rejected("line_count_invalid", lines=len(new), most=MAX_LINES)
    lines = tuple(_checked_line(line, number, currency) for number, line in enumerate(new, start=1))
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
