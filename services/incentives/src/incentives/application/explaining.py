"""From an entry to the bank, and from a line of an order to why it earns nothing."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from channel_events import Log, Rejected
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.facts import told_of
from incentives.application.working_out import Plan, approved_plans
from incentives.domain.calculation import Entry, calculate
from incentives.domain.facts import Facts, Line
from incentives.domain.plan.document import Payee
from incentives.domain.why_not import WORDS, Place, Reason, Why, reasons
from incentives.views.movements import whose_line
from incentives.views.postings import payments_for, postings_of

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Payment(NamedTuple):
    payout_id: str
    confirmed: object
    bank_reference: str | None


class Posted(NamedTuple):
    """One posting of an entry, on which statement, and how that was paid."""

    number: int
    what: str
    period: str
    amount: object
    event_id: str
    statement_id: str | None
    payments: list[Payment]


async def posted(reading: AbstractAsyncContextManager[AsyncConnection], entry_id: str) -> list[Posted]:
    async with reading as read:
        rows = await postings_of(read, [entry_id])
        paid = await payments_for(read, sorted({row.statement_id for row in rows if row.statement_id}))
    by_statement: dict[str, list[Payment]] = {}
    for one in paid:
        by_statement.setdefault(one.statement_id, []).append(Payment(one.payout_id, one.confirmed, one.bank_reference))
    return [
        Posted(row.number, row.what, row.period, row.amount, row.event_id, row.statement_id, by_statement.get(row.statement_id or "", []))
        for row in rows
    ]


class OfPlan(NamedTuple):
    """What a version of a plan makes of the line; without a plan there is none."""

    plan: Plan | None
    payee_id: str
    reason: Reason


async def why_not(log: Log, everything: Reading, reading: Reading, order_id: str, line_id: str, *, partners_only: bool) -> list[OfPlan]:
    """One reason for each rule of each version. ``order_line_unknown`` where nothing is known of the line; ``reading`` is the caller's,
    ``everything`` the service's own: which plans there are is no secret."""
    async with everything() as read:
        approved = await approved_plans(log, read)
    plans = [one for one in approved if one.document.payee is Payee.PARTNER or not partners_only]
    async with reading() as read:
        line = await whose_line(read, order_id, line_id)
        if line is None:
            raise Rejected("order_line_unknown", order_id=order_id, line_id=line_id)
        named = {Payee.PARTNER: line.partner_id, Payee.SALES_REP: line.sales_rep}
        told = {kind: await told_of(read, kind, named[kind]) for kind in {one.document.payee for one in plans} if named[kind]}

    def work_out() -> tuple[dict[Payee, list[Line]], list[tuple[Plan, list[Entry]]]]:
        facts = {kind: one.now() for kind, one in told.items()}
        own = {kind: [one for one in all_.lines if (one.order_id, one.line_id) == (order_id, line_id)] for kind, all_ in facts.items()}
        return own, [(one, _entries(one, facts.get(one.document.payee), named[one.document.payee])) for one in plans]

    # Beside the loop: of a large payee it takes seconds.
    lines, worked = await asyncio.to_thread(work_out)
    async with reading() as read:
        rows = await postings_of(read, [entry.entry_id for _, entries in worked for entry in entries])
    places = {row.entry_id: Place(row.period, row.statement_id) for row in rows}
    found = [
        OfPlan(plan, payee_id, reason)
        for plan, entries in worked
        for payee_id in [named[plan.document.payee]]
        for reason in reasons(plan.document, payee_id, lines.get(plan.document.payee, []), entries, places)
    ]
    return found or [OfPlan(None, line.partner_id, Reason(why=Why.NO_PLAN, words=WORDS[Why.NO_PLAN]))]


def _entries(plan: Plan, facts: Facts | None, payee_id: str) -> list[Entry]:
    if facts is None:
        return []
    return [one for one in calculate(plan.plan_id, plan.version, plan.document, facts) if one.payee_id == payee_id]
