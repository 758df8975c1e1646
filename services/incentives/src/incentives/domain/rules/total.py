"""Total tiers: every tier that was reached pays on the whole base, and they add up."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiered, faults, marks, tier_of


class Total(Tiered, frozen=True, kw_only=True):
    """The rates of all tiers up to the one reached, each on everything."""


def rate(p: Total, pot: Pot) -> Iterator[Slice]:
    for at, tier in enumerate(p.tiers[: tier_of(p, Fraction(p.initial) + pot.base) + 1]):
        yield Slice(base=pot.base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


TOTAL = RuleType(
    "total",
    Total,
    rate,
    faults=faults,
    marks=marks,
    words=Words("tier {tier} is reached: {percent} of all {base}", "达到第 {tier} 档：全额 {base} 按 {percent} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.01"}]},
)
