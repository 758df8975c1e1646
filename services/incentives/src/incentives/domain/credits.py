"""Who is credited with a line: facts of splits, territories and hierarchies, each from a day on, and to whom a rule gives credit."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from channel_terms import Code, Money
from msgspec import Meta, Struct

from incentives.domain.words import ZERO, Payee


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


class Counts(StrEnum):
    """Of the shares of a line, which come to all of it and no more, and which are beyond it."""

    CREDIT = "credit"
    OVERLAY = "overlay"
    """Counted by plans that declare overlays, and by no other."""


class Share(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    share: Annotated[Money, Meta(description="1 is all of it.", examples=["0.5"])]
    counts: Annotated[Counts, Meta(description="Within all of it, or beyond that.", examples=["credit"])] = Counts.CREDIT

    @property
    def overlay(self) -> bool:
        return self.counts is Counts.OVERLAY


def credited(shares: Iterable[Share]) -> Decimal:
    """What shares come to, without overlays."""
    return sum((one.share for one in shares if not one.overlay), ZERO)


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
