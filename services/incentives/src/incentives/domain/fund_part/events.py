"""What happens to a partner's part of a fund, from the money it is given to the claims that are paid.

``postings`` are what it comes to in the ledger: nothing all together.
"""

from datetime import date
from decimal import Decimal
from typing import TypeAlias, get_args

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.fund.words import FundTerms
from incentives.domain.ledger import Posting


class Proof(Struct, frozen=True):
    """A file that shows what was done or paid: ``sha256`` is the hash of its bytes, in hexadecimal digits."""

    name: str
    sha256: str


class _OfPart(Struct, frozen=True, kw_only=True):
    fund_id: str
    partner_id: str
    by: str
    occurred_on: date


class _Moved(_OfPart, frozen=True, kw_only=True):
    postings: tuple[Posting, ...]


class _OfRequest(_OfPart, frozen=True, kw_only=True):
    request_id: str


class _RequestMoved(_Moved, frozen=True, kw_only=True):
    request_id: str


class _OfClaim(_OfRequest, frozen=True, kw_only=True):
    claim_id: str


class _ClaimMoved(_RequestMoved, frozen=True, kw_only=True):
    claim_id: str


@event("fund_part_opened")
class FundPartOpened(Struct, frozen=True, kw_only=True):
    """The terms of the fund, as they hold for this part for ever."""

    fund_id: str
    partner_id: str
    terms: FundTerms
    occurred_on: date


@event("fund_allocated", public=True)
class FundAllocated(_Moved, frozen=True, kw_only=True):
    """The partner may use ``amount`` more of the fund until ``last``; less than 0 was taken back. ``carried_from`` names the fund in which
    it was left over."""

    currency: str
    amount: Decimal
    reference: str
    last: date
    carried_from: str | None = None


@event("fund_requested")
class FundRequested(_OfRequest, frozen=True, kw_only=True):
    """``amount`` for an activity from ``starts`` to ``ends`` that is not held yet."""

    activity: str
    title: str
    starts: date
    ends: date
    amount: Decimal


@event("fund_request_approved")
class FundRequestApproved(_RequestMoved, frozen=True, kw_only=True):
    """``amount`` is committed: claims may come to that much."""

    amount: Decimal


@event("fund_request_denied")
class FundRequestDenied(_OfRequest, frozen=True, kw_only=True):
    reason: str


@event("fund_request_ended")
class FundRequestEnded(_RequestMoved, frozen=True, kw_only=True):
    """No more claims come: it was withdrawn, closed, or their time is over. What is not claimed of it is committed no more."""

    reason: str


@event("activity_held")
class ActivityHeld(_OfRequest, frozen=True, kw_only=True):
    """The activity took place, as ``report`` says."""

    held_on: date
    report: str


@event("claim_submitted")
class ClaimSubmitted(_OfClaim, frozen=True, kw_only=True):
    """``amount`` of what something cost, with the proofs, and the orders that were won by it."""

    cost: Decimal
    amount: Decimal
    proofs: tuple[Proof, ...]
    orders: tuple[str, ...]


@event("claim_approved", public=True)
class ClaimApproved(_ClaimMoved, frozen=True, kw_only=True):
    """``amount`` is owed to the partner; it may be less than was claimed."""

    currency: str
    amount: Decimal


@event("claim_denied")
class ClaimDenied(_ClaimMoved, frozen=True, kw_only=True):
    reason: str


@event("claim_withdrawn")
class ClaimWithdrawn(_ClaimMoved, frozen=True, kw_only=True):
    reason: str


@event("claim_paid", public=True)
class ClaimPaid(_ClaimMoved, frozen=True, kw_only=True):
    """``amount`` was paid; ``reference`` is that of the payment, at the bank."""

    currency: str
    amount: Decimal
    reference: str


@event("fund_expired")
class FundExpired(_Moved, frozen=True, kw_only=True):
    """``amount`` was not used in time; ``carried`` of it goes on in the fund ``into``."""

    currency: str
    amount: Decimal
    carried: Decimal
    into: str | None
    claims_until: date


@event("fund_part_closed")
class FundPartClosed(_OfPart, frozen=True, kw_only=True):
    """The time of claims is over; those that wait are still decided and paid."""


PartEvent: TypeAlias = (
    FundPartOpened
    | FundAllocated
    | FundRequested
    | FundRequestApproved
    | FundRequestDenied
    | FundRequestEnded
    | ActivityHeld
    | ClaimSubmitted
    | ClaimApproved
    | ClaimDenied
    | ClaimWithdrawn
    | ClaimPaid
    | FundExpired
    | FundPartClosed
)
EVENTS: tuple[type[PartEvent], ...] = get_args(PartEvent)
