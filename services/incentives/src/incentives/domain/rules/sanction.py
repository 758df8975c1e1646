"""A sanction (处罚): a ruling takes back a share of what other rules pay."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from channel_terms import Code, Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Rate, RuleId


class Sanction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each ruling in the window for one of the causes takes the share, all of them together no more than everything."""

    of: Annotated[tuple[RuleId, ...], Meta(min_length=1, max_length=50, description="Rules before this one.", examples=[["volume"]])]
    causes: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=50, examples=[["cross_region"]])]
    takes: Annotated[Rate, Meta(description="More than 0, at most 1.", examples=["0.5"])]


def faults(p: Sanction) -> Iterator[Words]:
    if not 0 < p.takes <= 1:
        yield Words("a sanction takes more than 0 and at most 1", "处罚比例应大于 0 且不超过 1")


def rate(p: Sanction, pot: Pot) -> Iterator[Slice]:
    count = sum(one.cause in p.causes and pot.span.first <= one.on <= pot.span.last for one in pot.rulings)
    if count and pot.base > 0:
        yield Slice(base=pot.base, rate=-min(count * Fraction(p.takes), Fraction(1)))


SANCTION = RuleType(
    "sanction",
    Sanction,
    rate,
    faults=faults,
    of=lambda p: p.of,
    words=Words("by ruling {percent} of {base}", "按裁定 {base} 的 {percent}"),
    example={"of": ["volume"], "causes": ["cross_region"], "takes": "0.5"},
)
