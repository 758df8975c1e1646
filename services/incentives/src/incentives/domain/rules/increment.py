"""So much for every full step of the base."""

from collections.abc import Iterator
from fractions import Fraction
from math import trunc
from typing import Annotated

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Least


class Increment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is no full step is not paid, and waits in the window for the next lines."""

    step: Annotated[Least, Meta(description="More than 0.", examples=["1000"])]
    amount: Annotated[Least, Meta(description="For each full step.", examples=["50.00"])]


def faults(p: Increment) -> Iterator[Words]:
    if p.step == 0:
        yield Words("a step of 0 is none", "步长不能为 0")


def rate(p: Increment, pot: Pot) -> Iterator[Slice]:
    yield Slice(base=Fraction(trunc(pot.base / Fraction(p.step))), rate=Fraction(p.amount))


def marks(p: Increment, pot: Pot) -> Iterator[Fraction]:
    yield Fraction(p.step) * (pot.base // Fraction(p.step) + 1)


INCREMENT = RuleType(
    "increment",
    Increment,
    rate,
    faults=faults,
    marks=marks,
    words=Words("{base} full steps at {rate} each", "{base} 个完整步长，每个 {rate}"),
    example={"step": "1000", "amount": "50.00"},
)
