"""Credit notes, and the stock that comes back with them: all in one write, or nothing of it."""

from typing import TypeVar

from channel_events import Log, On, Rejected, Steps

from orders_inventory.domain.credit import CREDIT, AmountCorrected, CorrectAmount, GoodsReturned, ReturnGoods
from orders_inventory.domain.order import units_by_sku
from orders_inventory.domain.product import PRODUCT, RequireProduct
from orders_inventory.domain.stock import STOCK, TakeIn, Units
from orders_inventory.domain.warehouse import WAREHOUSE, RequireWarehouse

Kind = TypeVar("Kind", GoodsReturned, AmountCorrected)


def returning_goods(c: ReturnGoods) -> Steps:
    """The same note again takes nothing in again; returns the event, if there is one."""
    events = yield On(CREDIT, c)
    for returned in events:
        units = units_by_sku(returned.lines)
        yield [On(PRODUCT, RequireProduct(sku)) for sku in units]
        if returned.warehouse is not None:
            yield On(WAREHOUSE, RequireWarehouse(returned.warehouse))
            lines = tuple(Units(sku, quantity) for sku, quantity in units.items())
            yield On(STOCK, TakeIn(warehouse=returned.warehouse, reference=returned.credit_id, lines=lines, on=returned.occurred_on))
    return events


def correcting(c: CorrectAmount) -> Steps:
    events = yield On(CREDIT, c)
    for corrected in events:
        if corrected.sku is not None:
            yield On(PRODUCT, RequireProduct(corrected.sku))
    return events


async def find_credit(log: Log, credit_id: str, kind: type[Kind]) -> tuple[Kind, str | None]:
    """What of this kind was taken under the number, and the tag of its stream. Raises `Rejected` (``credit_unknown``) when nothing was."""
    found = await log.current(CREDIT, credit_id)
    for taken in (found.state.goods, found.state.money):
        if isinstance(taken, kind):
            return taken, found.tag
    raise Rejected("credit_unknown", credit_id=credit_id)
