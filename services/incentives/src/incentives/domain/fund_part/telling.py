"""What decisions about requests and about claims share."""

from decimal import Decimal
from typing import Any, TypeVar

from channel_events.pure import Rejected, tell
from msgspec import Struct

from incentives.domain.fund_part.state import FundPart, Request, RequestStatus
from incentives.domain.portion import is_payable

S = TypeVar("S", bound=Struct)


def moving(cls: type[S], said: Struct, **others: Any) -> S:
    """An event by which money moves; what it comes to in the ledger is told when it is known where the part stands behind it."""
    return tell(cls, said, postings=(), **others)


def checked_payable(amount: Decimal, currency: str) -> None:
    if amount <= 0 or not is_payable(amount, currency):
        raise Rejected("fund_amount_invalid", amount=amount, currency=currency)


def four_eyes(c: Any, *others: str | None) -> None:
    """Who asks for it, who approves it and who pays it are not one person."""
    if (by := c.by or "") in others:
        raise Rejected("fund_four_eyes", by=by)


def open_request(c: Any, part: FundPart, *steps: RequestStatus) -> Request:
    """The request that the command is about, which has to be at one of these steps."""
    request = part.requests.get(c.request_id)
    if request is None:
        raise Rejected("fund_request_unknown", request_id=c.request_id)
    if request.status not in steps:
        raise Rejected("fund_request_step_wrong", request_id=c.request_id, status=request.status)
    return request
