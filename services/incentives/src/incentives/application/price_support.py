"""Claims for the support of prices, with what each takes of its limits: all of it one write, or nothing."""

from datetime import date
from typing import Any

from channel_events import Ask, Decider, On, Rejected, Steps

from incentives.domain.price_protection import PRICE_PROTECTION, PriceProtection
from incentives.domain.stock_rotation import STOCK_ROTATION, StockRotation
from incentives.domain.support_agreement import SUPPORT_AGREEMENT, SupportAgreement
from incentives.domain.support_claim.commands import (
    ApproveSupportClaim,
    ByAgreement,
    ByProtection,
    ByRotation,
    ClaimPriceProtection,
    ClaimShipAndDebit,
    ClaimStockRotation,
    DenySupportClaim,
    Submission,
)
from incentives.domain.support_claim.decide import SUPPORT_CLAIM, SupportClaim, SupportStatus
from incentives.domain.support_claim.events import SupportKind
from incentives.domain.support_claim.purchases import PURCHASES, purchases_of
from incentives.domain.support_limit import SUPPORT_LIMIT, FreeLimit, TakeLimit
from incentives.domain.withdrawn import refuse_withdrawn


def for_sales(c: ClaimShipAndDebit) -> Steps:
    agreement: SupportAgreement = (yield Ask(SUPPORT_AGREEMENT, c.agreement_id)).state
    terms = agreement.terms
    if terms is None or not agreement.approved or terms.partner_id != c.partner_id:
        raise Rejected("support_agreement_unknown", agreement_id=c.agreement_id)
    yield from _refusing(c.claim_id, c.agreement_id, agreement.withdrawn_on)
    bought = {}
    for sku in dict.fromkeys(one.sku for one in c.lines):
        bought[sku] = (yield Ask(PURCHASES, purchases_of(c.partner_id, terms.currency, sku))) or ()
    yield from _submitting(ByAgreement(claim=c, terms=terms, bought=bought))


def for_stock(c: ClaimPriceProtection) -> Steps:
    found: PriceProtection = (yield Ask(PRICE_PROTECTION, c.protection_id)).state
    if (protection := found.opened) is None:
        raise Rejected("price_protection_unknown", protection_id=c.protection_id)
    yield from _refusing(c.claim_id, c.protection_id, found.withdrawn_on)
    bought = (yield Ask(PURCHASES, purchases_of(c.partner_id, protection.currency, protection.sku))) or ()
    yield from _submitting(ByProtection(claim=c, protection=protection, bought=bought))


def for_returns(c: ClaimStockRotation) -> Steps:
    found: StockRotation = (yield Ask(STOCK_ROTATION, c.rotation_id)).state
    if (rotation := found.opened) is None:
        raise Rejected("stock_rotation_unknown", rotation_id=c.rotation_id)
    yield from _refusing(c.claim_id, c.rotation_id, found.withdrawn_on)
    bought = (yield Ask(PURCHASES, purchases_of(c.partner_id, rotation.currency))) or ()
    yield from _submitting(ByRotation(claim=c, rotation=rotation, bought=bought))


def _refusing(claim_id: str, subject: str, withdrawn_on: date | None) -> Steps:
    """A claim by what was withdrawn, but for one that was made before: the same again changes nothing."""
    if withdrawn_on is not None and (yield Ask(SUPPORT_CLAIM, claim_id)).state.told is None:
        refuse_withdrawn(subject, withdrawn_on)


def _submitting(said: Submission) -> Steps:
    for told in (yield On(SUPPORT_CLAIM, said.claim.claim_id, said)):
        for one in told.limits:
            yield On(SUPPORT_LIMIT, one.limit, TakeLimit(limit=one.limit, claim_id=told.claim_id, amount=one.amount, most=one.most))


_SUBJECTS: dict[SupportKind, Decider[Any, Any, Any]] = {
    SupportKind.SHIP_AND_DEBIT: SUPPORT_AGREEMENT,
    SupportKind.PRICE_PROTECTION: PRICE_PROTECTION,
    SupportKind.STOCK_ROTATION: STOCK_ROTATION,
}


def approving(c: ApproveSupportClaim) -> Steps:
    """Refused where what it is claimed by was withdrawn meanwhile: it is denied, or claimed by what is right."""
    claim: SupportClaim = (yield Ask(SUPPORT_CLAIM, c.claim_id)).state
    if claim.told is not None and claim.status is SupportStatus.SUBMITTED:
        subject = (yield Ask(_SUBJECTS[claim.told.kind], claim.told.subject)).state
        refuse_withdrawn(claim.told.subject, subject.withdrawn_on)
    yield On(SUPPORT_CLAIM, c)


def denying(c: DenySupportClaim) -> Steps:
    for told in (yield On(SUPPORT_CLAIM, c)):
        claim = (yield Ask(SUPPORT_CLAIM, told.claim_id)).state
        for one in claim.told.limits:
            yield On(SUPPORT_LIMIT, one.limit, FreeLimit(limit=one.limit, claim_id=told.claim_id))
