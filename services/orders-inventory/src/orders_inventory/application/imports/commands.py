"""What a document asks of the log, and under which key, so that a file imported twice counts once."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from channel_events import CommandKey, On

from orders_inventory.application.imports.documents import Document, OrderDocument, ProductDocument, WarehouseDocument
from orders_inventory.application.placing import placing, units_by_sku
from orders_inventory.domain.codes import stock_key
from orders_inventory.domain.order import ORDER, ConfirmOrder, DeliverOrder, Order, Part, PlaceOrder, ShipOrder
from orders_inventory.domain.stock import STOCK, Ship

_ENCODE = msgspec.json.Encoder().encode


def command_key(document: Document) -> CommandKey | None:
    """The document's kind and names, with the hash of all it says; formatting and order of fields do not count."""
    if isinstance(document, ProductDocument | WarehouseDocument):
        return None
    kind = str(type(document).__struct_config__.tag)
    return CommandKey("/".join(("import", kind, *document.key)), sha256(_ENCODE(document)).digest())


def importing(place: PlaceOrder, id_: str, document: OrderDocument) -> Iterator[On]:
    """The order and its history, all in one write."""
    yield from placing(place)
    history = document.history
    if history is None:
        return
    if history.confirmed_on:
        yield On(ORDER, id_, ConfirmOrder(history.confirmed_on))
    if history.shipped_on:
        parts = tuple(Part(line.line_id or str(n), line.quantity) for n, line in enumerate(document.lines, start=1))
        yield On(ORDER, id_, ShipOrder(parts, history.shipped_on))
        for sku, quantity in units_by_sku(document.lines).items():
            yield On(STOCK, stock_key(place.warehouse, sku), Ship(place.warehouse, sku, id_, quantity, history.shipped_on))
    if history.delivered_on:
        yield On(ORDER, id_, DeliverOrder(None, history.delivered_on))


def has_happened(order: Order, document: OrderDocument) -> bool:
    """Whether an order that was already here has the document's history behind it."""
    history, lines = document.history, order.lines.values()
    return history is None or (
        (not history.confirmed_on or order.confirmed_on == history.confirmed_on)
        and (not history.shipped_on or all(line.open == 0 for line in lines))
        and (not history.delivered_on or all(line.delivered == line.ordered for line in lines))
    )
