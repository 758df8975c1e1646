"""Orders: placing, every step after it, one by id, and all of them as a list."""

from typing import Annotated
from urllib.parse import quote

from channel_events.pure import Rejected
from channel_service import (
    BRAND,
    UNDATED,
    Allow,
    By,
    Caller,
    Dated,
    Day,
    Key,
    LogDep,
    NewId,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    RuntimeDep,
    SeenBy,
    Today,
    fetch_page,
    only_for_itself,
    set_etag,
)
from fastapi import APIRouter, Path, Query, Response, status

from orders_inventory.api import order_models as models
from orders_inventory.api.models import OrderId
from orders_inventory.application.orders import find_order
from orders_inventory.application.placing import place_order
from orders_inventory.application.steps import cancel_order, confirm_order, deliver_order, return_order, ship_order
from orders_inventory.domain.order import OrderPlaced, Status
from orders_inventory.views.orders import NEWEST_FIRST, ORDERS, Wanted, listed
from orders_inventory.views.partner_copy import known_partners

router = APIRouter(prefix="/v1/orders", tags=["orders"], dependencies=[Allow(*BRAND, Role.PARTNER)])
ORDER = [Allow(Role.CHANNEL_MANAGER, Role.OPS)]
SERVE = [Allow(Role.OPS)]
OneOrder = Annotated[OrderId, Path()]


@router.post(
    "",
    dependencies=[Allow(Role.CHANNEL_MANAGER, Role.OPS, Role.PARTNER)],
    summary="Place",
    status_code=201,
    responses={200: {"description": "It was placed already, with the same facts.", "model": Receipt}},
)
async def post_order(
    body: models.NewOrder,
    log: LogDep,
    read: ReadDep,
    caller: Caller,
    by: By,
    key: Key,
    today: Today,
    new_id: NewId,
    response: Response,
) -> Receipt:
    """Reserves stock for every line in the same write. Without ``external_id`` send an Idempotency-Key: then a repeat is the same order."""
    only_for_itself(caller, body.partner_id)
    partners = await known_partners(read, [body.partner_id])
    command = body.command(body.external_id or new_id(), partners.get(body.partner_id), today)
    appended = await place_order(log, command, by, key)
    # A repeated key answers with the events of the first time, and so with the id that was given then.
    written = next((event.data.order_id for event in appended.events if isinstance(event.data, OrderPlaced)), None)
    receipt = Receipt.of(written or f"{command.source}:{command.external_id}", appended)
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    response.headers["location"] = f"/v1/orders/{quote(receipt.id, safe=':')}"
    return receipt


@router.post("/{order_id}/confirm", dependencies=ORDER, summary="Confirm")
async def confirm(order_id: OneOrder, log: LogDep, by: By, key: Key, today: Today, body: Dated = UNDATED) -> Receipt:
    return Receipt.of(order_id, await confirm_order(log, order_id, body.on or today, by, key))


@router.post("/{order_id}/ship", dependencies=SERVE, summary="Hand over a shipment")
async def ship(order_id: OneOrder, log: LogDep, by: By, key: Key, today: Today, body: models.Shipping = models.SHIP_ALL) -> Receipt:
    """All that is left, or the named lines. Send an Idempotency-Key with partial shipments: a repeat is no second one then."""
    return Receipt.of(order_id, await ship_order(log, order_id, body.wanted(), body.on or today, by, key))


@router.post("/{order_id}/deliver", dependencies=SERVE, summary="Confirm a delivery")
async def deliver(order_id: OneOrder, log: LogDep, by: By, key: Key, today: Today, body: models.Delivery = models.DELIVER_ALL) -> Receipt:
    return Receipt.of(order_id, await deliver_order(log, order_id, body.shipment, body.on or today, by, key))


@router.post("/{order_id}/cancel", dependencies=ORDER, summary="Cancel what is not shipped")
async def cancel(order_id: OneOrder, body: models.TakingBack, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """Frees the reserved stock."""
    return Receipt.of(order_id, await cancel_order(log, order_id, body.wanted(), body.reason, body.on or today, by, key))


@router.post("/{order_id}/return", dependencies=SERVE, summary="Take back what was delivered")
async def take_back(order_id: OneOrder, body: models.TakingBack, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """Puts the units back on hand in the order's warehouse."""
    return Receipt.of(order_id, await return_order(log, order_id, body.wanted(), body.reason, body.on or today, by, key))


@router.get("/{order_id}", summary="One order")
async def get_order(order_id: OneOrder, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response) -> models.OrderDetail:
    """Always current."""
    found = await find_order(log, order_id)
    if not await runtime.sees(caller, found.placed.partner_id):
        raise Rejected("order_unknown", order_id=order_id)
    set_etag(response, found.tag)
    return models.OrderDetail.of(found.placed, found.order, found.status)


@router.get("", summary="Orders, newest first", dependencies=[SeenBy(ORDERS)])
async def list_orders(
    read: ReadDep,
    page: PageDep,
    q: Annotated[
        str | None, Query(min_length=1, max_length=141, description="The beginning of its number, or source:number.", examples=["1001"])
    ] = None,
    partner_id: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[Status | None, Query()] = None,
    from_: Annotated[Day | None, Query(alias="from", description="Placed on this business date or later.")] = None,
    to: Annotated[Day | None, Query(description="Placed on this business date or earlier.")] = None,
) -> Page[models.OrderRow]:
    query = listed(Wanted(q=q, partner_id=partner_id, status=status, from_=from_, to=to))
    return await fetch_page(read, query, page, key=NEWEST_FIRST, row=models.OrderRow.model_validate, descending=True)
