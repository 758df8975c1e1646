"""Funds as they are now, and what came of their activities."""

from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

from channel_events import Log, Rejected
from channel_service.files import KEPT_FILES, Files
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.funds import part_key
from incentives.domain.fund.budget import FUND, Fund
from incentives.domain.fund_part.decide import FUND_PART
from incentives.domain.fund_part.state import ClaimStatus, FundPart
from incentives.domain.words import ZERO
from incentives.views.movements import net_of_orders


async def find_fund(log: Log, fund_id: str) -> tuple[Any, str | None]:
    """The fund, and the tag of its stream; ``fund_unknown`` when there is none."""
    found = await log.current(FUND, fund_id)
    state: Fund = found.state
    if state.opened is None:
        raise Rejected("fund_unknown", fund_id=fund_id)
    return state, found.tag


async def find_part(log: Log, fund_id: str, partner_id: str) -> tuple[FundPart, str | None]:
    found = await log.current(FUND_PART, part_key(fund_id, partner_id))
    if found.state.terms is None:
        raise Rejected("fund_part_unknown", fund_id=fund_id, partner_id=partner_id)
    return found.state, found.tag


async def files_of(log: Log, partner_id: str) -> Files:
    """The partner's files that are kept, or were named."""
    return await log.state(KEPT_FILES, partner_id)


class Won(Struct, frozen=True, kw_only=True):
    """``orders`` are those that count, with what they come to."""

    currency: str
    spent: Decimal
    orders: dict[str, Decimal]
    elsewhere: list[str]

    @property
    def won(self) -> Decimal:
        return sum(self.orders.values(), ZERO)

    @property
    def ratio(self) -> Decimal | None:
        return (self.won / self.spent).quantize(Decimal("0.0001")) if self.spent else None


async def won_by(reading: AbstractAsyncContextManager[AsyncConnection], part: FundPart, partner_id: str, request_id: str) -> Won:
    """`Rejected` (``fund_request_unknown``) when there is no such request."""
    request = part.requests.get(request_id)
    if request is None or part.terms is None:
        raise Rejected("fund_request_unknown", request_id=request_id)
    claims = [one for one in request.claims.values() if one.taken]
    named = sorted({order for one in claims for order in one.told.orders})
    async with reading as read:
        found = await net_of_orders(read, partner_id, part.terms.currency, named)
    spent = sum((request.claimed(status) for status in (ClaimStatus.APPROVED, ClaimStatus.PAID)), ZERO)
    elsewhere = [name for name in named if name not in found]
    return Won(currency=part.terms.currency, spent=spent, orders=found, elsewhere=elsewhere)
