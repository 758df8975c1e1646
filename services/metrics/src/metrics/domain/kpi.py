"""What a KPI is: a versioned formula over measured facts.

A fact is one line of an order in one measured event. A formula adds and subtracts amounts of facts by their kind, and
reads like its definition: ``PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net``.
"""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What happened to the line."""

    PLACED = "placed"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"
    RETURNED = "returned"


class Amount(StrEnum):
    """What is measured on it; money in the order's currency, exact.

    ``complete``: 1 when the whole line is now cancelled or returned. ``filled``: 1 when the order's first shipment ships
    the whole line. ``orders`` are distinct orders, not to be added up over products: an order may hold several.
    """

    LINES = "lines"
    ORDERS = "orders"
    UNITS = "units"
    GROSS = "gross"
    DISCOUNT = "discount"
    NET = "net"
    COMPLETE = "complete"
    FILLED = "filled"


class Dated(StrEnum):
    """On which of its dates a fact counts: that of its own event, or that of the order (for cohorts)."""

    EVENT = "occurred_on"
    ORDER = "placed_on"


class Unit(StrEnum):
    LINES = "lines"
    ORDERS = "orders"
    UNITS = "units"
    MONEY = "money"
    RATIO = "ratio"


class Term(Struct, frozen=True):
    kind: Kind
    amount: Amount
    sign: int = 1


class Formula(Struct, frozen=True):
    """A sum of amounts of facts, each with its sign."""

    terms: tuple[Term, ...]

    def __add__(self, other: "Formula") -> "Formula":
        return Formula(self.terms + other.terms)

    def __sub__(self, other: "Formula") -> "Formula":
        return Formula(self.terms + tuple(Term(t.kind, t.amount, -t.sign) for t in other.terms))

    def __str__(self) -> str:
        text = "".join(f" {'+' if t.sign > 0 else '-'} {t.kind}.{t.amount}" for t in self.terms)
        return text.removeprefix(" + ").strip()


class Measures(Struct, frozen=True):
    """The amounts of facts of one kind, each as a formula."""

    kind: Kind

    def _of(self, amount: Amount) -> Formula:
        return Formula((Term(self.kind, amount),))

    @property
    def lines(self) -> Formula:
        return self._of(Amount.LINES)

    @property
    def units(self) -> Formula:
        return self._of(Amount.UNITS)

    @property
    def gross(self) -> Formula:
        """Quantity times unit price, before discount, tax and freight."""
        return self._of(Amount.GROSS)

    @property
    def discount(self) -> Formula:
        return self._of(Amount.DISCOUNT)

    @property
    def net(self) -> Formula:
        """Gross after its own discount."""
        return self._of(Amount.NET)

    @property
    def complete(self) -> Formula:
        return self._of(Amount.COMPLETE)


class _Placed(Measures, frozen=True):
    @property
    def orders(self) -> Formula:
        """Distinct orders; only of placed facts, of which an order has one event."""
        return self._of(Amount.ORDERS)


class _Shipped(Measures, frozen=True):
    @property
    def filled(self) -> Formula:
        return self._of(Amount.FILLED)


PLACED = _Placed(Kind.PLACED)
CANCELLED = Measures(Kind.CANCELLED)
SHIPPED = _Shipped(Kind.SHIPPED)
RETURNED = Measures(Kind.RETURNED)


class Kpi(Struct, frozen=True, kw_only=True):
    """A definition. Another formula is another ``version``: answers carry it, so two numbers can be told apart.

    ``denominator`` is given for ratios only; ``ValueError`` otherwise.
    """

    name: str
    version: int
    title: str
    description: str
    unit: Unit
    numerator: Formula
    denominator: Formula | None = None
    dated: Dated = Dated.EVENT

    def __post_init__(self) -> None:
        if (self.unit is Unit.RATIO) != (self.denominator is not None):
            raise ValueError(f"KPI {self.name}: a ratio has a denominator, and nothing else has")

    @property
    def formula(self) -> str:
        return str(self.numerator) if self.denominator is None else f"({self.numerator}) / ({self.denominator})"

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.numerator.terms + (self.denominator.terms if self.denominator else ())

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of facts it is made of."""
        return tuple(dict.fromkeys(term.kind for term in self.terms))
