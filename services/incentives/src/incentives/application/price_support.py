"""Claims for the support of prices, with what each takes of its limits: all of it one write, or nothing."""

from channel_events import Ask, On, Rejected, Steps

from incentives.domain.price_protection import PRICE_PROTECTION
from incentives.domain.stock_rotation import STOCK_ROTATION
from incentives.domain.support_agreement import SUPPORT_AGREEMENT, SupportAgreement
from incentives.domain.support_claim.commands import (
    ByAgreement,
    ByProtection,
    ByRotation,
    ClaimPriceProtection,
    ClaimShipAndDebit,
    ClaimStockRotation,
    DenySupportClaim,
    Submission,
)
from incentives.domain.support_claim.decide import SUPPORT_CLAIM
from incentives.domain.support_claim.purchases import PURCHASES, purchases_of
from incentives.domain.support_limit import SUPPORT_LIMIT, FreeLimit, TakeLimit


def for_sales(c: ClaimShipAndDebit) -> Steps:
    agreement: SupportAgreement = (yield Ask(SUPPORT_AGREEMENT, c.agreement_id)).state
    terms = agreement.terms
    if terms is None or not agreement.approved or terms.partner_id != c.partner_id:
        raise Rejected("support_agreement_unknown", agreement_id=c.agreement_id)
    bought = {}
    for sku in dict.fromkeys(one.sku for one in c.lines):
        bought[sku] = (yield Ask(PURCHASES, purchases_of(c.partner_id, terms.currency, sku))) or ()
    yield from _submitting(ByAgreement(claim=c, terms=terms, bought=bought))


def for_stock(c: ClaimPriceProtection) -> Steps:
    protection = (yield Ask(PRICE_PROTECTION, c.protection_id)).state
    if protection is None:
        raise Rejected("price_protection_unknown", protection_id=c.protection_id)
    bought = (yield Ask(PURCHASES, purchases_of(c.partner_id, protection.currency, protection.sku))) or ()
    yield from _submitting(ByProtection(claim=c, protection=protection, bought=bought))


def for_returns(c: ClaimStockRotation) -> Steps:
    rotation = (yield Ask(STOCK_ROTATION, c.rotation_id)).state
    if rotation is None:
        raise Rejected("stock_rotation_unknown", rotation_id=c.rotation_id)
    bought = (yield Ask(PURCHASES, purchases_of(c.partner_id, rotation.currency))) or ()
    yield from _submitting(ByRotation(claim=c, rotation=rotation, bought=bought))


def _submitting(said: Submission) -> Steps:
    for told in (yield On(SUPPORT_CLAIM, said.claim.claim_id, said)):
        for one in told.limits:
            yield On(SUPPORT_LIMIT, one.limit, TakeLimit(limit=one.limit, claim_id=told.claim_id, amount=one.amount, most=one.most))


def denying(c: DenySupportClaim) -> Steps:
    for told in (yield On(SUPPORT_CLAIM, c)):
        claim = (yield Ask(SUPPORT_CLAIM, told.claim_id)).state
        for one in claim.told.limits:
            yield On(SUPPORT_LIMIT, one.limit, FreeLimit(limit=one.limit, claim_id=told.claim_id))
