"""The facts that tell what a payee earns by some plans, of one snapshot: of all that is credited to it, and no more."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from channel_events import Table
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.credits import credits_of
from incentives.domain.condition import Eligible
from incentives.domain.credits import Credits, CreditTo
from incentives.domain.facts import Base, Facts, Line, Moment, Quota, Rate, Ruling
from incentives.domain.ledger.writing import Owner
from incentives.domain.movements import Categories, Costs, Movement, What, lines_of
from incentives.domain.payment import Paid, paid_lines
from incentives.domain.plan.document import Payee, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.sharing import Sharing
from incentives.views import movements, responsibilities, splits, superiors
from incentives.views.costs import costs_of
from incentives.views.exchange_rates import rates_of
from incentives.views.partner_copy import PARTNERS, TERRITORY
from incentives.views.payments import payments_of
from incentives.views.payout_shares import pools_of, sharings_of
from incentives.views.quotas import quotas_of
from incentives.views.rulings import rulings_of

SOLD_BY = {Payee.PARTNER: "partner_id", Payee.SALES_REP: "sales_rep"}
NEEDED = {
    Moment.ORDERED: {What.PLACED, What.CANCELLED, What.RETURNED},
    Moment.SHIPPED: {What.SHIPPED, What.RETURNED},
    Moment.DELIVERED: {What.DELIVERED, What.RETURNED},
    Moment.PAID: {What.PLACED, What.CANCELLED, What.RETURNED},
}


class PayeeFacts(Struct, frozen=True, kw_only=True):
    """What was told, as the views have it."""

    movements: list[Movement]
    categories: Categories
    costs: Costs
    payments: list[Paid]
    quotas: tuple[Quota, ...]
    rulings: tuple[Ruling, ...]
    credits: Credits
    rates: tuple[Rate, ...]
    sharings: frozenset[Sharing] = frozenset()

    def lines(self) -> "LinesByDay":
        """A payee may have a hundred thousand: not for the loop."""
        return LinesByDay(lines_of(self.movements, self.categories, self.costs), self.payments)

    def until(self, last: date, lines: Iterable[Line], today: date | None) -> Facts:
        """What were facts at the end of the day, with these ``lines``; ``today`` tells which windows are over. What was told of who is
        credited, of quotas and costs holds from its own day on, whenever it was told."""
        return Facts(
            lines=lines,
            quotas=self.quotas,
            rulings=tuple(one for one in self.rulings if one.on <= last),
            credits=self.credits,
            sharings=self.sharings,
            rates=tuple(one for one in self.rates if one.on <= last),
            today=today,
        )

    def now(self, today: date | None) -> Facts:
        """All there are."""
        return self.until(date.max, self.lines().until(date.max), today)

    def last_day(self, lines: "LinesByDay") -> date:
        """The last on which something became a fact."""
        return max((lines.last_day, *(one.on for one in self.rulings)))


class LinesByDay:
    """Of a payee's facts, by the days on which they became facts."""

    def __init__(self, lines: Iterable[Line], payments: Iterable[Paid]) -> None:
        self._lines = sorted(lines, key=_SINCE)
        self._paid: dict[str, tuple[list[Line], list[Paid]]] = {}
        for payment in payments:
            self._paid.setdefault(payment.order_id, ([], []))[1].append(payment)
        for line in self._lines:
            if (order := self._paid.get(line.order_id)) is not None:
                order[0].append(line)
        days = [*(one.since for one in self._lines[-1:]), *(one.paid_on for _, paid in self._paid.values() for one in paid)]
        self.last_day = max(days, default=date.min)

    def until(self, last: date) -> list[Line]:
        """All that were facts at the end of the day."""
        return [*self.between(date.min, last), *(line for of in self.paid(date.min, last).values() for line in of.values())]

    def between(self, after: date, last: date) -> list[Line]:
        """Those that became facts after a day, but for what was paid: that may be split otherwise by now."""
        return self._lines[bisect_right(self._lines, after, key=_SINCE) : bisect_right(self._lines, last, key=_SINCE)]

    def paid(self, after: date, last: date) -> dict[str, dict[str, Line]]:
        """What was paid until the end of the day, split by what was ordered until then and had not come back: by order and the fact's id,
        of orders to which anything happened ``after`` a day."""
        found = {}
        for order_id, (lines, payments) in self._paid.items():
            known = [one for one in lines if one.since <= last]
            made = [one for one in payments if one.paid_on <= last]
            if any(one.since > after for one in known) or any(one.paid_on > after for one in made):
                found[order_id] = {one.fact_id: one for one in paid_lines(known, made)}
        return found


_SINCE: Any = attrgetter("since")


NOTHING = PayeeFacts(movements=[], categories={}, costs={}, payments=[], quotas=(), rulings=(), credits=Credits(), rates=())
"""Of who is no payee of such plans, and has a share of nothing that they pay."""


async def told_of(
    read: AsyncConnection, plans: Sequence[PlanDocument], payee: Payee, payee_id: str, more: Sequence[Movement] = ()
) -> PayeeFacts:
    """All that tells what the payee earns by the plans, which all pay payees of one kind; also through those below it, and of those who
    share with it. As if ``more`` had happened."""
    to, kind = {one.credit for one in _rules(plans)}, plans[0].payee if plans else payee
    group = sorted({*([payee_id] if kind is payee else []), *await pools_of(read, kind, Owner(payee, payee_id))})
    if not group:
        return NOTHING
    if to & {CreditTo.ABOVE, CreditTo.GROUP}:
        group = await _group(read, kind, group)
    return await _told(read, plans, kind, group, _credited(kind, group, to), more)


