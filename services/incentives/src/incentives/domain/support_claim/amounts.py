"""What a claim comes to, and of which limits it takes how much."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from channel_events.pure import Rejected

from incentives.domain.exact import Rounding, payable
from incentives.domain.portion import portion_of
from incentives.domain.support_claim.commands import ByAgreement, ByProtection, ByRotation, Submission
from incentives.domain.support_claim.events import ClaimedLine, SupportKind, TakenLimit
from incentives.domain.support_claim.purchases import net_bought, units_bought
from incentives.domain.support_limit import limit_named
from incentives.domain.words import ZERO


def claimed(said: Submission, on: date) -> dict[str, Any]:
    """The fields of the event that tells the claim; `Rejected` where it is not one by what is agreed."""
    match said:
        case ByAgreement():
            return _sold(said)
        case ByProtection():
            return _protected(said)
        case ByRotation():
            return _given_back(said, on)


def _line(currency: str, sku: str, quantity: int, price: Decimal, rate: Decimal, **more: Any) -> ClaimedLine:
    amount = payable((Fraction(price) - Fraction(rate)) * quantity, currency, Rounding.HALF_UP)
    return ClaimedLine(sku=sku, quantity=quantity, price=price, rate=rate, amount=amount, **more)


def _sold(said: ByAgreement) -> dict[str, Any]:
    c, terms = said.claim, said.terms
    lines, limits, units = [], [], dict[str, int]()
    for one in c.lines:
        item = terms.item(one.sku)
        if item is None or not terms.first <= one.sold_on <= terms.last:
            raise Rejected("support_not_agreed", agreement_id=c.agreement_id, sku=one.sku, sold_on=one.sold_on)
        price = item.price if one.price is None else one.price
        if not item.rate < price <= item.price:
            raise Rejected("support_price_wrong", sku=one.sku, price=price, most=item.price, rate=item.rate)
        lines.append(_line(terms.currency, one.sku, one.quantity, price, item.rate, reference=one.reference, sold_on=one.sold_on))
        limits.append(TakenLimit(limit=limit_named("sale", c.partner_id, one.reference, one.sku), amount=Decimal(1), most=Decimal(1)))
        units[one.sku] = units.get(one.sku, 0) + one.quantity
    for sku, number in units.items():
        item = terms.item(sku)
        most = 0 if item is None else item.units
        limits.append(TakenLimit(limit=limit_named("agreed", c.agreement_id, sku), amount=Decimal(number), most=Decimal(most)))
        bought = units_bought(said.bought.get(sku, ()))
        limits.append(
            TakenLimit(limit=limit_named("resold", c.partner_id, terms.currency, sku), amount=Decimal(number), most=Decimal(bought))
        )
    return _told(SupportKind.SHIP_AND_DEBIT, c.agreement_id, terms.currency, lines, limits)


def _protected(said: ByProtection) -> dict[str, Any]:
    c, protection = said.claim, said.protection
    before = protection.changed_on - timedelta(days=1)
    since = date.min if protection.bought_within is None else protection.changed_on - timedelta(days=protection.bought_within)
    held = min(
        units_bought(said.bought, until=before), units_bought((one for one in said.bought if one.units > 0), until=before, since=since)
    )
    lines = [_line(protection.currency, protection.sku, c.quantity, protection.before, protection.after)]
    limit = TakenLimit(limit=limit_named("held", c.protection_id, c.partner_id), amount=Decimal(c.quantity), most=Decimal(held))
    return _told(SupportKind.PRICE_PROTECTION, c.protection_id, protection.currency, lines, [limit])


def _given_back(said: ByRotation, on: date) -> dict[str, Any]:
    c, rotation = said.claim, said.rotation
    if not rotation.first <= on <= rotation.last:
        raise Rejected("stock_rotation_over", rotation_id=c.rotation_id, first=rotation.first, last=rotation.last)
    lines = [_line(rotation.currency, one.sku, one.quantity, one.price, ZERO) for one in c.lines]
    amount = sum((one.amount for one in lines), ZERO)
    most = portion_of(net_bought(said.bought, rotation.bought_from, rotation.bought_until), rotation.share, rotation.currency)
    limit = TakenLimit(limit=limit_named("rotated", c.rotation_id, c.partner_id), amount=amount, most=most)
    return _told(SupportKind.STOCK_ROTATION, c.rotation_id, rotation.currency, lines, [limit])


def _told(kind: SupportKind, subject: str, currency: str, lines: list[ClaimedLine], limits: list[TakenLimit]) -> dict[str, Any]:
    amount = sum((one.amount for one in lines), ZERO)
    return {"kind": kind, "subject": subject, "currency": currency, "amount": amount, "lines": tuple(lines), "limits": tuple(limits)}
