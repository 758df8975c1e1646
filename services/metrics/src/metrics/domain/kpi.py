"""What a KPI is: a versioned formula over facts.

A formula adds and subtracts amounts of facts by their kind, and reads like its definition:
``PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net``.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from metrics.domain.facts import Amount, Dimension, Facts, Unit


class Dated(StrEnum):
    """On which of its dates a fact counts: that of its own event, or that of the order (for cohorts)."""

    EVENT = "occurred_on"
    ORDER = "placed_on"


class Term(Struct, frozen=True):
    facts: Facts
    kind: str
    amount: Amount
    sign: int = 1


class Formula(Struct, frozen=True):
    """A sum of amounts of facts, each with its sign."""

    terms: tuple[Term, ...]

    def __add__(self, other: "Formula") -> "Formula":
        return Formula(self.terms + other.terms)

    def __sub__(self, other: "Formula") -> "Formula":
        return Formula(self.terms + tuple(Term(t.facts, t.kind, t.amount, -t.sign) for t in other.terms))

    def __str__(self) -> str:
        text = "".join(f" {'+' if t.sign > 0 else '-'} {t.kind}.{t.amount.name}" for t in self.terms)
        return text.removeprefix(" + ").strip()

    @property
    def unit(self) -> Unit:
        units = {term.amount.unit for term in self.terms}
        if len(units) > 1:
            raise ValueError(f"{self}: {' and '.join(sorted(units))} are never added up")
        return units.pop()

    def of(self, facts: Facts, kind: str, row: Any) -> Any:
        """What a row of this kind adds, `Amount.of` such rows; None if it has no part in the formula."""
        parts = [t.amount.of(row) if t.sign > 0 else -t.amount.of(row) for t in self.terms if t.kind == kind and t.facts is facts]
        return sum(parts[1:], start=parts[0]) if parts else None


class Kind(Struct, frozen=True):
    """Facts of one kind; each of their amounts, by its name, is a formula."""

    facts: Facts
    kind: str

    def __getattr__(self, name: str) -> Formula:
        for amount in self.facts.amounts:
            if amount.name == name and self.kind in (amount.kinds or (self.kind,)):
                return Formula((Term(self.facts, self.kind, amount),))
        raise AttributeError(f"nothing called {name} is measured of what was {self.kind}")


def kinds_of(facts: Facts) -> list[Kind]:
    """In their order."""
    return [Kind(facts, kind) for kind in facts.kinds.values()]


class Quantile(Struct, frozen=True):
    """The least number within which at least so many per cent of all there is lie: exact, and always one that occurred."""

    of: Dimension
    percent: int


class Figures(Struct, frozen=True):
    """What a KPI comes to, exact. Of a quantile ``value`` is the number found (None of nothing), ``numerator`` how much lies
    within it and ``denominator`` how much there is: the facts behind it add up to both, and their ratio shows that it is right."""

    numerator: Decimal
    denominator: Decimal | None = None
    value: Decimal | None = None


class Kpi(Struct, frozen=True):
    """A definition; ``said`` is what it means, the docstring of its module, ``zh`` the same in Chinese. With a ``denominator`` it is a
    ratio, with a ``quantile`` that number of days within which so much of the ``numerator`` lies. ``ValueError`` for what makes no
    sense.

    Another formula is another ``version``: answers carry it, so two numbers can be told apart.
    """

    name: str
    title: str
    said: str
    numerator: Formula
    denominator: Formula | None = None
    quantile: Quantile | None = None
    dated: Dated = Dated.EVENT
    version: int = 1
    zh: str = ""

    def __post_init__(self) -> None:
        units = [formula.unit for formula in (self.numerator, self.denominator) if formula]
        if self.quantile and (len(units) > 1 or len(self.facts) > 1 or self.quantile.of not in self.facts[0].shared):
            raise ValueError(f"KPI {self.name}: a quantile is of a number that all of its facts have")

    @property
    def unit(self) -> Unit:
        return Unit.DAYS if self.quantile else Unit.RATIO if self.denominator else self.numerator.unit

    @property
    def money(self) -> bool:
        """Whether there is money in it, which is never added up over currencies."""
        return any(term.amount.unit is Unit.MONEY for term in self.terms)

    @property
    def description(self) -> str:
        return " ".join(self.said.split())

    @property
    def formula(self) -> str:
        if self.quantile:
            return f"p{self.quantile.percent} of {self.quantile.of.name} over {self.numerator}"
        return str(self.numerator) if self.denominator is None else f"({self.numerator}) / ({self.denominator})"

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.numerator.terms + (self.denominator.terms if self.denominator else ())

    @property
    def facts(self) -> tuple[Facts, ...]:
        """What it is made of, each once, by name."""
        return tuple(sorted({term.facts for term in self.terms}, key=lambda facts: facts.name))

    def kinds(self, facts: Facts) -> tuple[str, ...]:
        """The kinds of these facts that it is made of."""
        return tuple(dict.fromkeys(term.kind for term in self.terms if term.facts is facts))

    @property
    def dimensions(self) -> list[str]:
        """What it can be asked by: all that its facts have in common."""
        first, *others = (facts.dimensions for facts in self.facts)
        return [one.name for one in first if all(one in other for other in others)]

    def counts_once(self, facts: Facts) -> bool:
        """Whether some of it counts events: that is no sum over what the lines of an event differ in."""
        return any(term.facts is facts and term.amount.counts == "events" for term in self.terms)
