"""The facts that tell what a payee earns by a plan: of all that is credited to it, and no more."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from channel_events import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.credits import credits_of
from incentives.domain.condition import Eligible
from incentives.domain.credits import Credits, CreditTo
from incentives.domain.facts import Base, Facts, Moment, Quota, Rate, Ruling
from incentives.domain.movements import Categories, Costs, Movement, What, lines_of
from incentives.domain.payment import Paid, paid_lines
from incentives.domain.plan.document import Payee, PlanDocument
from incentives.views import movements, responsibilities, splits, superiors
from incentives.views.costs import costs_of
from incentives.views.exchange_rates import rates_of
from incentives.views.partner_copy import PARTNERS, TERRITORY
from incentives.views.payments import payments_of
from incentives.views.quotas import quotas_of
from incentives.views.rulings import rulings_of

SOLD_BY = {Payee.PARTNER: "partner_id", Payee.SALES_REP: "sales_rep"}
NEEDED = {
    Moment.ORDERED: {What.PLACED, What.CANCELLED, What.RETURNED},
    Moment.SHIPPED: {What.SHIPPED, What.RETURNED},
    Moment.DELIVERED: {What.DELIVERED, What.RETURNED},
    Moment.PAID: {What.PLACED, What.CANCELLED, What.RETURNED},
}


class Gathered(NamedTuple):
    """What was read, of one snapshot; `facts` of it take seconds where it is much, so they are made elsewhere."""

    moved: list[Movement]
    categories: Categories
    costs: Costs
    payments: list[Paid]
    quotas: tuple[Quota, ...]
    rulings: tuple[Ruling, ...]
    credits: Credits
    rates: tuple[Rate, ...]
    today: date | None

    def facts(self) -> Facts:
        lines = list(lines_of(self.moved, self.categories, self.costs))
        lines += paid_lines(lines, self.payments)
        return Facts(lines=lines, quotas=self.quotas, rulings=self.rulings, credits=self.credits, rates=self.rates, today=self.today)


async def gathered_of(read: AsyncConnection, plan: PlanDocument, payee_id: str, today: date | None = None) -> Gathered:
    """All that tells what the payee earns, also through those below it."""
    to = {one.credit for one in plan.rules}
    group = await _group(read, plan.payee, payee_id) if to & {CreditTo.ABOVE, CreditTo.GROUP} else [payee_id]
    return await _gathered(read, plan, group, _credited(plan, group, to), today)


async def _gathered(
    read: AsyncConnection, plan: PlanDocument, group: list[str], which: sa.ColumnElement[bool], today: date | None
) -> Gathered:
    moments = {one.moment for one in plan.rules if one.base is not Base.EARNED}
    first = any("first_purchase" in Eligible(one.when).asked for one in plan.rules)
    needed = set[What]().union(*(NEEDED[one] for one in moments), {What.PLACED} if first else set())
    moved, categories = await movements.movements_of(read, which, needed, whole_partners=first)
    orders = sorted({one.order_id for one in moved})
    return Gathered(
        moved=moved,
        categories=categories,
        costs=await costs_of(read, sorted({one.sku for one in moved})) if any(one.base is Base.MARGIN for one in plan.rules) else {},
        payments=await payments_of(read, orders) if Moment.PAID in moments else [],
        quotas=await quotas_of(read, group),
        rulings=await rulings_of(read, group),
        credits=await credits_of(read, plan, group, orders),
        rates=await rates_of(read, sorted({plan.currency, plan.paid_in, *(one.currency for one in moved)})),
        today=today,
    )


def _credited(plan: PlanDocument, group: list[str], to: Collection[CreditTo]) -> sa.ColumnElement[bool]:
    """Of which orders anything may be credited to the group."""
    order, share = movements.TABLE.sql.c, splits.TABLE.sql.c
    own = sa.select(share.order_id).where(share.payee == plan.payee.value, _is_of(share.payee_id, group))
    which = [_is_of(order[SOLD_BY[plan.payee]], group), order.order_id.in_(own)]
    if CreditTo.TERRITORY in to:
        which.append(order.territory.in_(sa.select(_territories(plan.payee, group).c.territory)))
    return sa.or_(*which)


def _territories(payee: Payee, group: list[str]) -> sa.CTE:
    """Those that the group is ever responsible for, and all in them."""
    held, inner = responsibilities.TABLE.sql.c, TERRITORY.sql.c
    found = sa.select(held.territory).where(held.payee == payee.value, _is_of(held.payee_id, group)).cte(recursive=True)
    return found.union(sa.select(inner.territory).where(inner.parent == found.c.territory))


async def _group(read: AsyncConnection, payee: Payee, payee_id: str) -> list[str]:
    """The payee, and all that are ever below it."""
    table, name, above = HIERARCHY[payee]
    link = table.sql.c
    found = sa.select(sa.literal(payee_id, sa.Text).label("payee_id")).cte(recursive=True)
    found = found.union(sa.select(link[name]).where(link[above] == found.c.payee_id))
    return sorted(await read.scalars(sa.select(found.c.payee_id)))


HIERARCHY: dict[Payee, tuple[Table, str, str]] = {
    Payee.PARTNER: (PARTNERS.place, "partner_id", "parent"),
    Payee.SALES_REP: (superiors.TABLE, "payee_id", "above"),
}


def _is_of(column: sa.ColumnElement[Any], names: list[str]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal(names, sa.ARRAY(sa.Text)))
