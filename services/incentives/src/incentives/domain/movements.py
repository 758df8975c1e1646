"""From what happened to an order's lines to facts: each counts at its moment, and what takes back on the day on which it had counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct

from incentives.domain.facts import Line, Moment


class What(StrEnum):
    PLACED = "placed"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"


class Movement(Struct, frozen=True, gc=False):
    """What one event did to one line of an order, as it says it."""

    event_id: str
    order_id: str
    line_id: str
    what: What
    occurred_on: date
    placed_on: date
    units: int
    unit_price: Decimal
    discount: Decimal
    sku: str
    currency: str
    partner_id: str
    sales_rep: str
    channel_type: str
    segment: str
    territory: str
    source: str
    warehouse: str


Categories = Mapping[str, Sequence[tuple[date, str]]]
"""What products were, by SKU: from which day on, oldest first."""


Costs = Mapping[tuple[str, str], Sequence[tuple[date, Decimal]]]
"""What a unit costs, by SKU and currency: from which day on, oldest first."""
NO_COSTS: Costs = {}


_IN_TIME: Any = attrgetter("occurred_on", "event_id")


class _Part(NamedTuple):
    """So many units of a movement, counted on a day; less than 0 where they are taken back."""

    of: Movement
    name: str
    moment: Moment
    on: date
    units: int
    discount: Decimal
    told_on: date | None = None


def lines_of(movements: Iterable[Movement], categories: Categories, costs: Costs = NO_COSTS) -> Iterator[Line]:
    """The facts of these movements, in whatever order they come. All that happened to an order has to be among them; and all orders of
    a partner, to know which was its first."""
    by_line: dict[tuple[str, str], list[Movement]] = {}
    orders: dict[str, tuple[date, str]] = {}
    for one in movements:
        by_line.setdefault((one.order_id, one.line_id), []).append(one)
        first = (one.placed_on, one.order_id)
        orders[one.partner_id] = min(orders.get(one.partner_id, first), first)
    for several in by_line.values():
        if len(several) > 1:
            several.sort(key=_IN_TIME)
        one = several[0]
        category = _category(categories.get(one.sku, ()), one.placed_on)
        cost = _cost(costs.get((one.sku, one.currency), ()), one.placed_on) if costs else None
        is_first = one.order_id == orders[one.partner_id][1]
        for part in _parts(several):
            yield _line(part, category, cost, is_first)


def _parts(several: Sequence[Movement]) -> Iterator[_Part]:
    """Of one line, in time. A return takes back what was ordered, and of what was shipped and delivered the earliest first."""
    left: dict[Moment, list[tuple[date, int]]] = {Moment.SHIPPED: [], Moment.DELIVERED: []}
    for one in several:
        match one.what:
            case What.PLACED:
                yield _whole(one, Moment.ORDERED, one.placed_on, 1)
            case What.CANCELLED:
                yield _back(_whole(one, Moment.ORDERED, one.placed_on, -1))
            case What.SHIPPED | What.DELIVERED:
                moment = Moment(one.what.value)
                left[moment].append((one.occurred_on, one.units))
                yield _whole(one, moment, one.occurred_on, 1)
            case What.RETURNED:
                pass
    for one in several:
        if one.what is What.RETURNED:
            yield _back(_whole(one, Moment.ORDERED, one.placed_on, -1))
            for moment, days in left.items():
                yield from map(_back, _taken_back(one, moment, days))


def _back(part: _Part) -> _Part:
    """It was so until the day on which it was taken back: what was settled before that day stays."""
    return part._replace(told_on=max(part.on, part.of.occurred_on))


def _whole(one: Movement, moment: Moment, on: date, sign: int) -> _Part:
    return _Part(one, moment.value, moment, on, sign * one.units, sign * one.discount)


def _taken_back(one: Movement, moment: Moment, days: list[tuple[date, int]]) -> Iterator[_Part]:
    """Units that came back, on the days on which they had counted; what had not been told to have left counts on the day it came back,
    until that is told. The parts of the discount add up to it."""
    units, discount, number = one.units, one.discount, 0
    while units:
        on, available = days.pop(0) if days else (one.occurred_on, units)
        taken = min(units, available)
        if taken < available:
            days.insert(0, (on, available - taken))
        share = discount if taken == units else (one.discount * taken / one.units).quantize(_SHARE)
        number += 1
        yield _Part(one, f"{moment.value}.{number}", moment, on, -taken, -share)
        units, discount = units - taken, discount - share


_SHARE = Decimal("0.0000000001")


def _category(known: Sequence[tuple[date, str]], day: date) -> str:
    """As it was on the day, or as it was first known."""
    before = [category for since, category in known if since <= day]
    return before[-1] if before else known[0][1] if known else ""


def _cost(known: Sequence[tuple[date, Decimal]], day: date) -> Decimal | None:
    """Of a unit; before it is first known it is not known."""
    return next((cost for since, cost in reversed(known) if since <= day), None)


def _line(part: _Part, category: str, cost: Decimal | None, first: bool) -> Line:
    one = part.of
    gross = one.unit_price * part.units
    return Line(
        fact_id=f"{one.event_id}/{one.line_id}/{part.name}",
        event_id=one.event_id,
        order_id=one.order_id,
        line_id=one.line_id,
        moment=part.moment,
        on=part.on,
        partner_id=one.partner_id,
        currency=one.currency,
        units=part.units,
        gross=gross,
        net=gross - part.discount,
        cost=None if cost is None else cost * part.units,
        sales_rep=one.sales_rep,
        sku=one.sku,
        category=category,
        channel_type=one.channel_type,
        segment=one.segment,
        territory=one.territory,
        source=one.source,
        warehouse=one.warehouse,
        first_purchase=first,
        ordered_on=one.placed_on,
        told_on=part.told_on,
    )
