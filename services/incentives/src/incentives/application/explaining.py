"""From an entry to the bank, and from a line of an order to why it earns nothing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import NamedTuple

from channel_events import Log, Rejected
from channel_terms import Words
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.earnings import own_and_shared
from incentives.application.facts import PayeeFacts, told_of, told_of_line
from incentives.application.working_out import Plan, approved_plans, last_said
from incentives.domain.calculation import Entry, calculate
from incentives.domain.calculation.entry import PAYOUT_SHARE
from incentives.domain.facts import Facts, Line
from incentives.domain.ledger.differences import CountedIn
from incentives.domain.ledger.said import EntrySaid
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.domain.why_not import WORDS, Place, Reason, Why, credited, reasons
from incentives.views.ledgers import counted_of, last_posting
from incentives.views.movements import sellers_of, whose_line
from incentives.views.postings import payments_for, postings_of

NO_MORE = Words("what it was earned by is credited to others now, or does not count any more", "所依据的明细现已计入他人，或不再计入")
NOT_SHARED = Words("what was earned on these days is shared otherwise now", "这些日期所得的份额现已改变")
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


class NoMore(NamedTuple):
    """An entry that was posted, and that the facts of now do not make: all of it is taken back."""

    said: EntrySaid
    """As it was posted last."""
    lines: list[CountedIn]
    """What its lines counted, all postings together, which is nothing."""
    seller: Mapping[str, str]
    """Whose the orders of these lines are."""

    @property
    def words(self) -> Words:
        return NOT_SHARED if self.said.rule_type == PAYOUT_SHARE else NO_MORE


async def no_more(log: Log, everything: Reading, owner: Owner, entry_id: str) -> NoMore | None:
    """None where such an entry was never posted."""
    async with everything() as read:
        event_id = await last_posting(read, owner, entry_id)
        if event_id is None:
            return None
        lines = await counted_of(read, owner, [entry_id])
        seller = await sellers_of(read, sorted({one.counted.order_id for one in lines}))
    said = await last_said(log, everything, owner, entry_id)
    return NoMore(said, sorted(lines, key=lambda one: one.fact_id), seller)


class OfPlan(NamedTuple):
    """What a version of a plan makes of the line for one payee; without a plan there is none."""

    plan: Plan | None
    reason: Reason


class _Kind(NamedTuple):
    """The plans that pay partners, or those that pay sales reps: what they need to know of the line and of who is credited with it."""

    seller: str
    plans: list[Plan]
    lines: list[Line]
    whose: list[dict[str, list[str]]]
    """By plan, then by rule."""
    told: dict[str, PayeeFacts]

    def entries(self, today: date) -> list[dict[str, list[Entry]]]:
        """By plan, then by payee. Of a large payee it takes seconds."""
        facts = {payee_id: one.now(today) for payee_id, one in self.told.items()}
        return [{name: _entries(plan, known, name) for name, known in facts.items()} for plan in self.plans]


async def why_not(
    log: Log, everything: Reading, reading: Reading, order_id: str, line_id: str, sees: Set[str] | None, today: date
) -> list[OfPlan]:
    """The reasons for each rule of each version. ``order_line_unknown`` where nothing is known of the line. ``reading`` is the caller's,
    ``everything`` the service's own: which plans there are is no secret, and what counts for a payee may be others' orders. With ``sees``
    only what is said of these partners is told."""
    async with reading() as read:
        line = await whose_line(read, order_id, line_id)
    if line is None:
        raise Rejected("order_line_unknown", order_id=order_id, line_id=line_id)
    sellers = {Payee.PARTNER: line.partner_id, Payee.SALES_REP: line.sales_rep or ""}
    async with everything() as read:
        plans = [one for one in await approved_plans(log, read) if one.document.payee is Payee.PARTNER or sees is None]
        kinds = [await _told_of(read, plans, kind, sellers[kind], order_id, line_id) for kind in {one.document.payee: 0 for one in plans}]
    worked = await asyncio.to_thread(lambda: [one.entries(today) for one in kinds])
    async with reading() as read:
        named = [entry.entry_id for of in worked for plan in of for entries in plan.values() for entry in entries]
        places = {row.entry_id: Place(row.period, row.statement_id) for row in await postings_of(read, named)}
    found = [
        OfPlan(plan, reason)
        for kind, of in zip(kinds, worked, strict=True)
        for plan, whose, entries in zip(kind.plans, kind.whose, of, strict=True)
        for reason in reasons(plan.document, kind.seller, kind.lines, whose, entries, places)
        if sees is None or (reason.payee is not Payee.SALES_REP and reason.payee_id in sees)
    ]
    if not plans:
        found = [OfPlan(None, Reason(why=Why.NO_PLAN, words=WORDS[Why.NO_PLAN], payee_id=line.partner_id))]
    return found


async def _told_of(read: AsyncConnection, plans: Sequence[Plan], kind: Payee, seller: str, order_id: str, line_id: str) -> _Kind:
    own = [one for one in plans if one.document.payee is kind]
    documents = [one.document for one in own]
    lines, credits_ = await told_of_line(read, documents, kind, order_id, line_id)
    whose = [credited(one, credits_, lines) for one in documents]
    payees = sorted({payee_id for of in whose for names in of.values() for payee_id in names})
    told = {payee_id: await told_of(read, documents, kind, payee_id) for payee_id in payees}
    return _Kind(seller, own, lines, whose, told)


def _entries(plan: Plan, facts: Facts, payee_id: str) -> list[Entry]:
    found = calculate(plan.plan_id, plan.version, plan.document, facts)
    return own_and_shared(found, Owner(plan.document.payee, payee_id))
