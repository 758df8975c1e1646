"""Facts as data: what is measured, by what it can be asked, and how an event becomes facts.

A fact is a line of an event, with its amounts and its dimensions as they were when it happened. Tables, sums, the view, filters,
groups, live frames, pages and exports all follow from the declaration: `metrics.views.fact_tables` begins with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

PARTNER, CURRENCY = "partner", "currency"
DATES = ("occurred_on", "placed_on")
"""Of every fact: its event's own date, and that of the order it belongs to. Read from the event like a dimension."""


class Dimension(Struct, frozen=True):
    """What facts can be filtered and grouped by; ``what`` and ``example`` describe it in the API.

    ``example`` also tells text from whole numbers. ``field``: the event's name for it, if that is another. ``optional``: it may
    be missing, which is kept as ``""``. ``by_line``: the lines of an event differ in it: the fold says it, and sums are not kept
    by it. ``many``: it has so many values that what is summed up over all partners is not kept by it. ``tree`` describes the filter
    for one and all under it. ``through``: it is known of what that dimension names.
    """

    name: str
    what: str
    example: str | int
    field: str = ""
    optional: bool = False
    by_line: bool = False
    many: bool = False
    tree: str = ""
    through: str = ""

    @property
    def type(self) -> type[Any]:
        return type(self.example)


class Unit(StrEnum):
    LINES = "lines"
    ORDERS = "orders"
    UNITS = "units"
    MONEY = "money"
    RATIO = "ratio"
    DAYS = "days"


class Amount(Struct, frozen=True):
    """What is measured on a fact: a whole number or, if it is money, an exact decimal in the fact's currency.

    ``counts``: ``"lines"`` is 1 for each fact, ``"events"`` 1 for each event, so it does not add up over what lines differ in;
    all else the fold says. ``less``: not kept, but the first of these two amounts less the second. ``kinds``: if only of those.
    """

    name: str
    what: str
    unit: Unit
    counts: str = ""
    less: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def type(self) -> type[Any]:
        return Decimal if self.unit is Unit.MONEY else int

    def of(self, row: Any) -> Any:
        """Its value in what has the amounts that are kept as attributes: a row, or the columns of a table."""
        first, *less = (getattr(row, name) for name in self.less or (self.name,))
        return first - less[0] if less else first


LINES = Amount("lines", "How many facts there are: every kind of facts has it.", Unit.LINES, counts="lines")


@dataclass(eq=False)
class Facts:
    """A kind of facts; ``name`` them as their module.

    ``of`` is the service that tells of them, ``kinds`` its events that do, each with what it is called in formulas. The event
    says what its lines share (``ids``, `DATES`, dimensions), ``fold`` yields the lines: by name what they differ in, and amounts.
    It is pure and looks nothing up. ``apart`` are dimensions that sums are kept by though the lines of one event differ in them, like the
    currency of a statement: the fold says them, too. With another ``version`` all facts are made again from the first event on.
    """

    name: str
    of: str
    kinds: Mapping[type[Any], str]
    ids: Sequence[Dimension]
    dimensions: Sequence[Dimension]
    amounts: Sequence[Amount]
    fold: Callable[[Any], Iterable[Mapping[str, Any]]] = field(repr=False)
    version: int = 1
    apart: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.amounts = [LINES, *self.amounts]
        self.stamped = [one for one in self.dimensions if not one.through]  # on the fact
        self.shared = [one for one in self.stamped if not one.by_line]  # on the sums, too
        self.few = [one for one in self.shared if not one.many and one.name != PARTNER]  # and on those over all partners
        self.summed = [one for one in self.amounts if not one.less]
        self.stored = [one for one in self.summed if not one.counts]
        self.described: list[Dimension | Amount] = [*self.ids, *self.stamped, *(one for one in self.amounts if not one.counts)]
        named = {one.name for one in self.shared}
        if PARTNER not in named or (CURRENCY not in named and any(one.unit is Unit.MONEY for one in self.amounts)):
            raise ValueError(f"facts {self.name}: only with a partner is it known who may see them, and money has a currency")
        if self.apart and any(one.counts == "events" for one in self.amounts):
            raise ValueError(f"facts {self.name}: an event whose lines are summed up apart would count in each sum")
        columns: Any = [("kind", str), *((day, date) for day in DATES), *((one.name, one.type) for one in self.shared)]
        columns += [(one.name, one.type) for one in self.summed]
        self.sums = msgspec.defstruct(f"{self.name}_sums", columns, frozen=True, array_like=True)
        """Sums of facts that share kind, dates and all dimensions but those of lines."""

    def in_sums(self, dimensions: Iterable[str]) -> bool:
        """Whether sums are kept by all of these dimensions."""
        return {one.name for one in self.shared}.issuperset(dimensions)

    def in_overall(self, dimensions: Iterable[str]) -> bool:
        """Whether sums over all partners are, too."""
        return {one.name for one in self.few}.issuperset(dimensions)
