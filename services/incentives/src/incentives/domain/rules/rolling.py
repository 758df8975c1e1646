"""Rolling tiers: every tier that was reached pays on the base up to its own upper limit, and they add up."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tier, Tiered, faults, marks, tier_of


class Rolling(Tiered, frozen=True, kw_only=True):
    """The first tier's rate is paid on what lies below its limit, the second's on what lies below its own, from zero on, too."""


def rate(p: Rolling, pot: Pot) -> Iterator[Slice]:
    before, now = Fraction(p.initial), Fraction(p.initial) + pot.base
    last, first = tier_of(p, now), tier_of(p, before)
    for at, tier in enumerate(p.tiers[: max(first, last) + 1]):
        base = _paid(tier, now, at <= last) - _paid(tier, before, at <= first)
        yield Slice(base=base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


def _paid(tier: Tier, value: Fraction, reached: bool) -> Fraction:
    """On how much of ``value`` the tier pays."""
    return Fraction() if not reached else value if tier.until is None else min(value, Fraction(tier.until))


ROLLING = RuleType(
    "rolling",
    Rolling,
    rate,
    faults=faults,
    marks=marks,
    words=Words("tier {tier} is reached: {percent} of {base}", "达到第 {tier} 档：{base} 按 {percent} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]},
)
