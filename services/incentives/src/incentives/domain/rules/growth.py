"""Growth over what was sold before."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Credit, Pot, RuleType, Slice
from incentives.domain.tiers import Boundary, reached
from incentives.domain.window import Window, Windows
from incentives.domain.words import ZERO, Rate


class Baseline(StrEnum):
    """With what a window is compared."""

    YEAR_BEFORE = "year_before"
    """The same window a year earlier."""
    WINDOW_BEFORE = "window_before"
    """The window before it."""


class PaidOn(StrEnum):
    INCREMENT = "increment"
    """What is more than the baseline."""
    TOTAL = "total"
    """All of it."""


class Newcomers(StrEnum):
    """What of a payee who sold nothing in the baseline."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    """All that it sells has grown from nothing."""


class Growth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The baseline is what the same rule would have counted then, whether the plan held or not, raised by ``price_increase``."""

    baseline: Annotated[Baseline, Meta(examples=["year_before"])]
    least: Annotated[Rate, Meta(description="How much it has to grow: 0.1 is 10 % more than the baseline.", examples=["0.1"])]
    boundary: Annotated[Boundary, Meta(description="start: growing by exactly that is enough; until: only more is.", examples=["start"])]
    paid_on: Annotated[PaidOn, Meta(examples=["increment"])]
    newcomers: Annotated[Newcomers, Meta(examples=["nothing"])]
    rate: Rate
    price_increase: Annotated[Rate, Meta(description="Growth that only prices made: the baseline counts as so much more.")] = Decimal(0)


def credit(p: Growth, window: Window, windows: Windows, day: date) -> Iterable[Credit]:
    span = windows.at(window, day)
    yield Credit(span)
    if p.baseline is Baseline.WINDOW_BEFORE:
        yield Credit(windows.at(window, span.last + timedelta(days=1)), baseline=True)
    else:
        yield Credit(windows.at(window, span.first.replace(year=span.first.year + 1)), baseline=True)


def faults(p: Growth) -> Iterator[Words]:
    if p.price_increase <= -1:
        yield Words("a price increase of -1 or less leaves no baseline", "价格涨幅不大于 -1 时没有基期")


def rate(p: Growth, pot: Pot) -> Iterator[Slice]:
    baseline = pot.baseline * (1 + Fraction(p.price_increase))
    if baseline <= 0:
        if p.newcomers is Newcomers.EVERYTHING and pot.base > 0:
            yield Slice(base=pot.base, rate=Fraction(p.rate))
        return
    grown = pot.base / baseline - 1
    if grown >= 0 and reached([ZERO, p.least], p.boundary, grown):
        yield Slice(base=pot.base if p.paid_on is PaidOn.TOTAL else pot.base - baseline, rate=Fraction(p.rate))


def marks(p: Growth, pot: Pot) -> Iterator[Fraction]:
    yield pot.baseline * (1 + Fraction(p.price_increase)) * (1 + Fraction(p.least))


GROWTH = RuleType(
    "growth",
    Growth,
    rate,
    credit=credit,
    faults=faults,
    marks=marks,
    windows=frozenset(Window) - {Window.LIFE, Window.DEAL},
    words=Words("it has grown: {percent} of {base}", "实现增长：{base} 的 {percent}"),
    example={
        "baseline": "year_before",
        "least": "0.1",
        "boundary": "start",
        "paid_on": "increment",
        "newcomers": "nothing",
        "rate": "0.03",
    },
)
