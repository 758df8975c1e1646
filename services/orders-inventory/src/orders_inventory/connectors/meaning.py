"""What a push can mean, in our words, whatever the platform: facts about orders, products and stock.

Every meaning names its ``entity`` and that entity's ``version``. Versions of one entity are ordered as texts; an older one
never overwrites a newer one, in whatever order they come.
"""

from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias

from msgspec import Struct

from orders_inventory.domain.credit import CorrectAmount, ReturnGoods
from orders_inventory.domain.order import NewLine, OrderStep, PlaceOrder, Wanted
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.stock import ReceiveStock

Command: TypeAlias = PlaceOrder | OrderStep | ReturnGoods | CorrectAmount | DefineProduct | ReceiveStock


class Stage(IntEnum):
    """How far an order is on its platform, in the order in which it gets there."""

    NOT_ORDERED = 0
    """A cart, or one whose payment failed: it becomes an order with the first later stage."""
    PLACED = 1
    CONFIRMED = 2
    DELIVERED = 3
    CANCELLED = 4
    TAKEN_BACK = 5
    """Cancelled where it was not shipped, returned where it was."""

    @property
    def dead(self) -> bool:
        """Nothing more will be served of it."""
        return self is Stage.NOT_ORDERED or self >= Stage.CANCELLED


class _Meaning(Struct, frozen=True, kw_only=True):
    entity: str
    version: str


class WholeOrder(_Meaning, frozen=True, kw_only=True):
    """An order with all it is on the platform now. ``was_delivered``: before it was cancelled or taken back. ``was_ordered``: it
    is or was more than a cart; what never was is kept nowhere.

    Dates are business dates; the steps' own where the platform tells them, else that of the version.
    """

    external_id: str
    placed_on: date
    stage: Stage
    was_delivered: bool
    was_ordered: bool
    confirmed_on: date
    delivered_on: date
    ended_on: date
    currency: str
    lines: tuple[NewLine, ...]
    partner_id: str | None = None
    warehouse: str | None = None
    sales_rep: str | None = None


class OrderGone(_Meaning, frozen=True, kw_only=True):
    """An order was deleted on its platform: what was not shipped of it will not be."""

    external_id: str
    on: date


class MoneyBack(Struct, frozen=True):
    """Money that the buyer got back though no goods come back for it; ``line_id`` is the line it is about, if it is about one."""

    amount: Decimal
    line_id: str | None = None


class Refund(_Meaning, frozen=True, kw_only=True):
    """A refund ``number`` of an order. ``lines``: units that the buyer does not keep, cancelled while they are here, returned when they
    were delivered. ``money``: what was given back besides.

    ``order_version``: that of the order's content which is newest at this moment.
    """

    external_id: str
    number: str
    on: date
    reason: str
    lines: tuple[Wanted, ...]
    money: MoneyBack | None
    order_entity: str
    order_version: str


class Asked(_Meaning, frozen=True, kw_only=True):
    """One of our own commands, as an integration sends it. The source of its order is that of the push."""

    command: Command


class Nothing(Struct, frozen=True):
    """It asks for nothing that is kept here; ``reason`` is a stable code."""

    reason: str
    entity: str | None = None


Meaning: TypeAlias = WholeOrder | OrderGone | Refund | Asked | Nothing
