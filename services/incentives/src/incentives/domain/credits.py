"""Who is credited with a line: facts of splits, territories and hierarchies, each from a day on, and to whom a rule gives credit."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from incentives.domain.words import Payee


class CreditTo(StrEnum):
    """To whom the lines go that a rule is about."""

    DIRECT = "direct"
    """Who sold it; several by their shares where its order is split."""
    TERRITORY = "territory"
    """Who is responsible for the territory in which it was sold, or for one that contains it."""
    ABOVE = "above"
    """Everybody above who sold it, up to the top."""
    GROUP = "group"
    """Who sold it and everybody above."""


class CreditOn(StrEnum):
    """Which day decides who is responsible for a territory, and who is above whom."""

    ORDERED = "ordered"
    """That of the order, whatever happened to it later."""
    COUNTED = "counted"
    """That on which the line counts: of its shipment, delivery or payment."""


class Share(Struct, frozen=True, kw_only=True):
    """``share`` of a line: 1 is all of it. The shares of a line come to 1 at most, those left aside that are an ``overlay``: more than
    all of it, counted by plans that declare overlays and by no other."""

    payee_id: str
    share: Decimal
    overlay: bool = False


class Split(Struct, frozen=True, kw_only=True):
    """Among whom an order is split, or the one line of it; a word about the line goes before one about the order."""

    payee: Payee
    order_id: str
    line_id: str = ""
    shares: tuple[Share, ...] = ()


class Responsible(Struct, frozen=True, kw_only=True):
    """That a payee is credited with what is sold in a territory, from ``first`` to ``last``."""

    payee: Payee
    territory: str
    first: date
    last: date
    share: Share


class Under(Struct, frozen=True, kw_only=True):
    """That a payee is under another from a day on, or under nobody; before its first such day it is where it was then."""

    payee: Payee
    payee_id: str
    above: str | None
    since: date


class Within(Struct, frozen=True, kw_only=True):
    """That a territory lies in another."""

    territory: str
    parent: str


class Credits(Struct, frozen=True, kw_only=True):
    """All that is known of who is credited; a set, in whatever order it came."""

    splits: frozenset[Split] = frozenset()
    responsible: frozenset[Responsible] = frozenset()
    under: frozenset[Under] = frozenset()
    within: frozenset[Within] = frozenset()

    def __or__(self, other: "Credits") -> "Credits":
        return Credits(**{name: getattr(self, name) | getattr(other, name) for name in self.__struct_fields__})

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)
