"""A claim is submitted, approved by somebody else or denied, and credited once."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import happened_on
from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.ledger import Account, moved
from incentives.domain.support_claim.amounts import claimed
from incentives.domain.support_claim.commands import (
    ApproveSupportClaim,
    ByAgreement,
    ByProtection,
    ByRotation,
    CreditSupportClaim,
    DenySupportClaim,
    Submission,
    SupportClaimCommand,
)
from incentives.domain.support_claim.events import (
    EVENTS,
    SupportClaimApproved,
    SupportClaimCredited,
    SupportClaimDenied,
    SupportClaimEvent,
    SupportClaimSubmitted,
    SupportKind,
)


class SupportStatus(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DENIED = "denied"
    CREDITED = "credited"


class SupportClaim(Struct, frozen=True, kw_only=True):
    told: SupportClaimSubmitted | None = None
    status: SupportStatus = SupportStatus.SUBMITTED
    approved_by: str | None = None
    reference: str | None = None
    reason: str | None = None


def decide(command: SupportClaimCommand, claim: SupportClaim, known: Known) -> Iterator[SupportClaimEvent]:
    if isinstance(command, ByAgreement | ByProtection | ByRotation):
        yield from _submit(command, claim, known)
        return
    told = claim.told
    if told is None:
        raise Rejected("support_claim_unknown", claim_id=command.claim_id)
    more: dict[str, Any] = {"partner_id": told.partner_id, "by": command.by or "", "occurred_on": happened_on(command.on, known)}
    posted = told.kind is not SupportKind.STOCK_ROTATION
    match command:
        case ApproveSupportClaim():
            if _at(command, claim, SupportStatus.APPROVED, SupportStatus.SUBMITTED):
                _four_eyes(command, told.by)
                postings = moved(told.amount, told.currency, source=Account.PAYABLE, to=Account.EXPENSE) if posted else ()
                yield tell(SupportClaimApproved, command, postings=postings, **more)
        case DenySupportClaim():
            if _at(command, claim, SupportStatus.DENIED, SupportStatus.SUBMITTED):
                _four_eyes(command, told.by)
                yield tell(SupportClaimDenied, command, **more)
        case CreditSupportClaim():
            if claim.status is SupportStatus.CREDITED and claim.reference == command.reference:
                return
            _at(command, claim, None, SupportStatus.APPROVED)
            _four_eyes(command, told.by, claim.approved_by)
            postings = moved(told.amount, told.currency, source=Account.PAID, to=Account.PAYABLE) if posted else ()
            yield tell(SupportClaimCredited, command, postings=postings, **more)


def _submit(said: Submission, claim: SupportClaim, known: Known) -> Iterator[SupportClaimSubmitted]:
    c, told = said.claim, claim.told
    on = happened_on(c.on, known) if told is None or c.on is not None else told.occurred_on
    fields = claimed(said, on)
    if told is None:
        yield tell(SupportClaimSubmitted, c, by=c.by or "", occurred_on=on, **fields)
    elif (told.partner_id, told.subject, told.lines, told.kind) != (c.partner_id, fields["subject"], fields["lines"], fields["kind"]):
        raise Rejected("support_claim_exists", claim_id=c.claim_id)


def _at(c: Any, claim: SupportClaim, done: SupportStatus | None, before: SupportStatus) -> bool:
    """Whether the step is to be done; False where it is done already."""
    if claim.status is done:
        return False
    if claim.status is not before:
        raise Rejected("support_claim_step_wrong", claim_id=c.claim_id, status=claim.status)
    return True


def _four_eyes(c: Any, *others: str | None) -> None:
    if (by := c.by or "") in others:
        raise Rejected("support_four_eyes", by=by)


def evolve(claim: SupportClaim, event: SupportClaimEvent) -> SupportClaim:
    match event:
        case SupportClaimSubmitted():
            return SupportClaim(told=event)
        case SupportClaimApproved():
            return replace(claim, status=SupportStatus.APPROVED, approved_by=event.by)
        case SupportClaimDenied():
            return replace(claim, status=SupportStatus.DENIED, reason=event.reason)
        case SupportClaimCredited():
            return replace(claim, status=SupportStatus.CREDITED, reference=event.reference)


SUPPORT_CLAIM: Decider[SupportClaimCommand, SupportClaim, SupportClaimEvent] = Decider(
    "support_claim", initial=SupportClaim(), decide=decide, evolve=evolve, events=EVENTS
)
