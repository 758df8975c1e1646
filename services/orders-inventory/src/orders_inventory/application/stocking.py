"""What comes into the warehouses, is lost and is counted there, of products and warehouses that are known."""

from typing import TypeAlias

from channel_events import On, Steps
from channel_terms import as_part

from orders_inventory.domain.price import PRICE, SetPrice
from orders_inventory.domain.product import PRODUCT, RequireProduct
from orders_inventory.domain.reference import REFERENCE, TakeReference
from orders_inventory.domain.stock import STOCK, CountStock, ReceiveStock, WriteOffStock
from orders_inventory.domain.warehouse import WAREHOUSE, RequireWarehouse

_Document: TypeAlias = ReceiveStock | CountStock | WriteOffStock


def receiving(c: ReceiveStock) -> Steps:
    yield from _known(c)
    if (yield from _is_new("delivery", c, f"{c.quantity}")):
        yield On(STOCK, c)


def counting(c: CountStock) -> Steps:
    yield from _known(c)
    if (yield from _is_new("count", c, f"{c.counted}")):
        yield On(STOCK, c)


def writing_off(c: WriteOffStock) -> Steps:
    yield from _known(c)
    if (yield from _is_new("write-off", c, f"{c.quantity}")):
        yield On(STOCK, c)


def _is_new(kind: str, c: _Document, facts: str) -> Steps:
    """Whether a document of this name was not taken before; the SKU is part of the name: a delivery note has many lines, and each comes
    by itself."""
    if c.reference is None:
        return True
    taken = yield On(REFERENCE, TakeReference(kind=f"{kind}/{c.warehouse}/{as_part(c.sku)}", reference=c.reference, facts=facts))
    return bool(taken)


def pricing(c: SetPrice) -> Steps:
    """The price first: what it refuses says more than that the product is missing."""
    yield On(PRICE, c)
    yield On(PRODUCT, RequireProduct(c.sku))


def _known(c: _Document) -> Steps:
    yield On(WAREHOUSE, RequireWarehouse(c.warehouse))
    yield On(PRODUCT, RequireProduct(c.sku))
