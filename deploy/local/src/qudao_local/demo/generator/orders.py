"""The year's orders: who, when, which lines, and what became of them.

Sizes and partners are apportioned, not drawn: the shape of the whole year is the same for every seed, only who gets what differs.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from statistics import NormalDist

from qudao_local.demo.generator.calendar import apportion, orders_per_day
from qudao_local.demo.generator.names import CHANNELS
from qudao_local.demo.generator.world import World

# Lines per order: log-normal, median 13, 95th percentile 80; of 10,000 orders the largest has about 960.
_MEDIAN_LINES = 13
_LINES_SIGMA = 1.105
_QUANTITIES = [1, 2, 3, 4, 6, 8, 10, 12, 20, 24, 40]
_QUANTITY_WEIGHTS = [22, 20, 10, 12, 12, 5, 7, 6, 3, 2, 1]
_CHEAP_CENTS = 10_000
_CHEAP_FACTOR = 3
_REPS_PER_REGION = 3

_SMALL_ORDER = 5
_WHOLE_CANCELLED = 0.03
_TAKEN_BACK = 0.0174
_TAKEN_BACK_AT_MOST = 0.32
_CANCELLED_OF_TAKEN_BACK = 0.25
_TAKEN_IN_PART = 0.15
_SPLIT = 0.03
_LEFT_FOR_SECOND = 0.3


@dataclass(slots=True)
class LineDraft:
    product: int
    quantity: int
    discount: int
    """Cents."""
    taken_back: int = 0
    """Units cancelled or returned."""
    second: bool = False
    """Left out of the first shipment."""


@dataclass(slots=True)
class OrderDraft:
    """An order with its whole story; ``fate`` is kept, cancelled (whole), shortened (some lines cancelled), returned or split."""

    number: int
    day: date
    partner: int
    sales_rep: str
    lines: list[LineDraft]
    fate: str
    confirmed: date
    shipped: date
    delivered: date
    later: date
    """Day of the return, or of the second shipment."""


def order_sizes(orders: int) -> list[int]:
    """Lines of each order, smallest first."""
    normal = NormalDist()
    return [max(1, round(_MEDIAN_LINES * 2.718281828 ** (_LINES_SIGMA * normal.inv_cdf((rank + 0.5) / orders)))) for rank in range(orders)]


def drafts(world: World, seed: int, first: date, last: date, orders: int) -> Iterator[OrderDraft]:
    """The orders by day."""
    rng = random.Random(f"{seed}/orders")  # noqa: S311 (reproducible, not secret)
    sizes = order_sizes(orders)
    partners = [index for index, count in enumerate(apportion(orders, world.weights)) for _ in range(count)]
    rng.shuffle(sizes)
    rng.shuffle(partners)
    lines = _Lines(world, rng)
    number = 0
    for day, count in orders_per_day(first, last, orders):
        for _ in range(count):
            yield _draft(rng, world, lines, number, day, partners[number], sizes[number])
            number += 1


def _draft(rng: random.Random, world: World, lines: "_Lines", number: int, day: date, partner: int, size: int) -> OrderDraft:
    who = world.partners[partner]
    confirmed = day + timedelta(rng.random() < 0.4)
    shipped = confirmed + timedelta(rng.randint(1, 3))
    delivered = shipped + timedelta(rng.randint(1, 5))
    order = OrderDraft(
        number=number,
        day=day,
        partner=partner,
        sales_rep=f"rep-{who.territory.removeprefix('cn-')}-{partner % _REPS_PER_REGION + 1}",
        lines=lines.of(size, CHANNELS[who.channel_type][2]),
        fate="kept",
        confirmed=confirmed,
        shipped=shipped,
        delivered=delivered,
        later=delivered + timedelta(rng.randint(3, 21)),
    )
    _decide_fate(rng, order, lines)
    return order


def _decide_fate(rng: random.Random, order: OrderDraft, lines: "_Lines") -> None:
    if len(order.lines) <= _SMALL_ORDER and rng.random() < _WHOLE_CANCELLED:
        order.fate = "cancelled"
        for line in order.lines:
            line.taken_back = line.quantity
        return
    # Dear lines come back more often than cheap ones: few lines, much of the value.
    for line in order.lines:
        if rng.random() < min(_TAKEN_BACK_AT_MOST, _TAKEN_BACK * lines.weight(line)):
            line.taken_back = max(1, line.quantity // 2) if rng.random() < _TAKEN_IN_PART else line.quantity
    if any(line.taken_back for line in order.lines):
        whole = all(line.taken_back == line.quantity for line in order.lines)
        order.fate = "returned" if whole or rng.random() >= _CANCELLED_OF_TAKEN_BACK else "shortened"
    elif len(order.lines) > 1 and rng.random() < _SPLIT:
        order.fate = "split"
        for line in order.lines:
            line.second = rng.random() < _LEFT_FOR_SECOND
        order.lines[0].second, order.lines[-1].second = False, True


class _Lines:
    """Draws lines; within an order a product comes again only once all have been drawn."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.rng = rng
        self.prices = world.prices
        self.products = range(len(world.products))
        self.popular = list(accumulate(world.popularity))
        self.quantities = list(accumulate(_QUANTITY_WEIGHTS))
        units = sum(q * w for q, w in zip(_QUANTITIES, _QUANTITY_WEIGHTS, strict=True)) / sum(_QUANTITY_WEIGHTS)
        share = sum(world.popularity)
        self.mean = sum(price * self._factor(price) * popularity for price, popularity in zip(self.prices, world.popularity, strict=True))
        self.mean *= units / share

    @staticmethod
    def _factor(price: int) -> int:
        """Cheap things are ordered by the box."""
        return _CHEAP_FACTOR if price < _CHEAP_CENTS else 1

    def weight(self, line: LineDraft) -> float:
        """The line's value, 1 being the mean."""
        return line.quantity * self.prices[line.product] / self.mean

    def of(self, size: int, percent: int) -> list[LineDraft]:
        lines = []
        for product, drawn in zip(self._products(size), self.rng.choices(_QUANTITIES, cum_weights=self.quantities, k=size), strict=True):
            price = self.prices[product]
            quantity = drawn * self._factor(price)
            lines.append(LineDraft(product, quantity, (quantity * price * percent + 50) // 100))
        return lines

    def _products(self, size: int) -> list[int]:
        chosen: list[int] = []
        while size - len(chosen) > len(self.products) // 3:
            chosen += self.rng.sample(self.products, min(len(self.products), size - len(chosen)))
        if chosen:
            return chosen[:size] if len(chosen) >= size else chosen + self.rng.sample(self.products, size - len(chosen))
        distinct: dict[int, None] = {}
        while len(distinct) < size:
            distinct.update(dict.fromkeys(self.rng.choices(self.products, cum_weights=self.popular, k=size - len(distinct))))
        return list(distinct)
