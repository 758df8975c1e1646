"""What a push comes to: commands on order, stock and catalogue, the version it brings, and how it was settled, in one write."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from channel_events import On, Recorded, Rejected
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.application.push_plan import Plan, follow, give_back, named
from orders_inventory.connectors.meaning import (
    GoodsBack,
    Meaning,
    Nothing,
    OrderGone,
    OrderStepTaken,
    ProductDescribed,
    StockArrived,
    WholeOrder,
)
from orders_inventory.domain.codes import checked_sku, checked_warehouse, order_id, stock_key
from orders_inventory.domain.order import Order, OrderingPartner, PlaceOrder
from orders_inventory.domain.product import PRODUCT, DefineProduct, RequireProduct
from orders_inventory.domain.push import PUSH, Outcome, PushReceived, Settle, push_key
from orders_inventory.domain.pushed import PUSHED, TakeVersion, pushed_key
from orders_inventory.domain.source import SourceSettings
from orders_inventory.domain.stock import STOCK, ReceiveStock
from orders_inventory.domain.warehouse import WAREHOUSE, RequireWarehouse

EARLIEST = date(1970, 1, 1)
AHEAD = timedelta(days=2)
"""How far a business date may lie ahead of when we were told it: time zones, and clocks that are a little wrong."""


class Found(Struct, frozen=True):
    """What is known when a push is decided. ``meaning`` is why it cannot be read when it cannot; ``newest``: the entity's version
    here; ``order_newest``: that of the order which a refund is of; ``today``: the day it was received, in the source's zone."""

    settled: bool
    settings: SourceSettings
    meaning: Meaning | Rejected
    today: date
    newest: str = ""
    order_newest: str = ""
    order: Order = Order()
    order_version: int = 0
    partner: OrderingPartner | None = None


def commands(event: Recorded, found: Found | None) -> Iterator[On]:
    """Raises `Rejected` for what cannot be applied now; its facts say on which version of which order that was decided."""
    if found is None or found.settled:
        return
    push: PushReceived = event.data
    meaning = found.meaning
    if isinstance(meaning, Rejected):
        raise meaning
    if isinstance(meaning, Nothing):
        yield _settle(push, Outcome.IGNORED, meaning.reason, meaning.entity, None)
        return
    if meaning.version <= found.newest:
        _not_lost(meaning, found)
        outcome = Outcome.DUPLICATE if meaning.version == found.newest else Outcome.SUPERSEDED
        yield _settle(push, outcome, None, meaning.entity, meaning.version)
        return
    yield On(PUSHED, pushed_key(push.source, meaning.entity), TakeVersion(push.source, meaning.entity, meaning.version, push.push_id))
    nothing = yield from _MAKE[type(meaning)](push, meaning, found)
    yield _settle(push, Outcome.IGNORED if nothing else Outcome.APPLIED, nothing, meaning.entity, meaning.version)


def _not_lost(meaning: Meaning, found: Found) -> None:
    """An older content may be passed over, unless it tells of a delivery that never came to be here: then what passed it over took
    the order back too early, and a person has to look (test_the_documented_bodies_in_every_order_and_twice)."""
    lines = found.order.lines.values()
    if isinstance(meaning, WholeOrder) and meaning.was_delivered and lines and not any(line.delivered or line.open for line in lines):
        raise Rejected("order_is_cancelled", order_id=found.order.placed and found.order.placed.order_id)


def _settle(push: PushReceived, outcome: Outcome, reason: str | None, entity: str | None, version: str | None) -> On:
    return On(PUSH, push_key(push.source, push.push_id), Settle(outcome, reason, entity, version))


Making = Iterator[On]
"""Yields commands and returns why nothing came of it, when nothing did."""


def _whole(push: PushReceived, seen: WholeOrder, found: Found) -> Any:
    plan = Plan(order_id(push.source, seen.external_id), found.order)
    with _on(plan, found):
        if found.settings.currencies and seen.currency not in found.settings.currencies:
            raise Rejected("currency_not_accepted", currency=seen.currency)
        _plausible(found, seen.placed_on, seen.confirmed_on, seen.delivered_on, seen.ended_on)
        if found.order.placed is None:
            plan.place(_placing(push, seen, found))
            follow(plan, seen)
            nothing = None
        else:
            _same_partner(seen, found)
            nothing = follow(plan, seen)
    yield from plan.targets
    return nothing


def _same_partner(seen: WholeOrder, found: Found) -> None:
    placed = found.order.placed
    if placed is not None and _partner_id(seen, found.settings) != placed.partner_id:
        raise Rejected("order_changed", order_id=placed.order_id, partner_id=placed.partner_id)


