"""Credit notes, and the stock that comes back with them: all in one write, or nothing of it."""

from typing import TypeVar

from channel_events import Ask, Log, On, Rejected, Steps
from channel_service.look_alikes import noting

from orders_inventory.domain.credit import CREDIT, AmountCorrected, CorrectAmount, CreditEvent, GoodsReturned, ReturnGoods
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
        yield from _noted(returned)
    return events


def correcting(c: CorrectAmount) -> Steps:
    events = yield On(CREDIT, c)
    for corrected in events:
        if corrected.sku is not None:
            yield On(PRODUCT, RequireProduct(corrected.sku))
        yield from _noted(corrected)
    return events


def _noted(note: CreditEvent) -> Steps:
    if (yield Ask(CREDIT, note.credit_id)).version == 1:  # the number is new
        yield from noting("credit_note", note.external_id, lambda number: _taken(f"{note.source}:{number}"), within=note.source)


def _taken(credit_id: str) -> Steps:
    return (yield Ask(CREDIT, credit_id)).state != CREDIT.initial


async def find_credit(log: Log, credit_id: str, kind: type[Kind]) -> tuple[Kind, str | None]:
    """What of this kind was taken under the number, and the tag of its stream. Raises `Rejected` (``credit_unknown``) when nothing was."""
    found = await log.current(CREDIT, credit_id)
    for taken in (found.state.goods, found.state.money):
        if isinstance(taken, kind):
            return taken, found.tag
    raise Rejected("credit_unknown", credit_id=credit_id)
