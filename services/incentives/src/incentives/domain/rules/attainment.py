"""Quota attainment: the rate depends on how much of a quota was reached; faster beyond it (accelerator), slower below."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from channel_terms import Code, Words
from msgspec import Meta

from incentives.domain.quotas import quota_in
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiers, faults, pieces, tier_of
from incentives.domain.words import Least


class PaidFor(StrEnum):
    """For what the rate of a tier is paid."""

    SLICES = "slices"
    """For what lies in it."""
    WHOLE = "whole"
    """For everything, once it is reached."""


class Attainment(Tiers, frozen=True, kw_only=True):
    """Tiers are shares of the quota: 1 is all of it. Who has no quota is paid nothing."""

    measure: Annotated[Code, Meta(description="Of which quota.", examples=["sales"])]
    on: Annotated[PaidFor, Meta(examples=["slices"])]
    prorated: Annotated[
        bool, Meta(description="A quota that reaches beyond the window counts by its days in it; else it does not count.", examples=[False])
    ]
    hurdle: Annotated[Least, Meta(description="Below this attainment nothing is paid at all.", examples=["0.5"])] = Decimal(0)


def rate(p: Attainment, pot: Pot) -> Iterator[Slice]:
    quota = quota_in(pot.quotas, p.measure, pot.span, prorated=p.prorated)
    if quota <= 0 or pot.base / quota < Fraction(p.hurdle):
        return
    attained = pot.base / quota
    parts = pieces(p, attained) if p.on is PaidFor.SLICES else [(tier_of(p, attained), attained)]
    for at, part in parts:
        tier = p.tiers[at]
        yield Slice(base=part * quota, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


def marks(p: Attainment, pot: Pot) -> Iterator[Fraction]:
    quota = quota_in(pot.quotas, p.measure, pot.span, prorated=p.prorated)
    return (quota * Fraction(one) for one in (p.hurdle, *(tier.start for tier in p.tiers[1:])))


ATTAINMENT = RuleType(
    "attainment",
    Attainment,
    rate,
    faults=faults,
    marks=marks,
    words=Words("attainment from {start} on: {percent} of {base}", "达成率自 {start} 起：{base} 的 {percent}"),
    example={
        "measure": "sales",
        "on": "slices",
        "prorated": False,
        "boundary": "start",
        "tiers": [{"start": "0", "until": "1", "rate": "0.05"}, {"start": "1", "rate": "0.1"}],
    },
)
