"""An override: a share of what those below sell, or of what they are paid for it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.credits import CreditTo
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Rate, RuleId


class Override(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rates by distance: the first is that of who stands directly above the seller. Who stands higher than there are rates gets nothing.

    With ``of`` the base is what these rules pay those below; whoever is above them on the last day of its window has it."""

    rates: Annotated[tuple[Rate, ...], Meta(min_length=1, max_length=20, description="The nearest first.", examples=[["0.02", "0.01"]])]
    of: Annotated[tuple[RuleId, ...], Meta(max_length=50, description="Rules before this one; of none what is sold.")] = ()


def rate(p: Override, pot: Pot) -> Iterator[Slice]:
    sums = [Fraction()] * len(p.rates)
    for below, base in pot.by_way().items():
        if 0 < len(below) <= len(sums):
            sums[len(below) - 1] += base
    for at, (base, share) in enumerate(zip(sums, p.rates, strict=True), 1):
        if base:
            yield Slice(base=base, rate=Fraction(share), tier=at)


OVERRIDE = RuleType(
    "override",
    Override,
    rate,
    of=lambda p: p.of,
    credits=frozenset({CreditTo.ABOVE}),
    whole=False,
    words=Words("level {tier} below: {percent} of {base}", "下 {tier} 级：{base} 的 {percent}"),
    example={"rates": ["0.02", "0.01"]},
)
