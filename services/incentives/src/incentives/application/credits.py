"""What is known of who is credited, of a group of payees and some orders."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.credits import Counts, Credits, CreditTo, Responsible, Share, Split, Under, Within
from incentives.domain.plan.document import Payee
from incentives.views import responsibilities, splits, superiors
from incentives.views.partner_copy import PARTNERS, TERRITORY


async def credits_of(read: AsyncConnection, payee: Payee, to: Collection[CreditTo], group: list[str] | None, orders: list[str]) -> Credits:
    """Of all splits of these orders; who is above whom in the group, or in all without one; and who, if anybody's credit is by territory,
    is responsible for which."""
    above = CreditTo.ABOVE in to or CreditTo.GROUP in to
    by_territory = CreditTo.TERRITORY in to
    return Credits(
        splits=await _splits(read, payee, orders),
        under=await _under(read, payee, group) if above else frozenset(),
        responsible=await _responsible(read, payee) if by_territory else frozenset(),
        within=await _within(read) if by_territory else frozenset(),
    )


async def _splits(read: AsyncConnection, payee: Payee, orders: list[str]) -> frozenset[Split]:
    c = splits.TABLE.sql.c
    rows = await read.execute(
        sa.select(splits.TABLE.sql).where(c.payee == payee.value, c.order_id == sa.any_(sa.literal(orders, sa.ARRAY(sa.Text))))
    )
    found: dict[tuple[str, str], list[Share]] = {}
    for row in rows:
        found.setdefault((row.order_id, row.line_id), []).append(_share(row))
    return frozenset(
        Split(payee=payee, order_id=order_id, line_id=line_id, shares=tuple(sorted(shares, key=lambda one: one.payee_id)))
        for (order_id, line_id), shares in found.items()
    )


async def _responsible(read: AsyncConnection, payee: Payee) -> frozenset[Responsible]:
    rows = await read.execute(sa.select(responsibilities.TABLE.sql).where(responsibilities.TABLE.sql.c.payee == payee.value))
    return frozenset(
        Responsible(payee=payee, territory=row.territory, first=row.first, last=row.last or date.max, share=_share(row)) for row in rows
    )


async def _under(read: AsyncConnection, payee: Payee, group: list[str] | None) -> frozenset[Under]:
    place, link = PARTNERS.place.sql.c, superiors.TABLE.sql.c
    rows = sa.select(place.partner_id.label("payee_id"), place.parent.label("above"), place.valid_from.label("since"))
    if payee is Payee.SALES_REP:
        rows = sa.select(link.payee_id, link.above, link.since)
    if group is not None:
        rows = rows.where(rows.selected_columns[0] == sa.any_(sa.literal(group, sa.ARRAY(sa.Text))))
    found = await read.execute(rows)
    return frozenset(Under(payee=payee, payee_id=row.payee_id, above=row.above, since=row.since) for row in found)


async def _within(read: AsyncConnection) -> frozenset[Within]:
    c = TERRITORY.sql.c
    rows = await read.execute(sa.select(c.territory, c.parent).where(c.parent.is_not(None)))
    return frozenset(Within(territory=row.territory, parent=row.parent) for row in rows)


def _share(row: Any) -> Share:
    return Share(payee_id=row.payee_id, share=row.share, counts=Counts(row.counts))
