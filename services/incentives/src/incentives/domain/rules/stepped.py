"""Graduated tiers, marginal (分段): each slice of the base is paid at the rate of the tier that it lies in."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiered, faults, marks, pieces


class Stepped(Tiered, frozen=True, kw_only=True):
    """A slice at its own rate. On which side a boundary lies changes nothing here: a point is worth nothing."""


def rate(p: Stepped, pot: Pot) -> Iterator[Slice]:
    for at, base in pieces(p, pot.base, Fraction(p.initial)):
        tier = p.tiers[at]
        yield Slice(base=base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


STEPPED = RuleType(
    "stepped",
    Stepped,
    rate,
    faults=faults,
    marks=marks,
    words=Words("{base} of it lies in tier {tier} and is paid at {percent}", "其中 {base} 落在第 {tier} 档，按 {percent} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]},
)
