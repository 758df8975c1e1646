"""Worked examples: what a rule says it pays, beside what it pays."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.calculation.calculate import calculate
from incentives.domain.facts import Base, Facts, Line, Moment, Quota, Ruling
from incentives.domain.plan.document import PlanDocument
from incentives.domain.rule import Example, ExampleLine, Rule
from incentives.domain.rule_types import read_pays

PAYEE = "example"


class Tried(Struct, frozen=True, kw_only=True):
    """One example: it holds where ``paid`` is what it ``says`` is paid."""

    rule_id: str
    says: str
    pays: Decimal
    paid: Decimal

    @property
    def holds(self) -> bool:
        return self.pays == self.paid


def tried(plan: PlanDocument) -> Iterator[Tried]:
    """Every example of every rule, worked out with the plan as it is."""
    for rule in plan.rules:
        part = replace(plan, rules=tuple(needed(plan, rule)))
        moments = {one.moment for one in part.rules if one.base is not Base.EARNED}
        for example in rule.examples:
            entries = calculate("example", 1, part, facts_of(example, plan, moments))
            paid = sum((one.amount for one in entries if one.rule_id == rule.rule_id), Decimal(0))
            yield Tried(rule_id=rule.rule_id, says=example.says, pays=example.pays, paid=paid)


def needed(plan: PlanDocument, rule: Rule) -> Iterator[Rule]:
    """The rules of the plan without which this one cannot be worked out, and it itself, in the order of the plan."""
    names = {rule.rule_id}
    for one in reversed(plan.rules):
        if one.rule_id in names or (
            one.exclusive is not None and any(_excludes(one, other) for other in plan.rules if other.rule_id in names)
        ):
            type_, parameters = read_pays(one.pays)
            names |= {one.rule_id, *one.less, *(type_.of(parameters) if type_.of else ())}
    return (one for one in plan.rules if one.rule_id in names)


def _excludes(one: Rule, other: Rule) -> bool:
    return one.exclusive == other.exclusive


def facts_of(example: Example, plan: PlanDocument, moments: Iterable[Moment] = Moment) -> Facts:
    """Its lines count on their day at each of the moments, so that rules with others see them, too."""
    who: dict[str, Any] = {"payee": plan.payee, "payee_id": PAYEE}
    return Facts(
        lines=[_line(at, line, moment, plan.currency) for at, line in enumerate(example.lines) for moment in moments],
        quotas=tuple(Quota(**who, measure=q.measure, first=q.first, last=q.last, amount=q.amount) for q in example.quotas),
        rulings=tuple(Ruling(**who, ruling_id=str(at), cause=r.cause, on=r.on) for at, r in enumerate(example.rulings)),
    )


def _line(at: int, line: ExampleLine, moment: Moment, currency: str) -> Line:
    return Line(
        fact_id=f"{at:02}/{moment}",
        event_id=str(at),
        order_id=line.order,
        line_id=line.line,
        moment=moment,
        on=line.on,
        partner_id=PAYEE,
        sales_rep=PAYEE,
        currency=currency,
        units=line.units,
        gross=line.net + line.discount,
        net=line.net,
        cost=line.cost,
        days=line.days,
        sku=line.sku,
        category=line.category,
        channel_type=line.channel_type,
        segment=line.segment,
        territory=line.territory,
        first_purchase=line.first_purchase,
    )
