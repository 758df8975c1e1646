"""What may be done with the claims of a request."""

from collections.abc import Iterator
from typing import TypeAlias

from channel_events.pure import Known, Rejected, tell
from channel_terms import happened_on
from msgspec import convert

from incentives.domain.fund.words import FundTerms
from incentives.domain.fund_part.commands import ApproveClaim, DenyClaim, PayClaim, SubmitClaim, WithdrawClaim
from incentives.domain.fund_part.events import ClaimApproved, ClaimDenied, ClaimPaid, ClaimSubmitted, ClaimWithdrawn, PartEvent, Proof
from incentives.domain.fund_part.state import Claim, ClaimStatus, FundPart, RequestStatus
from incentives.domain.fund_part.telling import checked_payable, four_eyes, moving, open_request
from incentives.domain.portion import portion_of

ClaimCommand: TypeAlias = SubmitClaim | ApproveClaim | DenyClaim | WithdrawClaim | PayClaim


def decide_claim(command: ClaimCommand, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    match command:
        case SubmitClaim():
            return _submit(command, part, terms, known)
        case ApproveClaim():
            return _approve(command, part, terms, known)
        case PayClaim():
            return _pay(command, part, terms, known)
        case _:
            return _drop(command, part, known)


def _approve(c: ApproveClaim, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    claim = _claim(c, part, ClaimStatus.SUBMITTED, ClaimStatus.APPROVED)
    amount = claim.told.amount if c.amount is None else c.amount
    if claim.status is ClaimStatus.APPROVED:
        if c.amount not in {None, claim.approved}:
            raise Rejected("claim_step_wrong", claim_id=c.claim_id, status=claim.status)
        return
    four_eyes(c, claim.told.by)
    checked_payable(amount, terms.currency)
    if amount > claim.told.amount:
        raise Rejected("claim_too_high", claim_id=c.claim_id, most=claim.told.amount, amount=amount)
    yield moving(ClaimApproved, c, amount=amount, currency=terms.currency, by=c.by or "", occurred_on=happened_on(c.on, known))


def _pay(c: PayClaim, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    claim = _claim(c, part, ClaimStatus.APPROVED, ClaimStatus.PAID)
    if claim.status is ClaimStatus.PAID:
        if claim.reference != c.reference:
            raise Rejected("claim_step_wrong", claim_id=c.claim_id, status=claim.status)
        return
    four_eyes(c, claim.told.by, claim.approved_by)
    yield moving(ClaimPaid, c, amount=claim.approved, currency=terms.currency, by=c.by or "", occurred_on=happened_on(c.on, known))


def _drop(c: DenyClaim | WithdrawClaim, part: FundPart, known: Known) -> Iterator[PartEvent]:
    claim = _claim(c, part, ClaimStatus.SUBMITTED, ClaimStatus.DENIED if isinstance(c, DenyClaim) else ClaimStatus.WITHDRAWN)
    if claim.status is ClaimStatus.SUBMITTED:
        on = happened_on(c.on, known)
        if isinstance(c, WithdrawClaim):
            yield moving(ClaimWithdrawn, c, by=c.by or "", occurred_on=on)
        else:
            four_eyes(c, claim.told.by)
            yield moving(ClaimDenied, c, by=c.by or "", occurred_on=on)


def _submit(c: SubmitClaim, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    request, on = open_request(c, part, *RequestStatus), happened_on(c.on, known)
    proofs = tuple(convert(one, Proof, from_attributes=True) for one in c.proofs)
    if (claim := request.claims.get(c.claim_id)) is not None:
        told = claim.told
        if (told.cost, told.amount, told.proofs, told.orders) != (c.cost, c.amount, proofs, c.orders):
            raise Rejected("claim_exists", claim_id=c.claim_id)
        return
    open_request(c, part, RequestStatus.APPROVED)
    if request.held is None:
        raise Rejected("fund_activity_not_held", request_id=c.request_id)
    if on > terms.claims_until:
        raise Rejected("fund_over", fund_id=c.fund_id, first=terms.first, last=terms.claims_until)
    checked_payable(c.amount, terms.currency)
    most = min(request.approved - request.taken, portion_of(c.cost, terms.reimburses, terms.currency))
    if c.amount > most:
        raise Rejected("claim_too_high", claim_id=c.claim_id, most=most, amount=c.amount)
    # What won an order is one activity: of two, its return would be counted twice.
    linked = {order for other in part.requests.values() for one in other.claims.values() if one.taken for order in one.told.orders}
    if again := linked & set(c.orders):
        raise Rejected("claim_order_linked", orders=", ".join(sorted(again)))
    yield tell(ClaimSubmitted, c, proofs=proofs, by=c.by or "", occurred_on=on)


def _claim(c: ApproveClaim | DenyClaim | WithdrawClaim | PayClaim, part: FundPart, *steps: ClaimStatus) -> Claim:
    """The claim that the command is about, which has to be at one of these steps."""
    claim = open_request(c, part, *RequestStatus).claims.get(c.claim_id)
    if claim is None:
        raise Rejected("claim_unknown", claim_id=c.claim_id)
    if claim.status not in steps:
        raise Rejected("claim_step_wrong", claim_id=c.claim_id, status=claim.status)
    return claim
