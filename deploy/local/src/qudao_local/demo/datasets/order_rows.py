"""What the rows of an order come to while it is read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qudao_local.demo.datasets.tables import Row
from qudao_local.demo.documents import Line


@dataclass(frozen=True, slots=True)
class Header:
    """What all rows of an order share."""

    partner: str
    on: date
    warehouse: str
    currency: str
    sales_rep: str | None
    territory: str | None
    confirmed_on: date | None
    shipped_on: date | None
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A row that takes units of a line back; what it is called in the export tells lines apart: the line's key, else the SKU.

    ``turn`` counts the rows of the same kind for the same ``wanted``, from 1: both together are what it is known by in a later export.
    """

    kind: str
    row: Row
    turn: int
    wanted: str
    quantity: int
    on: date | None
    reason: str
    unit_price: Decimal | None = None
    """Of a return with a price of its own."""
    amount: Decimal = Decimal(0)
    """Of an adjustment of no units: what it adds to what was sold."""


@dataclass(slots=True)
class OrderRows:
    """An order as its rows tell it; ``rows`` counts the line rows in each file, also bad ones, so that mending one renames no other."""

    header: Header | None = None
    row: Row | None = None
    rows: Counter[str] = field(default_factory=Counter)
    lines: dict[str, Line] = field(default_factory=dict)
    taken_back: list[TakenBack] = field(default_factory=list)
    turns: Counter[tuple[str, str]] = field(default_factory=Counter)
