"""What a channel is paid for: plans, what is told beside the orders, by which months it is settled, and what has to come of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct


class Plan(Struct, frozen=True):
    """A plan's document in YAML, as it is drafted; written, tried and submitted by one, approved by another."""

    plan_id: str
    document: bytes
    submitted_on: date
    approved_on: date


class Quota(Struct, frozen=True, tag_field="kind", tag="quota"):
    """What a partner shall reach from ``first`` to ``last``."""

    payee_id: str
    measure: str
    first: date
    last: date
    amount: Decimal
    on: date
    payee: str = "partner"


class Payment(Struct, frozen=True, tag_field="kind", tag="payment"):
    """Money that a partner paid for an order."""

    order_id: str
    reference: str
    partner_id: str
    currency: str
    amount: Decimal
    on: date


class Calendar(Struct, frozen=True):
    """By which periods it is settled: the body of its door."""

    begins: date
    zone: str
    on: date
    grain: str = "month"
    grace_days: int = 5
    calculation_day: int = 10
    objection_days: int = 7
    dispute_days: int = 10


Told = Quota | Payment
Earned = Mapping[tuple[str, str], Decimal]
"""By partner and period what is posted in it: of what is earned the difference to the end of the period before."""


class Incentives(Struct, frozen=True):
    """``told`` starts anew at each call and gives the same again; ``earned`` works out what the statements have to say. ``months`` are
    the periods that are closed and paid, in their order."""

    plans: tuple[Plan, ...]
    calendar: Calendar
    months: tuple[str, ...]
    told: Callable[[], Iterator[Told]]
    earned: Callable[[], Earned]
