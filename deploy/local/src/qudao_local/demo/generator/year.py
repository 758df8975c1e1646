"""A seeded year of a brand's channel as a scenario: the same seed gives the same bytes."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Generic, TypeVar

from qudao_local.demo.documents import Cancellation, Document, History, Line, LineQuantity, Order, Receipt, Return, Step
from qudao_local.demo.generator.orders import OrderDraft, drafts
from qudao_local.demo.generator.program import incentives
from qudao_local.demo.generator.stock import Place, Replenishment
from qudao_local.demo.generator.stories import stories
from qudao_local.demo.generator.world import World, build, money
from qudao_local.demo.scenario import Scenario

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
ORDERS = 10_000
CURRENCY, ZONE = "CNY", "Asia/Shanghai"
SOURCE = "demo"
_RECEIPTS = 4_400
"""About so many, for the progress bar."""
_CANCEL_REASONS = ["ordered twice", "price changed", "customer withdrew"]
_RETURN_REASONS = ["damaged in transit", "wrong item", "unsold stock", "defect"]

_Made = TypeVar("_Made")


def brand(seed: int, orders: int = ORDERS) -> Scenario:
    """The demo's channel; a smaller number of orders keeps the shape."""
    world = build(seed, FIRST - timedelta(1))

    documents = _Kept(lambda: _documents(world, seed, orders))
    steps = _Kept(lambda: filter(None, map(_steps, drafts(world, seed, FIRST, LAST, orders))))

    return Scenario(
        name="demo",
        currency=CURRENCY,
        zone=ZONE,
        first_day=FIRST,
        last_day=LAST,
        territories=world.territories,
        partners=world.partners,
        products=world.products,
        warehouses=world.warehouses,
        expected_documents=_RECEIPTS + round(1.26 * orders),
        documents=documents,
        steps=steps,
        incentives=incentives(seed, world, lambda: stories(documents(), steps()), FIRST, LAST, ZONE),
    )


class _Kept(Generic[_Made]):
    """Made when it is asked for first, and kept: what has to come of the year is worked out of it several times."""

    def __init__(self, make: Callable[[], Iterator[_Made]]) -> None:
        self._make, self._made = make, list[_Made]()

    def __call__(self) -> Iterator[_Made]:
        return iter(self._made) if self._made else self._keep()

    def _keep(self) -> Iterator[_Made]:
        made = []
        for one in self._make():
            made.append(one)
            yield one
        self._made = made


def _documents(world: World, seed: int, orders: int) -> Iterator[Document]:
    replenishment = Replenishment()
    places = [(warehouse.warehouse, product) for warehouse in world.warehouses for product in range(len(world.products))]
    prices = [money(cents) for cents in world.prices]
    skus = [product.sku for product in world.products]
    for monday, of_week in groupby(drafts(world, seed, FIRST, LAST, orders), lambda order: order.day - timedelta(order.day.weekday())):
        week = list(of_week)
        demand: Counter[Place] = Counter()
        for order in week:
            warehouse = world.warehouse_of[order.partner]
            for line in order.lines:
                demand[warehouse, line.product] += line.quantity
        received_on = max(monday, FIRST) - timedelta(1)
        for (warehouse, product), quantity in replenishment.before(demand, places):
            yield Receipt(warehouse, skus[product], quantity, f"PO-{received_on:%Y%m%d}", received_on)
        for order in week:
            yield from _order(world, order, prices=prices, skus=skus)


def _order(world: World, order: OrderDraft, *, prices: list[Decimal], skus: list[str]) -> Iterator[Document]:
    external_id = _external_id(order)
    yield Order(
        source=SOURCE,
        external_id=external_id,
        partner_id=world.partners[order.partner].partner_id,
        currency=CURRENCY,
        warehouse=world.warehouse_of[order.partner],
        on=order.day,
        sales_rep=order.sales_rep,
        lines=[
            Line(str(number), skus[line.product], line.quantity, prices[line.product], money(line.discount))
            for number, line in enumerate(order.lines, 1)
        ],
        history=_history(order),
    )
    taken = [LineQuantity(str(number), line.taken_back) for number, line in enumerate(order.lines, 1) if line.taken_back]
    match order.fate:
        case "cancelled" if order.confirmed <= LAST:
            yield Cancellation(SOURCE, external_id, order.confirmed, _CANCEL_REASONS[order.number % 3])
        case "shortened" if order.confirmed <= LAST:
            yield Cancellation(SOURCE, external_id, order.confirmed, _CANCEL_REASONS[order.number % 3], taken)
        case "returned" if order.later <= LAST:
            yield Return(SOURCE, external_id, order.later, _RETURN_REASONS[order.number % 4], taken)


def _history(order: OrderDraft) -> History:
    """What the order's document says; shipments in parts and what follows a cancellation are steps of their own."""
    if order.fate == "cancelled":
        return History()
    whole = order.fate in {"kept", "returned"}
    return History(
        confirmed_on=_by_the_end(order.confirmed),
        shipped_on=_by_the_end(order.shipped) if whole else None,
        delivered_on=_by_the_end(order.delivered) if whole else None,
    )


def _steps(order: OrderDraft) -> list[Step]:
    order_id = f"{SOURCE}:{_external_id(order)}"
    match order.fate:
        case "shortened":
            steps = [Step(order_id, "ship", order.shipped), Step(order_id, "deliver", order.delivered, shipment=1)]
        case "split":
            first = [LineQuantity(str(number), line.quantity) for number, line in enumerate(order.lines, 1) if not line.second]
            steps = [
                Step(order_id, "ship", order.shipped, first),
                Step(order_id, "deliver", order.delivered, shipment=1),
                Step(order_id, "ship", order.later),
                Step(order_id, "deliver", order.later + timedelta(2), shipment=2),
            ]
        case _:
            steps = []
    return [step for step in steps if step.on <= LAST]


def _by_the_end(day: date) -> date | None:
    """Orders of the last days are still open when the year ends."""
    return day if day <= LAST else None


def _external_id(order: OrderDraft) -> str:
    return f"Q25-{order.number + 1:05d}"
