"""Between two points pro rata: whoever reaches a point is paid what it says, and in between a part of the way."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Least


class Point(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: Annotated[Least, Meta(description="More than 0, and than at the point before.", examples=["100000"])]
    amount: Annotated[Least, Meta(description="What is paid there, in the plan's currency.", examples=["2000.00"])]


class Below(StrEnum):
    """What is paid below the first point."""

    NOTHING = "nothing"
    PRO_RATA = "pro_rata"
    """A part of the way from nothing."""


class Interpolated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Beyond the last point what it says is paid, and no more."""

    below: Annotated[Below, Meta(description="What is paid below the first point.", examples=["nothing"])]
    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=50)]


def faults(p: Interpolated) -> Iterator[Words]:
    if p.points[0].at == 0:
        yield Words("the first point is at 0, where nothing has been done", "第一个点位于 0，此时尚无业绩")
    for before, after in pairwise(p.points):
        if after.at <= before.at:
            yield Words(f"the point at {after.at} is not behind that at {before.at}", f"点 {after.at} 不在点 {before.at} 之后")


def rate(p: Interpolated, pot: Pot) -> Iterator[Slice]:
    start, paid = Decimal(0), Decimal(0)
    for at, point in enumerate(p.points, 1):
        if pot.base <= start:
            return
        if at == 1 and p.below is Below.NOTHING:
            if pot.base < point.at:
                return
            yield Slice(base=Fraction(1), rate=Fraction(point.amount), tier=at, start=point.at)
        else:
            slope = Fraction(point.amount - paid) / Fraction(point.at - start)
            base = min(pot.base, Fraction(point.at)) - Fraction(start)
            yield Slice(base=base, rate=slope, tier=at, start=start, until=point.at)
        start, paid = point.at, point.amount


def marks(p: Interpolated, _: Pot) -> Iterator[Fraction]:
    return (Fraction(point.at) for point in p.points)


INTERPOLATED = RuleType(
    "interpolated",
    Interpolated,
    rate,
    faults=faults,
    marks=marks,
    words=Words("towards point {tier}: {base} at {rate} each", "趋向第 {tier} 点：{base}，每单位 {rate}"),
    example={"below": "nothing", "points": [{"at": "100000", "amount": "1000"}, {"at": "200000", "amount": "3000"}]},
)
