"""Retroactive tiers, back to the first unit (全额): the rate of the tier that was reached holds for the whole base."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiered, faults, marks, tier_of


class Slab(Tiered, frozen=True, kw_only=True):
    """One rate for all. A return that lowers the tier lowers it for everything: the difference is an entry of its own."""


def rate(p: Slab, pot: Pot) -> Iterator[Slice]:
    at = tier_of(p, Fraction(p.initial) + pot.base)
    tier = p.tiers[at]
    yield Slice(base=pot.base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


SLAB = RuleType(
    "slab",
    Slab,
    rate,
    faults=faults,
    marks=marks,
    words=Words("tier {tier} is reached: {percent} of all {base}", "达到第 {tier} 档：全额 {base} 按 {percent} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]},
)
