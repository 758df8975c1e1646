"""A fixed bonus where a target is reached."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from channel_terms import Code, Words
from msgspec import Meta, Struct

from incentives.domain.quotas import quota_in
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Boundary, reached
from incentives.domain.words import ZERO, Least


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: Annotated[Least, Meta(description="More than 0, and than at the target before.", examples=["100000"])]
    amount: Annotated[Least, Meta(examples=["5000.00"])]


class Bonus(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``start``: who is exactly at the target has reached it; ``until``: only who is beyond."""

    boundary: Boundary
    adding: Annotated[bool, Meta(description="Every target that was reached is paid; else only the highest.", examples=[False])]
    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=50)]
    of_quota: Annotated[
        Code | None, Meta(description="Targets are shares of the quota of this measure: 1 is all of it.", examples=["sales"])
    ] = None


def faults(p: Bonus) -> Iterator[Words]:
    if p.targets[0].at == 0:
        yield Words("a target of 0 is none", "目标不能为 0")
    for before, after in pairwise(p.targets):
        if after.at <= before.at:
            yield Words(f"the target at {after.at} is not above that at {before.at}", f"目标 {after.at} 不高于目标 {before.at}")


def rate(p: Bonus, pot: Pot) -> Iterator[Slice]:
    whole = Fraction(1) if p.of_quota is None else quota_in(pot.quotas, p.of_quota, pot.span)
    if whole <= 0:
        return
    count = reached([ZERO, *(target.at for target in p.targets)], p.boundary, pot.base / whole)
    for at, target in enumerate(p.targets[:count], 1):
        if p.adding or at == count:
            yield Slice(base=Fraction(1), rate=Fraction(target.amount), tier=at, start=target.at)


def marks(p: Bonus, pot: Pot) -> Iterator[Fraction]:
    whole = Fraction(1) if p.of_quota is None else quota_in(pot.quotas, p.of_quota, pot.span)
    return (whole * Fraction(target.at) for target in p.targets)


BONUS = RuleType(
    "bonus",
    Bonus,
    rate,
    faults=faults,
    marks=marks,
    words=Words("target {tier}, at {start}, is reached: {rate}", "达到第 {tier} 个目标（{start}）：{rate}"),
    example={"boundary": "start", "adding": False, "targets": [{"at": "100000", "amount": "5000.00"}]},
)
