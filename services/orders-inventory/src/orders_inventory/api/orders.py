"""Orders: placing, every step after it, one by id, and all of them as a list."""

from typing import Annotated

from channel_events.pure import Rejected
from channel_service import (
    BRAND,
    Allow,
    Caller,
    Commands,
    Filter,
    Listing,
    LogDep,
    Named,
    Principal,
    Role,
    RuntimeDep,
    list_route,
    only_for_itself,
    same,
    set_etag,
)
from fastapi import APIRouter, Path, Response
from pydantic import Field

from orders_inventory.api import order_models as models
from orders_inventory.api.models import OrderId, by_number, on_days
from orders_inventory.application.ordering import cancelling, confirming, delivering, of_partner, placing, returning, shipping
from orders_inventory.application.orders import find_order
from orders_inventory.domain.order import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
    Status,
)
from orders_inventory.views.orders import ORDERS, ROWS, STATUS, TABLE

router = APIRouter(prefix="/v1/orders", tags=["orders"], dependencies=[Allow(*BRAND, Role.PARTNER)])
STEP = [Role.CHANNEL_MANAGER, Role.OPS]
SERVE = [Role.OPS]
OneOrder = Annotated[OrderId, Path()]


def _as_caller(caller: Principal, c: PlaceOrder) -> PlaceOrder:
    only_for_itself(caller, c.partner_id)
    return c if caller.scope is None else of_partner(c)


def _parts(order_id: str) -> dict[str, str]:
    source, colon, external_id = order_id.rpartition(":")
    if not colon or not external_id:
        raise Rejected("order_unknown", order_id=order_id)
    return {"source": source, "external_id": external_id}


commands = Commands(router, named={"order_id": Named(OrderId, _parts)})
commands.post("", PlaceOrder, use=placing, allow=[*STEP, Role.PARTNER], by_caller=_as_caller, created=True, summary="Place")
commands.post("/{order_id}/confirm", ConfirmOrder, use=confirming, allow=STEP, summary="Confirm")
commands.post("/{order_id}/ship", ShipOrder, use=shipping, allow=SERVE, summary="Hand over a shipment")
commands.post("/{order_id}/deliver", DeliverOrder, use=delivering, allow=SERVE, summary="Confirm a delivery")
commands.post("/{order_id}/cancel", CancelOrder, use=cancelling, allow=STEP, summary="Cancel what is not shipped")
commands.post("/{order_id}/return", ReturnOrder, use=returning, allow=SERVE, summary="Take back what was delivered")


@router.get("/{order_id}", summary="One order")
async def get_order(order_id: OneOrder, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response) -> models.OrderDetail:
    """Always current."""
    found = await find_order(log, order_id)
    if not await runtime.sees(caller, found.placed.partner_id):
        raise Rejected("order_unknown", order_id=order_id)
    set_etag(response, found.tag)
    return models.OrderDetail.of(found.placed, found.order, found.status)


_c = TABLE.sql.c
ORDER_LIST = Listing(
    ORDERS,
    ROWS,
    order=[_c.placed_on, _c.order_id],
    newest=True,
    filters=[
        by_number(TABLE, "1001"),
        same(_c.partner_id, Annotated[str, Field(max_length=100)]),
        Filter(name="status", kind=Status, where=lambda status: status == STATUS),
        *on_days(_c.placed_on, "Placed on"),
    ],
)
list_route(router, "", ORDER_LIST, models.OrderRow, summary="Orders, newest first")
