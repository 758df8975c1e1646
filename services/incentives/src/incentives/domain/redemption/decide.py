"""What is kept of an order's redemptions. What comes back of one is worked out of all that came back so far, so that however the units
come, all of them together take back all of it, to the cent."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import happened_on
from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.exact import Rounding, payable, split
from incentives.domain.redemption.choosing import TELLING, Taken, chosen
from incentives.domain.redemption.commands import Redeem, RedeemPromotions, RedemptionCommand, RollBackRedemption
from incentives.domain.redemption.events import (
    EVENTS,
    Borne,
    PromotionPassedOver,
    PromotionRedeemed,
    RedeemedLine,
    RedemptionEvent,
    RedemptionRolledBack,
)
from incentives.domain.redemption.needs import category_on
from incentives.domain.words import ZERO


class Redeemed(Struct, frozen=True, kw_only=True):
    """``back`` is what came back of each line, in units and in money."""

    told: PromotionRedeemed
    back: Mapping[str, RedeemedLine] = {}

    @property
    def left(self) -> Decimal:
        return self.told.amount - sum((one.amount for one in self.back.values()), ZERO)


class Redemption(Struct, frozen=True, kw_only=True):
    """By promotion; ``causes`` took something back, ``passed`` says why the others were passed over last."""

    promotions: Mapping[str, Redeemed] = {}
    passed: Mapping[str, str] = {}
    causes: Mapping[str, bool] = {}


def decide(command: RedemptionCommand, redemption: Redemption, known: Known) -> Iterator[RedemptionEvent]:
    if isinstance(command, Redeem):
        yield from _redeem(command, redemption, known)
    elif command.reference not in redemption.causes:
        for one in redemption.promotions.values():
            yield from _rolled_back(command, one, known)


def _redeem(c: Redeem, redemption: Redemption, known: Known) -> Iterator[RedemptionEvent]:
    order, on = c.order, happened_on(c.order.on, known)
    if len({one.line_id for one in order.lines}) < len(order.lines):
        raise Rejected("redemption_lines_invalid", order_id=order.order_id)
    first = c.first_order is None or c.first_order.order_id == order.order_id or on < c.first_order.placed_on
    lines = {one.line_id: order.as_line(one, on, category_on(c.categories.get(one.sku, ()), on), first=first) for one in order.lines}
    before = {name: {line.line_id: line.amount for line in one.told.lines} for name, one in redemption.promotions.items()}
    for found in chosen(order, on, lines, c.candidates, before):
        if isinstance(found, Taken):
            yield _redeemed(order, found, on)
        elif found.reason in TELLING and redemption.passed.get(found.promotion_id) != found.reason:
            about = {"promotion_id": found.promotion_id, "reason": found.reason}
            yield tell(PromotionPassedOver, order, **about, occurred_on=on)


def _redeemed(order: RedeemPromotions, taken: Taken, on: date) -> PromotionRedeemed:
    units = {line.line_id: line.quantity for line in order.lines}
    borne = split(taken.amount, {one.payer: one.share for one in taken.funding}, order.currency)
    return tell(
        PromotionRedeemed,
        order,
        promotion_id=taken.promotion_id,
        amount=taken.amount,
        lines=tuple(RedeemedLine(name, units[name], amount) for name, amount in taken.lines.items()),
        funding=tuple(Borne(payer, amount) for payer, amount in borne.items()),
        coupon=taken.coupon,
        occurred_on=on,
    )


def _rolled_back(c: RollBackRedemption, redeemed: Redeemed, known: Known) -> Iterator[RedemptionRolledBack]:
    wanted: dict[str, int] = {}
    for one in c.lines:
        wanted[one.line_id] = wanted.get(one.line_id, 0) + one.quantity
    lines = [line for one in redeemed.told.lines if (line := _line_back(one, redeemed, wanted.get(one.line_id, 0))) is not None]
    if not lines:
        return
    told, amount = redeemed.told, sum((line.amount for line in lines), ZERO)
    left = redeemed.left - amount
    # Of what is left the payers bear their shares, so what each gets back is what it bore less its share of that.
    shares = {one.payer: one.amount for one in told.funding}
    before, after = (split(each, shares, told.currency) for each in (redeemed.left, left))
    yield tell(
        RedemptionRolledBack,
        told,
        amount=amount,
        lines=tuple(lines),
        funding=tuple(Borne(payer, before[payer] - after[payer]) for payer in shares),
        complete=all(_units_back(one, redeemed, wanted.get(one.line_id, 0)) == one.quantity for one in told.lines),
        cause=c.reference,
        occurred_on=happened_on(c.on, known),
    )


def _units_back(line: RedeemedLine, redeemed: Redeemed, more: int) -> int:
    before = redeemed.back.get(line.line_id)
    return min(line.quantity, more + (0 if before is None else before.quantity))


def _line_back(line: RedeemedLine, redeemed: Redeemed, more: int) -> RedeemedLine | None:
    """What comes back of the line with so many more units; nothing where all of it had."""
    before = redeemed.back.get(line.line_id) or RedeemedLine(line.line_id, 0, ZERO)
    units = _units_back(line, redeemed, more)
    if units == before.quantity:
        return None
    share = payable(Fraction(line.amount) * units / line.quantity, redeemed.told.currency, Rounding.HALF_UP)
    return RedeemedLine(line.line_id, units - before.quantity, share - before.amount)


def evolve(redemption: Redemption, event: RedemptionEvent) -> Redemption:
    match event:
        case PromotionRedeemed():
            return replace(redemption, promotions={**redemption.promotions, event.promotion_id: Redeemed(told=event)})
        case PromotionPassedOver():
            return replace(redemption, passed={**redemption.passed, event.promotion_id: event.reason})
        case RedemptionRolledBack():
            one = redemption.promotions[event.promotion_id]
            back = dict(one.back)
            for line in event.lines:
                before = back.get(line.line_id) or RedeemedLine(line.line_id, 0, ZERO)
                back[line.line_id] = RedeemedLine(line.line_id, before.quantity + line.quantity, before.amount + line.amount)
            promotions = {**redemption.promotions, event.promotion_id: replace(one, back=back)}
            return replace(redemption, promotions=promotions, causes={**redemption.causes, event.cause: True})


REDEMPTION: Decider[RedemptionCommand, Redemption, RedemptionEvent] = Decider(
    "redemption", initial=Redemption(), decide=decide, evolve=evolve, events=EVENTS
)
