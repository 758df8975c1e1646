"""What a calculation is made from: facts, each told once and for ever, and signed: what is taken back is told as less."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from channel_terms import Span
from msgspec import Struct

from incentives.domain.credits import Credits
from incentives.domain.exact import exactly
from incentives.domain.sharing import Sharing
from incentives.domain.words import ZERO, Payee

ONE = Decimal(1)


class Moment(StrEnum):
    """When something counts."""

    ORDERED = "ordered"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    PAID = "paid"


class Base(StrEnum):
    """What of a line counts."""

    GROSS = "gross"
    """Units at their price."""
    NET = "net"
    """The same without the discount."""
    MARGIN = "margin"
    """Net without the cost; a line whose cost is not known does not count."""
    UNITS = "units"
    EARNED = "earned"
    """What earlier rules of the plan pay, for rules that are about that."""


class Rate(Struct, frozen=True, kw_only=True, gc=False):
    """One ``base`` is ``rate`` of ``quote``, from the day on until another is told."""

    base: str
    quote: str
    on: date
    rate: Decimal


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """What one line of a document adds at one moment, or takes back: then its numbers are below zero.

    ``on`` is the day that decides in which window it counts: of what is taken back the day on which it had counted, so that a return
    is rated as its sale was. ``order_id`` and ``line_id`` are those of the sale, ``ordered_on`` is its day, ``on`` itself where it is
    not said. ``days`` is how long after the sale it was paid, of what is `Moment.PAID`.

    ``exchanged`` is the rate by which its amounts were brought into the plan's currency, of a line in another. As it counts for one
    payee ``share`` says how much of it does, and ``below`` through whom it came up to it, from its seller on.
    """

    fact_id: str
    event_id: str
    order_id: str
    line_id: str
    moment: Moment
    on: date
    partner_id: str
    currency: str
    units: int
    gross: Decimal
    net: Decimal
    cost: Decimal | None = None
    days: int = 0
    sales_rep: str = ""
    sku: str = ""
    category: str = ""
    channel_type: str = ""
    segment: str = ""
    territory: str = ""
    source: str = ""
    warehouse: str = ""
    first_purchase: bool = False
    ordered_on: date | None = None
    exchanged: Rate | None = None
    share: Decimal = ONE
    below: tuple[str, ...] = ()
    told_on: date | None = None

    @property
    def since(self) -> date:
        """The day from which on it is a fact: of what came back that on which it came back, though it counts on an earlier one."""
        return self.told_on or self.on

    def counted(self, base: Base) -> Decimal:
        match base:
            case Base.NET:
                whole = self.net
            case Base.GROSS:
                whole = self.gross
            case Base.UNITS:
                whole = Decimal(self.units)
            case _:
                whole = ZERO if self.cost is None else self.net - self.cost
        return whole if self.share is ONE else _of(self.share, whole)


class Quota(Struct, frozen=True, kw_only=True):
    """What a payee shall reach from ``first`` to ``last``; ``measure`` tells quotas of one payee apart."""

    payee: Payee
    payee_id: str
    measure: str
    first: date
    last: date
    amount: Decimal

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)


class Ruling(Struct, frozen=True, kw_only=True):
    """That a payee broke a rule, as somebody decided: ``cause`` says which, like selling outside of its region (窜货)."""

    ruling_id: str
    payee: Payee
    payee_id: str
    cause: str
    on: date


def _of(share: Decimal, whole: Decimal) -> Decimal:
    with exactly():
        return share * whole


class Facts(Struct, frozen=True, kw_only=True):
    lines: Iterable[Line] = ()
    quotas: tuple[Quota, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    credits: Credits = Credits()
    sharings: frozenset[Sharing] = frozenset()
    rates: tuple[Rate, ...] = ()
    today: date | None = None
    """What guarantees wait for is over by it; without one everything is."""
