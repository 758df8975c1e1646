"""The service's history as the commands that say it: played into an empty service they give the same lists."""

from channel_events import Recorded
from channel_events.pure import say
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.domain.credit import AmountCorrected, BringCorrection, BringGoods, GoodsReturned
from orders_inventory.domain.order import (
    SUSPENDED,
    AsKnown,
    AsPlaced,
    BringOrder,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ReturnOrder,
    ReturnReceived,
    ShipmentHandedOver,
    ShipOrder,
    Wanted,
    WantedBack,
)
from orders_inventory.domain.price import PriceSet, PriceWithdrawn, SetPrice, WithdrawPrice
from orders_inventory.domain.product import DefineProduct, ProductDefined
from orders_inventory.domain.stock import CountStock, ReceiveStock, StockAdjusted, StockReceived, StockWrittenOff, WriteOffStock
from orders_inventory.domain.warehouse import DefineWarehouse, WarehouseDefined

_SAYS: dict[type[Struct], type[Struct]] = {
    ProductDefined: DefineProduct,
    WarehouseDefined: DefineWarehouse,
    PriceSet: SetPrice,
    PriceWithdrawn: WithdrawPrice,
    StockReceived: ReceiveStock,
    StockAdjusted: CountStock,
    StockWrittenOff: WriteOffStock,
    OrderPlaced: BringOrder,
    OrderConfirmed: ConfirmOrder,
    ShipmentHandedOver: ShipOrder,
    DeliveryConfirmed: DeliverOrder,
    OrderCancelled: CancelOrder,
    ReturnReceived: ReturnOrder,
    GoodsReturned: BringGoods,
    AmountCorrected: BringCorrection,
}


def said(event: Recorded) -> Struct | None:
    """The command that says the same; None for events that follow from others, like the stock an order reserves."""
    told = event.data
    cls = _SAYS.get(type(told))
    if cls is None:
        return None
    command = say(cls, told)
    if isinstance(told, OrderPlaced):
        as_placed = AsPlaced(told.channel_type, told.segment, told.territory, SUSPENDED in told.flags, told.imported)
        return replace(command, territory=None, placed=as_placed)
    if isinstance(told, GoodsReturned | AmountCorrected):
        return replace(command, known_as=AsKnown(told.channel_type, told.segment, told.territory))
    if isinstance(told, ReturnReceived):
        # A line without a discount says its price: that may be its own.
        lines = tuple(WantedBack(one.line_id, one.quantity, unit_price=None if one.discount else one.unit_price) for one in told.lines)
        return replace(command, lines=lines)
    if isinstance(command, ShipOrder | CancelOrder):
        return replace(command, lines=tuple(Wanted(line.line_id, line.quantity) for line in told.lines))
    return command
