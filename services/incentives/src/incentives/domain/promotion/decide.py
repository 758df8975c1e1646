"""What may be done with a promotion. Its budgets are in its own stream, so they hold however many orders come at once."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import happened_on, planned_on
from msgspec import Struct, convert
from msgspec.structs import replace

from incentives.domain.days import in_order
from incentives.domain.portion import is_payable
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, PromotionCommand, Spend, StartPromotion
from incentives.domain.promotion.events import (
    EVENTS,
    PromotionBudgetSpent,
    PromotionDefined,
    PromotionEnded,
    PromotionEvent,
    PromotionPaused,
    PromotionStarted,
)
from incentives.domain.promotion.terms import Budget, PromotionTerms
from incentives.domain.words import ZERO


class PromotionStatus(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Spent(Struct, frozen=True):
    """What is used up of a budget."""

    spend: Decimal = ZERO
    uses: int = 0


class Promotion(Struct, frozen=True, kw_only=True):
    """``spent`` goes with the budgets of its terms, one by one; ``writers`` wrote it."""

    terms: PromotionTerms | None = None
    status: PromotionStatus = PromotionStatus.DRAFT
    writers: tuple[str, ...] = ()
    spent: tuple[Spent, ...] = ()

    def fits(self, channel_type: str, amount: Decimal) -> bool:
        """Whether one more order, which redeems so much, is within every budget."""
        budgets = () if self.terms is None else self.terms.budgets
        return all(_fits(one, used, amount) for one, used in zip(budgets, self.spent, strict=True) if _counts(one, channel_type))


def _counts(budget: Budget, channel_type: str) -> bool:
    return budget.channel_type in {None, channel_type}


def _fits(budget: Budget, used: Spent, amount: Decimal) -> bool:
    return (budget.spend is None or used.spend + amount <= budget.spend) and (budget.uses is None or used.uses < budget.uses)


def decide(command: PromotionCommand, promotion: Promotion, known: Known) -> Iterator[PromotionEvent]:
    if isinstance(command, DefinePromotion):
        yield from _define(command, promotion, known)
        return
    if promotion.terms is None:
        raise Rejected("promotion_unknown", promotion_id=command.promotion_id)
    match command:
        case StartPromotion():
            yield from _start(command, promotion, known)
        case PausePromotion():
            if _at(command, promotion, PromotionStatus.PAUSED, PromotionStatus.RUNNING):
                yield tell(PromotionPaused, command, by=command.by or "", occurred_on=happened_on(command.on, known))
        case EndPromotion():
            if _at(command, promotion, PromotionStatus.ENDED, *PromotionStatus):
                yield tell(PromotionEnded, command, by=command.by or "", occurred_on=happened_on(command.on, known))
        case Spend():
            if command.amount > 0 and not promotion.fits(command.channel_type, command.amount):
                raise Rejected("promotion_budget_exceeded", promotion_id=command.promotion_id)
            yield tell(PromotionBudgetSpent, command)


def _start(c: StartPromotion, promotion: Promotion, known: Known) -> Iterator[PromotionStarted]:
    if _at(c, promotion, PromotionStatus.RUNNING, PromotionStatus.DRAFT, PromotionStatus.PAUSED):
        if (by := c.by or "") in promotion.writers:
            raise Rejected("promotion_four_eyes", promotion_id=c.promotion_id, by=by)
        yield tell(PromotionStarted, c, by=by, occurred_on=happened_on(c.on, known))


def _define(c: DefinePromotion, promotion: Promotion, known: Known) -> Iterator[PromotionEvent]:
    terms = convert(c, PromotionTerms, from_attributes=True)
    if terms == promotion.terms:
        return
    if promotion.status is not PromotionStatus.DRAFT:
        raise Rejected("promotion_step_wrong", promotion_id=c.promotion_id, status=promotion.status)
    for day in (c.first, c.last):
        planned_on(day, known)
    in_order(c.first, c.last)
    amounts = [c.effect.per_unit, c.effect.amount, c.least, *(one.spend for one in c.budgets)]
    if any(not is_payable(one, c.currency) for one in amounts if one is not None):
        raise Rejected("promotion_amount_invalid", currency=c.currency)
    yield tell(PromotionDefined, c, terms=terms, by=c.by or "", occurred_on=happened_on(c.on, known))


def _at(c: PromotionCommand, promotion: Promotion, done: PromotionStatus, *before: PromotionStatus) -> bool:
    """Whether the step is to be done; False where it is done already."""
    if promotion.status is done:
        return False
    if promotion.status not in before:
        raise Rejected("promotion_step_wrong", promotion_id=c.promotion_id, status=promotion.status)
    return True


_STATUS: dict[type, PromotionStatus] = {
    PromotionStarted: PromotionStatus.RUNNING,
    PromotionPaused: PromotionStatus.PAUSED,
    PromotionEnded: PromotionStatus.ENDED,
}


def evolve(promotion: Promotion, event: PromotionEvent) -> Promotion:
    match event:
        case PromotionDefined():
            writers = tuple(dict.fromkeys([*promotion.writers, event.by]))
            return Promotion(terms=event.terms, writers=writers, spent=tuple(Spent() for _ in event.terms.budgets))
        case PromotionBudgetSpent():
            budgets = () if promotion.terms is None else promotion.terms.budgets
            both = zip(budgets, promotion.spent, strict=True)
            return replace(promotion, spent=tuple(_spent(used, event) if _counts(one, event.channel_type) else used for one, used in both))
        case _:
            return replace(promotion, status=_STATUS[type(event)])


def _spent(used: Spent, event: PromotionBudgetSpent) -> Spent:
    return Spent(used.spend + event.amount, used.uses + event.uses)


PROMOTION: Decider[PromotionCommand, Promotion, PromotionEvent] = Decider(
    "promotion", initial=Promotion(), decide=decide, evolve=evolve, events=EVENTS, state=Promotion
)
