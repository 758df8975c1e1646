"""Which promotions an order redeems, in their order, each with its amount; and why it does not redeem the others."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from channel_terms import MINOR_DIGITS
from msgspec import Struct

from incentives.domain.condition import Eligible
from incentives.domain.coupon import Coupon
from incentives.domain.exact import Rounding, payable, split
from incentives.domain.facts import Line
from incentives.domain.promotion.decide import Promotion, PromotionStatus
from incentives.domain.promotion.terms import Effect, Funding, PromotionTerms
from incentives.domain.redemption.order import Ordered, OrderedLine
from incentives.domain.words import ZERO


class Candidate(Struct, frozen=True, kw_only=True):
    """A promotion as it is now, the partner used it so often; ``coupons`` are those of it that the order brings."""

    promotion_id: str
    promotion: Promotion
    used: int = 0
    coupons: tuple[Coupon, ...] = ()

    @property
    def place(self) -> tuple[int, str]:
        return (0 if self.promotion.terms is None else self.promotion.terms.priority, self.promotion_id)

    def coupon(self, order: Ordered, on: date) -> tuple[str | None, str]:
        """The first coupon that the order may use; else why it may not use the one it brings."""
        refusal = "no_coupon"
        for one in self.coupons:
            found = one.refusal(order.partner_id, order.order_id, on)
            if found is None and one.issued is not None:
                return one.issued.coupon, ""
            refusal = found or refusal
        return None, refusal


class Taken(Struct, frozen=True, kw_only=True):
    """The order redeems it: what it takes off each line."""

    promotion_id: str
    amount: Decimal
    lines: dict[str, Decimal]
    funding: tuple[Funding, ...]
    coupon: str | None


class Passed(Struct, frozen=True, kw_only=True):
    """The order does not redeem it."""

    promotion_id: str
    reason: str


def chosen(
    order: Ordered, on: date, lines: Mapping[str, Line], candidates: Iterable[Candidate], before: Mapping[str, Mapping[str, Decimal]]
) -> Iterator[Taken | Passed]:
    """``lines`` are the order's as conditions know them, by id; ``before`` is what promotions took off each that it redeemed earlier."""
    rest = {one.line_id: Fraction(one.net) for one in order.lines}
    for amounts in before.values():
        _take(rest, amounts)
    groups = set[str]()
    for one in sorted(candidates, key=lambda one: (one.promotion_id not in before, one.place)):
        terms = one.promotion.terms
        if terms is None:
            continue
        found = None if one.promotion_id in before else _found(order, on, one, terms, lines, rest, groups)
        if isinstance(found, Taken):
            _take(rest, found.lines)
        if not isinstance(found, Passed) and terms.exclusive is not None:
            groups.add(terms.exclusive)
        if found is not None:
            yield found


def _take(rest: dict[str, Fraction], amounts: Mapping[str, Decimal]) -> None:
    for line_id, less in amounts.items():
        if line_id in rest:
            rest[line_id] -= Fraction(less)


def _found(
    order: Ordered,
    on: date,
    one: Candidate,
    terms: PromotionTerms,
    lines: Mapping[str, Line],
    rest: Mapping[str, Fraction],
    groups: set[str],
) -> Taken | Passed:
    coupon, no_coupon = one.coupon(order, on) if terms.coupon else (None, "")
    about = [line for line in order.lines if _eligible(terms.when).holds(lines[line.line_id])]
    amounts: dict[str, Decimal] = {}
    reason = no_coupon or _refusal(order, on, one, terms, groups)
    if not reason and sum((line.net for line in about), ZERO) < terms.least:
        reason = "too_little"
    if not reason:
        amounts = _amounts(terms, about, rest if terms.on_rest else {line.line_id: Fraction(line.net) for line in about}, rest)
        reason = "" if amounts else "nothing_left" if about else "no_lines"
    amount = sum(amounts.values(), ZERO)
    if not reason and not one.promotion.fits(order.channel_type, amount):
        reason = "budget_exhausted"
    if reason:
        return Passed(promotion_id=one.promotion_id, reason=reason)
    return Taken(promotion_id=one.promotion_id, amount=amount, lines=amounts, funding=terms.funding, coupon=coupon)


TELLING = frozenset(
    ("exclusive", "partner_limit", "budget_exhausted", "coupon_of_another", "coupon_over", "coupon_used_up", "too_little", "nothing_left")
)
"""Reasons that people ask about; the others only say that a promotion is about something else."""


@lru_cache(maxsize=1024)
def _eligible(condition: str) -> Eligible:
    return Eligible(condition)


def _refusal(order: Ordered, on: date, one: Candidate, terms: PromotionTerms, groups: set[str]) -> str:
    """Why the promotion is not for this order, whatever its lines are; nothing where it is."""
    checks: list[tuple[str, bool]] = [
        ("not_running", one.promotion.status is not PromotionStatus.RUNNING),
        ("other_currency", terms.currency != order.currency),
        ("other_days", not terms.first <= on <= terms.last),
        ("other_channel", bool(terms.channels) and order.channel_type not in terms.channels),
        ("exclusive", terms.exclusive in groups),
        ("partner_limit", terms.per_partner is not None and one.used >= terms.per_partner),
    ]
    return next((reason for reason, holds in checks if holds), "")


def _amounts(
    terms: PromotionTerms, about: Iterable[OrderedLine], base: Mapping[str, Fraction], rest: Mapping[str, Fraction]
) -> dict[str, Decimal]:
    """What it takes off each line, to the smallest unit of the currency, and of no line more than is left of it."""
    most = {line.line_id: _down(rest[line.line_id], terms.currency) for line in about}
    exact = _exact(terms.effect, {line.line_id: line for line in about}, base)
    total = min(payable(sum(exact.values(), Fraction()), terms.currency, Rounding.HALF_UP), sum(most.values(), ZERO))
    if total <= 0:
        return {}
    # A share is a fraction of many digits; what it is split by needs only their ratio, in whole numbers.
    scale = 10**12
    parts = split(total, {name: Decimal(int(value * scale)) for name, value in exact.items()}, terms.currency)
    return _within(parts, most, terms.currency)


def _exact(effect: Effect, lines: Mapping[str, OrderedLine], base: Mapping[str, Fraction]) -> dict[str, Fraction]:
    if effect.percent is not None:
        return {name: base[name] * Fraction(effect.percent) for name in lines}
    if effect.per_unit is not None:
        return {name: min(Fraction(effect.per_unit) * one.quantity, base[name]) for name, one in lines.items()}
    if effect.free is not None:
        every, free = effect.free.buy + effect.free.get, effect.free.get
        return {
            name: base[name] * (one.quantity // every * free) / one.quantity for name, one in lines.items()
        }  # a free unit is worth what a unit of the line comes to
    whole = sum((base[name] for name in lines), Fraction())
    amount = min(Fraction(effect.amount or ZERO), whole)
    return {name: amount * base[name] / whole if whole else Fraction() for name in lines}


def _down(value: Fraction, currency: str) -> Decimal:
    return payable(max(value, Fraction()), currency, Rounding.DOWN)


def _within(parts: dict[str, Decimal], most: Mapping[str, Decimal], currency: str) -> dict[str, Decimal]:
    """What is over the most of a line goes to others, as far as they have room; all together there is room for it."""
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))
    kept = {name: min(part, most[name]) for name, part in parts.items()}
    over = sum(parts.values(), ZERO) - sum(kept.values(), ZERO)
    for name in kept:
        room = min(most[name] - kept[name], over)
        kept[name] += room
        over -= room
    return {name: part for name, part in kept.items() if part >= unit}
