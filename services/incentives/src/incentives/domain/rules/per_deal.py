"""A bonus for each deal while a campaign runs (SPIFF)."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated

from channel_terms import PLANNED, Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Least


class PerDeal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deal is an order with what was sold, less what came back of it, of the lines that the rule is about."""

    amount: Annotated[Least, Meta(description="For each deal.", examples=["100.00"])]
    least: Annotated[Least, Meta(description="How large a deal has to be; it has to be more than 0 anyway.", examples=["1000"])]
    first: Annotated[date, PLANNED, Meta(description="The first day of the campaign.", examples=["2026-06-01"])]
    last: Annotated[date, PLANNED, Meta(description="Its last.", examples=["2026-06-30"])]
    most: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None,
        Meta(description="No more deals than these in a window, the earliest first.", examples=[10]),
    ] = None


def faults(p: PerDeal) -> Iterator[Words]:
    if p.last < p.first:
        yield Words(f"the campaign ends on {p.last}, before it begins", f"活动于 {p.last} 结束，早于开始日期")


def rate(p: PerDeal, pot: Pot) -> Iterator[Slice]:
    dated: dict[str, date] = {}
    for line in pot.lines:
        dated[line.order_id] = min(dated.get(line.order_id, line.on), line.on)
    sizes = pot.by(lambda line: line.order_id)
    deals = sorted(
        (day, order) for order, day in dated.items() if p.first <= day <= p.last and sizes[order] > 0 and sizes[order] >= p.least
    )
    count = len(deals[: p.most])
    if count:
        yield Slice(base=Fraction(count), rate=Fraction(p.amount))


PER_DEAL = RuleType(
    "per_deal",
    PerDeal,
    rate,
    faults=faults,
    whole=False,
    words=Words("{base} deals at {rate} each", "{base} 笔订单，每笔 {rate}"),
    example={"amount": "100.00", "least": "1000", "first": "2026-06-01", "last": "2026-06-30", "most": 10},
)
