"""A rebate on what was paid, scaled by how soon it was (回款周期)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Rate


class Cycle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=0, le=3650, description="Up to and including so many after the sale.", examples=[15])]
    factor: Annotated[Rate, Meta(description="How much of the rate is paid then: 1 is all of it.", examples=["0.8"])]


class PaymentCycle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of rules at the moment ``paid``: each payment by its own days, a partial one too. What is paid later than that earns nothing."""

    rate: Rate
    cycles: Annotated[tuple[Cycle, ...], Meta(min_length=1, max_length=20, description="The shortest first.")]


def faults(p: PaymentCycle) -> Iterator[Words]:
    for before, after in pairwise(p.cycles):
        if after.days <= before.days:
            yield Words(
                f"the cycle of {after.days} days is not longer than that of {before.days}", f"{after.days} 天的周期不长于 {before.days} 天"
            )


def rate(p: PaymentCycle, pot: Pot) -> Iterator[Slice]:
    sums = [Fraction()] * len(p.cycles)
    for days, paid in pot.by(lambda line: line.days).items():
        at = sum(days > cycle.days for cycle in p.cycles)
        if at < len(sums):
            sums[at] += Fraction(paid)
    for at, (cycle, base) in enumerate(zip(p.cycles, sums, strict=True), 1):
        if base:
            yield Slice(base=base, rate=Fraction(p.rate) * Fraction(cycle.factor), tier=at)


PAYMENT_CYCLE = RuleType(
    "payment_cycle",
    PaymentCycle,
    rate,
    faults=faults,
    whole=False,
    words=Words("{base} was paid within cycle {tier}: {percent}", "{base} 在第 {tier} 个回款周期内支付：{percent}"),
    example={"rate": "0.02", "cycles": [{"days": 15, "factor": "1"}, {"days": 30, "factor": "0.8"}, {"days": 45, "factor": "0.5"}]},
)