def _placing(push: PushReceived, seen: WholeOrder, found: Found) -> PlaceOrder:
    partner, channel_type = found.partner, found.settings.channel_type
    if partner is not None and channel_type is not None:
        partner = replace(partner, channel_type=channel_type)
    return PlaceOrder(
        source=push.source,
        external_id=seen.external_id,
        partner_id=_partner_id(seen, found.settings),
        partner=partner,
        sales_rep=seen.sales_rep,
        currency=seen.currency,
        warehouse=seen.warehouse or found.settings.warehouse,
        on=seen.placed_on,
        today=found.today,
        lines=seen.lines,
        imported=True,
    )


def _partner_id(seen: WholeOrder, settings: SourceSettings) -> str:
    """A source that belongs to one partner speaks for no other."""
    if settings.partner_id is not None and seen.partner_id not in (None, settings.partner_id):
        raise Rejected("partner_not_of_source", partner_id=seen.partner_id)
    partner_id = settings.partner_id or seen.partner_id
    if partner_id is None:
        raise Rejected("partner_missing")
    return partner_id


def _gone(push: PushReceived, gone: OrderGone, found: Found) -> Any:
    plan = Plan(order_id(push.source, gone.external_id), found.order)
    with _on(plan, found):
        if found.order.placed is None:
            raise Rejected("order_unknown")
        if plan.open:
            plan.cancel(None, "deleted in the shop", max(gone.on, found.order.placed.occurred_on))
    yield from plan.targets
    return None if plan.targets else "nothing_to_cancel"


def _back(push: PushReceived, back: GoodsBack, found: Found) -> Any:
    plan = Plan(order_id(push.source, back.external_id), found.order)
    with _on(plan, found):
        if found.order.placed is None:
            raise Rejected("order_unknown")
        _plausible(found, back.on)
        on = max(back.on, found.order.placed.occurred_on)
        nothing = give_back(plan, named(found.order, back.lines), back.reason, on)
    yield from plan.targets
    # Content of the order from before this would revive what is over.
    if plan.over and plan.targets and back.order_version > found.order_newest:
        take = TakeVersion(push.source, back.order_entity, back.order_version, push.push_id)
        yield On(PUSHED, pushed_key(push.source, back.order_entity), take)
    return nothing


def _step(push: PushReceived, step: OrderStepTaken, found: Found) -> Any:
    plan = Plan(order_id(push.source, step.external_id), found.order)
    with _on(plan, found):
        if found.order.placed is None:
            raise Rejected("order_unknown")
        _plausible(found, step.on)
        wanted = None if step.lines is None else named(found.order, step.lines)
        match step.step:
            case "confirm":
                plan.confirm(step.on)
            case "ship":
                plan.ship(wanted, step.on)
            case "deliver":
                plan.deliver(step.shipment, step.on)
            case "cancel":
                plan.cancel(wanted, step.reason, step.on)
            case "return":
                plan.take_back(wanted, step.reason, step.on)
    yield from plan.targets
    return None if plan.targets else "nothing_new"


def _product(push: PushReceived, seen: ProductDescribed, found: Found) -> Any:
    _plausible(found, seen.on)
    command = DefineProduct(sku=seen.sku, name=seen.name, category=seen.category, subcategory=seen.subcategory, on=seen.on)
    yield On(PRODUCT, checked_sku(seen.sku), command)


def _stock(push: PushReceived, seen: StockArrived, found: Found) -> Any:
    _plausible(found, seen.on)
    warehouse, sku = checked_warehouse(seen.warehouse or found.settings.warehouse), checked_sku(seen.sku)
    yield On(WAREHOUSE, warehouse, RequireWarehouse(warehouse))
    yield On(PRODUCT, sku, RequireProduct(sku))
    command = ReceiveStock(warehouse=warehouse, sku=sku, quantity=seen.quantity, reference=seen.reference, on=seen.on)
    yield On(STOCK, stock_key(warehouse, sku), command)


_MAKE: dict[type, Callable[..., Any]] = {
    WholeOrder: _whole,
    OrderGone: _gone,
    GoodsBack: _back,
    OrderStepTaken: _step,
    ProductDescribed: _product,
    StockArrived: _stock,
}


def _plausible(found: Found, *days: date) -> None:
    """A wrong clock or a year 9999 must not become a business date: a KPI would count it on a day that nobody looks at."""
    for one in days:
        if not EARLIEST <= one <= found.today + AHEAD:
            raise Rejected("date_implausible", on=one.isoformat(), received_on=found.today.isoformat())


class _on:  # noqa: N801 - read as a word: with _on(plan, found)
    """A refusal by an order tells which version of it refused: when the order moves on, it is worth another try."""

    def __init__(self, plan: Plan, found: Found) -> None:
        self._facts = {"order_id": plan.order_id, "order_version": found.order_version}

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Rejected):
            raise Rejected(error.code, **{**error.facts, **self._facts}) from None