async def told_of_line(
    read: AsyncConnection, plans: Sequence[PlanDocument], payee: Payee, order_id: str, line_id: str
) -> tuple[list[Line], Credits]:
    """All facts of one line of an order, at whatever moment, and who may be credited with it."""
    rules = list(_rules(plans))
    first = any("first_purchase" in Eligible(one.when).asked for one in rules)
    own = movements.TABLE.sql.c.order_id == order_id
    moved = await movements.movements_of(read, own, set(What), whole_partners=first)
    categories = await movements.categories_of(read, moved)
    ordered = [one for one in lines_of(moved, categories) if one.order_id == order_id]
    lines = [*ordered, *paid_lines(ordered, await payments_of(read, [order_id]))]
    credits_ = await credits_of(read, payee, {one.credit for one in rules}, None, [order_id])
    return [one for one in lines if one.line_id == line_id], credits_


async def _told(
    read: AsyncConnection,
    plans: Sequence[PlanDocument],
    payee: Payee,
    group: list[str],
    which: sa.ColumnElement[bool],
    more: Sequence[Movement] = (),
) -> PayeeFacts:
    rules = list(_rules(plans))
    moments = {one.moment for one in rules if one.base is not Base.EARNED}
    first = any("first_purchase" in Eligible(one.when).asked for one in rules)
    needed = set[What]().union(*(NEEDED[one] for one in moments), {What.PLACED} if first else set())
    if more and first:
        which = sa.or_(which, _is_of(movements.TABLE.sql.c.partner_id, sorted({one.partner_id for one in more})))
    found = await movements.movements_of(read, which, needed, whole_partners=first) if await _may_count(read, which, rules) else []
    moved = [*found, *more]
    orders = sorted({one.order_id for one in moved})
    currencies = {one.currency for one in moved}.union(*({one.currency, one.paid_in} for one in plans))
    return PayeeFacts(
        movements=moved,
        categories=await movements.categories_of(read, moved),
        costs=await costs_of(read, sorted({one.sku for one in moved})) if any(one.base is Base.MARGIN for one in rules) else {},
        payments=await payments_of(read, orders) if Moment.PAID in moments else [],
        quotas=await quotas_of(read, payee, group),
        rulings=await rulings_of(read, payee, group),
        credits=await credits_of(read, payee, {one.credit for one in rules}, group, orders),
        sharings=await sharings_of(read, payee, group),
        rates=await rates_of(read, sorted(currencies)),
    )


async def _may_count(read: AsyncConnection, which: sa.ColumnElement[bool], rules: Sequence[Rule]) -> bool:
    """Whether any rule may be about any of these lines: most plans are of some channels, and to read the lines of all others takes longer
    than all else. Asked of what lines are alike in, with every category that their products ever had."""
    conditions = [Eligible(one.when) for one in rules if one.base is not Base.EARNED]
    asked = sorted({name for one in conditions for name in one.asked})
    if any(not one.asked for one in conditions) or not set(asked) <= movements.ALIKE.keys():
        return True
    for row in await movements.kinds_of(read, which, asked):
        kind = SimpleNamespace(**{name: value or "" for name, value in zip(asked, row, strict=True)})
        if any(one.holds(kind) for one in conditions):
            return True
    return False


def _rules(plans: Iterable[PlanDocument]) -> Iterable[Rule]:
    return (rule for plan in plans for rule in plan.rules)


def _credited(payee: Payee, group: list[str], to: Collection[CreditTo]) -> sa.ColumnElement[bool]:
    """Of which orders anything may be credited to the group."""
    order, share = movements.TABLE.sql.c, splits.TABLE.sql.c
    own = sa.select(share.order_id).where(share.payee == payee.value, _is_of(share.payee_id, group))
    which = [_is_of(order[SOLD_BY[payee]], group), _is_in(order.order_id, own)]
    if CreditTo.TERRITORY in to:
        which.append(_is_in(order.territory, sa.select(_territories(payee, group).c.territory)))
    return sa.or_(*which)


def _is_in(column: sa.ColumnElement[Any], names: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """As an array, which is found by the index also beside another condition: one of several subqueries makes PostgreSQL read all there
    is, for every payee (test_the_facts_of_a_payee_are_found_by_indexes)."""
    return column == sa.any_(sa.func.array(names.scalar_subquery(), type_=sa.ARRAY(sa.Text)))


def _territories(payee: Payee, group: list[str]) -> sa.CTE:
    """Those that the group is ever responsible for, and all in them."""
    held, inner = responsibilities.TABLE.sql.c, TERRITORY.sql.c
    found = sa.select(held.territory).where(held.payee == payee.value, _is_of(held.payee_id, group)).cte(recursive=True)
    return found.union(sa.select(inner.territory).where(inner.parent == found.c.territory))


async def _group(read: AsyncConnection, payee: Payee, payees: list[str]) -> list[str]:
    """The payees, and all that are ever below them."""
    table, name, above = HIERARCHY[payee]
    link = table.sql.c
    found = sa.select(sa.func.unnest(sa.literal(payees, sa.ARRAY(sa.Text))).label("payee_id")).cte(recursive=True)
    found = found.union(sa.select(link[name]).where(link[above] == found.c.payee_id))
    return sorted(await read.scalars(sa.select(found.c.payee_id)))


HIERARCHY: dict[Payee, tuple[Table, str, str]] = {
    Payee.PARTNER: (PARTNERS.place, "partner_id", "parent"),
    Payee.SALES_REP: (superiors.TABLE, "payee_id", "above"),
}


def _is_of(column: sa.ColumnElement[Any], names: list[str]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal(names, sa.ARRAY(sa.Text)))
