"""A fund as a whole: its terms, its budget, and how much of that was given to partners. All of it is one stream, so that what is given
never comes to more than the budget, whoever gives at once."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import Amount, Code, HappenedOn, Name, Reference, happened_on, planned_on
from msgspec import Meta, Struct, convert
from msgspec.structs import replace

from incentives.domain.days import in_order
from incentives.domain.fund.words import FundId, FundTerms
from incentives.domain.plan.commands import By
from incentives.domain.portion import is_payable
from incentives.domain.words import ZERO, Least


@event("fund_opened")
class FundOpened(Struct, frozen=True, kw_only=True):
    fund_id: str
    title: str
    terms: FundTerms
    budget: Decimal
    by: str
    occurred_on: date


@event("budget_set")
class BudgetSet(Struct, frozen=True, kw_only=True):
    fund_id: str
    budget: Decimal
    previous: Decimal
    by: str
    occurred_on: date


@event("budget_given")
class BudgetGiven(Struct, frozen=True, kw_only=True):
    """``amount`` of the budget is the partner's now, ``given`` all partners' together; less than 0 comes back. ``carried_from`` names the
    fund that it comes from, whose budget it was: this one's is raised by it."""

    fund_id: str
    partner_id: str
    amount: Decimal
    given: Decimal
    budget: Decimal
    occurred_on: date
    carried_from: str | None = None


@command("open_fund", stream="fund/{fund_id}")
class OpenFund(FundTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other terms are refused. Its budget may be set anew later."""

    fund_id: FundId
    title: Annotated[Name, Meta(examples=["Market development 2026"])]
    budget: Annotated[Least, Meta(examples=["500000.00"])]
    by: By = None
    on: HappenedOn = None


@command("set_budget", stream="fund/{fund_id}")
class SetBudget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Never below what was given to partners."""

    fund_id: FundId
    budget: Annotated[Least, Meta(examples=["600000.00"])]
    by: By = None
    on: HappenedOn = None


@command("allocate_fund", stream="fund/{fund_id}")
class AllocateFund(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives a partner a part of the budget, or, by an amount below 0, takes back what it has not been promised an activity for. The same
    reference counts once."""

    fund_id: FundId
    partner_id: Annotated[Code, Meta(examples=["p-1001"])]
    amount: Annotated[Amount, Meta(description="Not 0; less than 0 takes back.", examples=["20000.00"])]
    reference: Annotated[Reference, Meta(description="Of the partner's part, for ever.", examples=["2026-Q1"])]
    by: By = None
    on: HappenedOn = None


class Carry(Struct, frozen=True, kw_only=True):
    """What a partner's part of another fund leaves, with the budget behind it."""

    fund_id: str
    partner_id: str
    amount: Decimal
    carried_from: str
    on: date


class Fund(Struct, frozen=True, kw_only=True):
    opened: FundOpened | None = None
    budget: Decimal = ZERO
    given: Decimal = ZERO


FundCommand: TypeAlias = OpenFund | SetBudget | AllocateFund | Carry
FundEvent: TypeAlias = FundOpened | BudgetSet | BudgetGiven


def decide(command: FundCommand, fund: Fund, known: Known) -> Iterator[FundEvent]:
    if isinstance(command, OpenFund):
        yield from _open(command, fund, known)
        return
    if fund.opened is None:
        raise Rejected("fund_unknown", fund_id=command.fund_id)
    match command:
        case SetBudget() as c:
            _payable(c.budget, fund.opened.terms.currency)
            if c.budget < fund.given:
                raise Rejected("fund_budget_given", fund_id=c.fund_id, budget=c.budget, given=fund.given)
            if c.budget != fund.budget:
                yield tell(BudgetSet, c, by=c.by or "", previous=fund.budget, occurred_on=happened_on(c.on, known))
        case AllocateFund() as c:
            _payable(c.amount, fund.opened.terms.currency)
            given = fund.given + c.amount
            if c.amount > 0 and given > fund.budget:
                raise Rejected("fund_budget_exceeded", fund_id=c.fund_id, left=fund.budget - fund.given, amount=c.amount)
            yield tell(BudgetGiven, c, given=given, budget=fund.budget, occurred_on=happened_on(c.on, known))
        case Carry() as c:
            yield tell(BudgetGiven, c, given=fund.given + c.amount, budget=fund.budget + c.amount, occurred_on=c.on)


def _open(c: OpenFund, fund: Fund, known: Known) -> Iterator[FundOpened]:
    terms = convert(c, FundTerms, from_attributes=True)
    if fund.opened is None:
        _payable(c.budget, c.currency)
        for day in (c.first, c.last, c.claims_until):
            planned_on(day, known)
        in_order(c.first, c.last)
        in_order(c.last, c.claims_until)
        yield tell(FundOpened, c, terms=terms, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif (fund.opened.title, fund.opened.terms, fund.opened.budget) != (c.title, terms, c.budget):
        raise Rejected("fund_exists", fund_id=c.fund_id)


def _payable(amount: Decimal, currency: str) -> None:
    if not is_payable(amount, currency):
        raise Rejected("fund_amount_invalid", amount=amount, currency=currency)


def evolve(fund: Fund, event: FundEvent) -> Fund:
    match event:
        case FundOpened():
            return Fund(opened=event, budget=event.budget)
        case BudgetSet():
            return replace(fund, budget=event.budget)
        case BudgetGiven():
            return replace(fund, given=event.given, budget=event.budget)


FUND: Decider[FundCommand, Fund, FundEvent] = Decider(
    "fund", initial=Fund(), decide=decide, evolve=evolve, events=[FundOpened, BudgetSet, BudgetGiven], state=Fund
)
