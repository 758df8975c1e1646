"""Level difference (级差): each level is paid the difference between its rate and that of those below."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words

from incentives.domain.credits import CreditTo
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.tiers import Tiered, faults, marks, tier_of


class LevelDifference(Tiered, frozen=True, kw_only=True):
    """The rate of everybody is that of the tier which its group reaches, it and all below it. For a sale everybody on the way up from the
    seller is paid by how much its rate is more than the highest one below it on that way; nothing where those below have reached it."""


def rate(p: LevelDifference, pot: Pot) -> Iterator[Slice]:
    own = _rate_of(p, pot.base)
    sums: dict[Fraction, Fraction] = {}
    for below, base in pot.by_way().items():
        paid = max((_rate_of(p, pot.reached.get(name, Fraction())) for name in below), default=Fraction())
        if own > paid:
            sums[own - paid] = sums.get(own - paid, Fraction()) + base
    for difference, base in sorted(sums.items()):
        yield Slice(base=base, rate=difference)


def _rate_of(p: LevelDifference, group: Fraction) -> Fraction:
    return Fraction(p.tiers[tier_of(p, Fraction(p.initial) + group)].rate)


LEVEL_DIFFERENCE = RuleType(
    "level_difference",
    LevelDifference,
    rate,
    faults=faults,
    marks=marks,
    credits=frozenset({CreditTo.GROUP}),
    whole=False,
    words=Words("{percent} more than those below: of {base}", "比下级高 {percent}：按 {base} 计"),
    example={"boundary": "start", "tiers": [{"start": "0", "until": "10000", "rate": "0.03"}, {"start": "10000", "rate": "0.06"}]},
)
