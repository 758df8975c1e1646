"""Tiers of single lines: each line is paid whole, at the rate of the tier that it reaches by itself."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from channel_terms import Words

from incentives.domain.exact import summed
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiers, faults, tier_of


class PerLine(Tiers, frozen=True, kw_only=True):
    """Nothing is accumulated: ten lines of 100 are not one of 1000. What comes back of a line makes that line smaller."""


def rate(p: PerLine, pot: Pot) -> Iterator[Slice]:
    tiers: list[list[Decimal]] = [[] for _ in p.tiers]
    for amount in pot.by(attrgetter("order_id", "line_id")).values():
        tiers[tier_of(p, amount)].append(amount)
    for at, (tier, base) in enumerate(zip(p.tiers, map(summed, tiers), strict=True)):
        if base:
            yield Slice(base=base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


PER_LINE = RuleType(
    "per_line",
    PerLine,
    rate,
    faults=faults,
    whole=False,
    words=Words("lines of tier {tier}: {percent} of {base}", "第 {tier} 档的订单行：{base} 按 {percent} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]},
)
