"""Estimates: how far it is to what pays more, and what an order will earn once it is shipped, delivered and paid: one that is under way, or
one that nobody has placed yet."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from channel_events import Rejected
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.facts import told_of
from incentives.domain.calculation import Entry, calculate
from incentives.domain.draft_order import DRAFT, DraftOrder, Stamp, placed
from incentives.domain.facts import Facts, Line, Moment
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import PlanDocument
from incentives.domain.words import ZERO
from incentives.views.partner_copy import PARTNERS


class OfRule(NamedTuple):
    """What an order adds to an entry: with all of it done, beside without any of it. ``entry`` is that with it, where there is one."""

    entry: Entry
    amount: Decimal


class Estimate(NamedTuple):
    """``near`` are the entries of windows that today is in, whose rule knows from where on more is paid."""

    near: list[Entry]
    order: list[OfRule]


async def estimated(
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    name: tuple[str, int],
    plan: PlanDocument,
    payee_id: str,
    order: str | DraftOrder | None,
    today: date,
) -> Estimate:
    """``order_unknown`` for an order that is nothing of the payee's, ``partner_unknown`` for one of a partner that is not known here."""
    # An order that is not shipped is known by its placing, whatever the plan is about.
    by_placing = replace(plan, rules=(*plan.rules, replace(plan.rules[0], rule_id="estimate", moment=Moment.ORDERED)))
    owner, order_id = Owner(plan.payee, payee_id), DRAFT if isinstance(order, DraftOrder) else order
    async with reading() as read:
        more = [*placed(order, await _stamp(read, order.partner_id, today), today)] if isinstance(order, DraftOrder) else []
        told = await told_of(read, [by_placing], plan.payee, payee_id, more)

    def entries(facts: Facts) -> dict[str, Entry]:
        return {one.entry_id: one for one in calculate(*name, plan, facts) if owner.earns(one)}

    def work_out() -> Estimate:
        facts = told.now(today)
        lines = list(facts.lines)
        now = entries(facts)
        near = [one for one in now.values() if one.ahead is not None and one.first <= today <= one.last]
        if order_id is None:
            return Estimate(near, [])
        own = [one for one in lines if one.order_id == order_id]
        if not own:
            raise Rejected("order_unknown", order_id=order_id)
        others = [one for one in lines if one.order_id != order_id]
        done = entries(replace(facts, lines=[*lines, *_to_come(own, today)]))
        return Estimate(near, list(_differences(entries(replace(facts, lines=others)), done)))

    return await asyncio.to_thread(work_out)


async def _stamp(read: AsyncConnection, partner_id: str, today: date) -> Stamp:
    c = PARTNERS.partner.sql.c
    row = (await read.execute(PARTNERS.on(today).where(c.partner_id == partner_id))).first()
    if row is None:
        raise Rejected("partner_unknown", partner_id=partner_id)
    return Stamp(channel_type=row.channel_type, segment=row.segment, territory=row.territory or "")


def _to_come(own: Iterable[Line], today: date) -> Iterator[Line]:
    """What is left of what was ordered, as if it were shipped, delivered and paid today."""
    lines: dict[str, list[Line]] = {}
    for one in own:
        lines.setdefault(one.line_id, []).append(one)
    for several in lines.values():
        placed = [one for one in several if one.moment is Moment.ORDERED]
        for moment in (Moment.SHIPPED, Moment.DELIVERED, Moment.PAID):
            counted = [one for one in several if one.moment is moment]
            net = sum((one.net for one in placed), ZERO) - sum((one.net for one in counted), ZERO)
            units = sum(one.units for one in placed) - sum(one.units for one in counted)
            if placed and net > 0:
                yield _left(placed, counted, moment, units if moment is not Moment.PAID else 0, net, today)


def _left(placed: list[Line], counted: list[Line], moment: Moment, units: int, net: Decimal, today: date) -> Line:
    gross = sum((one.gross for one in placed), ZERO) - sum((one.gross for one in counted), ZERO)
    known = all(one.cost is not None for one in placed)
    cost = sum((one.cost or ZERO for one in placed), ZERO) - sum((one.cost or ZERO for one in counted), ZERO) if known else None
    first = min(placed, key=lambda one: one.fact_id)
    days = max((today - (first.ordered_on or first.on)).days, 0)
    fact_id = f"estimate/{first.line_id}/{moment.value}"
    return replace(first, fact_id=fact_id, moment=moment, on=today, units=units, gross=gross, net=net, cost=cost, days=days)


def _differences(without: dict[str, Entry], done: dict[str, Entry]) -> Iterator[OfRule]:
    for name in sorted(without.keys() | done.keys()):
        amount = (done[name].amount if name in done else ZERO) - (without[name].amount if name in without else ZERO)
        if amount:
            yield OfRule(done.get(name) or without[name], amount)


def missing(entry: Entry) -> Fraction:
    """Until more is paid."""
    return (entry.ahead or entry.rated) - entry.rated
