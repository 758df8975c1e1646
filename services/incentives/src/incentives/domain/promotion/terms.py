"""What a promotion says."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_terms import PLANNED, Code, Currency, Name, Quantity, Wrong
from msgspec import Meta, Struct

from incentives.domain.condition import Condition
from incentives.domain.portion import Portion
from incentives.domain.words import ZERO, Least

_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z"
PromotionId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=_ID, description="For ever.", examples=["spring-2026"])]
_Uses: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000_000, examples=[500])]


class FreeUnits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of each ``buy`` + ``get`` units of a line, ``get`` cost nothing."""

    buy: Quantity
    get: Quantity


class Effect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes off: exactly one of these. Never more than a line comes to."""

    percent: Annotated[Portion | None, Meta(description="A share of what the lines come to.", examples=["0.1"])] = None
    per_unit: Annotated[Least | None, Meta(description="For each unit.", examples=["5.00"])] = None
    amount: Annotated[Least | None, Meta(description="Once, of all lines that it is about.", examples=["100.00"])] = None
    free: FreeUnits | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.percent, self.per_unit, self.amount, self.free)) != 1:
            raise Wrong("must say exactly one of percent, per_unit, amount, free", "percent、per_unit、amount、free 须恰好指定一项")


class Budget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it may come to at most; of one type of channel, or of all of them together. Nothing is redeemed that does not fit whole."""

    channel_type: Annotated[Code | None, Meta(description="All when left out.", examples=["store"])] = None
    spend: Annotated[Least | None, Meta(description="In its currency.", examples=["50000.00"])] = None
    uses: Annotated[_Uses | None, Meta(description="Orders.")] = None


class Funding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who bears which share of it."""

    payer: Annotated[Code, Meta(examples=["brand"])]
    share: Annotated[Portion, Meta(examples=["0.7"])]


class PromotionTerms(Struct, frozen=True, kw_only=True):
    """Promotions are looked at in the order of their priority, then of their ids."""

    title: Annotated[Name, Meta(examples=["Spring pens"])]
    currency: Currency
    first: Annotated[date, PLANNED, Meta(examples=["2026-03-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-05-31"])]
    effect: Annotated[Effect, Meta(examples=[{"percent": "0.1"}])]
    funding: Annotated[
        tuple[Funding, ...],
        Meta(
            min_length=1,
            max_length=20,
            description="Their shares are 1 all together.",
            examples=[[{"payer": "brand", "share": "0.7"}, {"payer": "supplier-7", "share": "0.3"}]],
        ),
    ]
    channels: Annotated[
        Annotated[tuple[Code, ...], Meta(max_length=100)],
        Meta(description="The types of channels that it is for; all when empty.", examples=[["store"]]),
    ] = ()
    when: Annotated[Condition, Meta(description="Which lines it is about.")] = ""
    least: Annotated[Least, Meta(description="What those lines have to come to.", examples=["500.00"])] = ZERO
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=100)] = ()
    per_partner: Annotated[_Uses | None, Meta(description="Orders of one partner.", examples=[1])] = None
    coupon: Annotated[bool, Meta(description="Only for orders that bring one of its coupons.")] = False
    priority: Annotated[int, Meta(ge=0, le=1_000_000, description="The smallest first.", examples=[10])] = 100
    exclusive: Annotated[
        Code | None, Meta(description="Of those that say the same, an order gets the first only.", examples=["season"])
    ] = None
    on_rest: Annotated[bool, Meta(description="Takes off what earlier ones leave, not what the lines came to before them.")] = True

    def check(self) -> None:
        """`Wrong` where its parts do not fit together."""
        if sum((one.share for one in self.funding), Decimal(0)) != 1:
            raise Wrong("the shares of its funding must be 1 all together", "出资份额之和须为 1")
        if len({one.payer for one in self.funding}) < len(self.funding):
            raise Wrong("a payer is named once", "同一出资方只能出现一次")
