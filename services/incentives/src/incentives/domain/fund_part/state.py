"""A partner's part of a fund as its events tell it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.fund.words import FundTerms, Standing
from incentives.domain.fund_part.events import (
    ActivityHeld,
    ClaimApproved,
    ClaimDenied,
    ClaimPaid,
    ClaimSubmitted,
    ClaimWithdrawn,
    FundAllocated,
    FundExpired,
    FundPartClosed,
    FundPartOpened,
    FundRequestApproved,
    FundRequestDenied,
    FundRequested,
    FundRequestEnded,
    PartEvent,
)
from incentives.domain.words import ZERO


class ClaimStatus(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    PAID = "paid"


class RequestStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    ENDED = "ended"


class Claim(Struct, frozen=True, kw_only=True):
    """``approved`` is what is owed of it."""

    told: ClaimSubmitted
    status: ClaimStatus = ClaimStatus.SUBMITTED
    approved: Decimal = ZERO
    approved_by: str | None = None
    reference: str | None = None
    reason: str | None = None

    @property
    def taken(self) -> Decimal:
        """What of the request it takes up."""
        if self.status is ClaimStatus.SUBMITTED:
            return self.told.amount
        return self.approved if self.status in {ClaimStatus.APPROVED, ClaimStatus.PAID} else ZERO


class Request(Struct, frozen=True, kw_only=True):
    """``approved`` is what was promised; ``held`` that the activity took place."""

    told: FundRequested
    status: RequestStatus = RequestStatus.REQUESTED
    approved: Decimal = ZERO
    approved_by: str | None = None
    held: ActivityHeld | None = None
    reason: str | None = None
    claims: Mapping[str, Claim] = {}

    @property
    def taken(self) -> Decimal:
        return sum((one.taken for one in self.claims.values()), ZERO)

    def claimed(self, status: ClaimStatus) -> Decimal:
        return sum((one.taken for one in self.claims.values() if one.status is status), ZERO)

    @property
    def committed(self) -> Decimal:
        """What is promised and neither owed nor paid: of one that ended, what waits in its claims."""
        promised = self.approved if self.status is RequestStatus.APPROVED else self.taken
        return promised - self.claimed(ClaimStatus.APPROVED) - self.claimed(ClaimStatus.PAID)


class FundPart(Struct, frozen=True, kw_only=True):
    """``expired_on``: the time of requests was over, from then on nothing becomes available any more; ``closed``: that of claims, too.
    ``references`` are those of allocations, with their amounts."""

    terms: FundTerms | None = None
    allocated: Decimal = ZERO
    expired: Decimal = ZERO
    expired_on: date | None = None
    closed: bool = False
    references: Mapping[str, Decimal] = {}
    requests: Mapping[str, Request] = {}

    @property
    def currency(self) -> str:
        """Empty before there is a part."""
        return "" if self.terms is None else self.terms.currency

    @property
    def standing(self) -> Standing:
        requests = self.requests.values()
        return Standing(
            allocated=self.allocated,
            committed=sum((one.committed for one in requests), ZERO),
            owed=sum((one.claimed(ClaimStatus.APPROVED) for one in requests), ZERO),
            paid=sum((one.claimed(ClaimStatus.PAID) for one in requests), ZERO),
            expired=self.expired,
        )


def evolve(part: FundPart, event: PartEvent) -> FundPart:
    match event:
        case FundPartOpened():
            return replace(part, terms=event.terms)
        case FundAllocated():
            references = {**part.references, event.reference: event.amount}
            return replace(part, allocated=part.allocated + event.amount, references=references)
        case FundExpired():
            # `expired_on` is the first time: what was open then is told by later ones.
            return replace(part, expired=part.expired + event.amount, expired_on=part.expired_on or event.occurred_on)
        case FundPartClosed():
            return replace(part, closed=True)
        case FundRequested():
            return _with(part, event.request_id, Request(told=event))
        case _:
            return _with(part, event.request_id, _request(part.requests[event.request_id], event))


def _with(part: FundPart, request_id: str, request: Request) -> FundPart:
    return replace(part, requests={**part.requests, request_id: request})


def _request(request: Request, event: Any) -> Request:
    match event:
        case FundRequestApproved():
            return replace(request, status=RequestStatus.APPROVED, approved=event.amount, approved_by=event.by)
        case FundRequestDenied():
            return replace(request, status=RequestStatus.DENIED, reason=event.reason)
        case FundRequestEnded():
            return replace(request, status=RequestStatus.ENDED, reason=event.reason)
        case ActivityHeld():
            return replace(request, held=event)
        case ClaimSubmitted():
            claim = Claim(told=event)
        case _:
            claim = _claim(request.claims[event.claim_id], event)
    return replace(request, claims={**request.claims, event.claim_id: claim})


def _claim(claim: Claim, event: ClaimApproved | ClaimDenied | ClaimWithdrawn | ClaimPaid) -> Claim:
    match event:
        case ClaimApproved():
            return replace(claim, status=ClaimStatus.APPROVED, approved=event.amount, approved_by=event.by)
        case ClaimDenied():
            return replace(claim, status=ClaimStatus.DENIED, reason=event.reason)
        case ClaimWithdrawn():
            return replace(claim, status=ClaimStatus.WITHDRAWN, reason=event.reason)
        case ClaimPaid():
            return replace(claim, status=ClaimStatus.PAID, reference=event.reference)
