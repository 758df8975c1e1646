"""Working out what payees earn as facts come, and posting the differences in the periods that are open."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa
from channel_events import Actor, Ask, Log, On, Rejected, Steps
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.facts import PayeeFacts, told_of
from incentives.domain.calculation import Calculation, Entry
from incentives.domain.facts import Line
from incentives.domain.ledger.commands import PostEarnings
from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.differences import Lines, changed, to_post
from incentives.domain.ledger.events import LedgerEntry
from incentives.domain.ledger.said import EntrySaid, Worked
from incentives.domain.ledger.state import Ledger
from incentives.domain.ledger.writing import Owner
from incentives.domain.near_tier import NEAR_TIER, near, near_key
from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.document import PlanDocument
from incentives.domain.plan.state import Status
from incentives.domain.settlement import CALENDAR, SETTLEMENT, Period, Settlement, Stage
from incentives.domain.words import Payee
from incentives.views.ledgers import counted_of, last_posting, number_of
from incentives.views.plans import TABLE as VERSION
from incentives.views.touched import Touched

Reading: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
BY = Actor("work/earnings")
ENTRIES, LINES = 20, 5_000
"""Posted in one write, at most; an entry of more lines alone."""


class Plan(NamedTuple):
    plan_id: str
    version: int
    document: PlanDocument


async def approved_plans(log: Log, read: AsyncConnection) -> list[Plan]:
    """All versions that ever rated anything, each for the days on which it did."""
    c = VERSION.sql.c
    rows = (
        await read.execute(sa.select(c.plan_id, c.version).where(c.status == Status.APPROVED.value).order_by(c.plan_id, c.version))
    ).all()
    found = [(plan_id, version, (await log.state(PLAN, plan_id)).rated(version)) for plan_id, version in rows]
    return [Plan(plan_id, version, document) for plan_id, version, document in found if document is not None]


async def work_out(log: Log, reading: Reading, plans: Sequence[Plan], settlement: Settlement, waiting: Touched) -> bool:
    """Posts what the payee earns beside what is posted, in each period that is open. Whether all of it is posted now: somebody else may
    have posted meanwhile, or the view of the ledger be behind it, and then nothing is. What was told since it was found waiting is in the
    facts already, and it is found once more."""
    owner = waiting.owner
    ledger = await log.state(LEDGER, ledger_key(owner))
    number = ledger.number
    async with reading() as read:
        if await number_of(read, owner) != number:
            return False
        of_kinds = [[one for one in plans if one.document.payee is kind] for kind in Payee]
        # Of the other kind it has what those share with it whom its plans pay.
        told = [(own, await told_of(read, [one.document for one in own], owner.payee, owner.payee_id)) for own in of_kinds if own]
    # Beside the loop: of a large payee it takes seconds.
    worked = await asyncio.to_thread(lambda: _entries(told, settlement, owner, _posted_until(ledger)))
    found = list(changed(ledger, worked))
    await tell_near(log, plans, [entry for _, entries in worked[-1:] for entry in entries])
    names = sorted({name for _, entries in found for name in entries})
    async with reading() as read:
        if await number_of(read, owner) != number:
            return False
        lines = Lines(await counted_of(read, owner, names))
    gone = {name: await last_said(log, reading, owner, name) for _, entries in found for name, one in entries.items() if one is None}
    for command in list(_commands(owner, to_post(found, lines, gone), waiting.seen)):
        try:
            events = (await log.use(posting, replace(command, number=number), by=BY)).events
        except Rejected:
            return False  # the period was cut off meanwhile
        numbers = [event.data.number for event in events if isinstance(event.data, LedgerEntry)]
        if command.worked and not numbers:
            return False
        number = max(numbers, default=number)
    return True


async def tell_near(log: Log, plans: Sequence[Plan], entries: Iterable[Entry]) -> None:
    """Of what all facts come to. What was told is not told again, so it may be asked whenever something is worked out."""
    documents = {(one.plan_id, one.version): one.document for one in plans}
    notes = [note for one in entries if (note := near(documents[one.plan_id, one.version], one)) is not None]
    if notes:
        await log.execute(*(On(NEAR_TIER, near_key(one), one) for one in notes), by=BY)


def _posted_until(ledger: Ledger) -> date:
    """The last day of the periods in which anything is posted: what is credited to somebody else by now is taken back there."""
    return max((date.fromisoformat(day) for days in ledger.posted.values() for day in days), default=date.min)


def _entries(
    told: Sequence[tuple[Sequence[Plan], PayeeFacts]], settlement: Settlement, owner: Owner, posted_until: date
) -> list[tuple[Period, list[Entry]]]:
    kinds = [_Kind(plans, facts) for plans, facts in told]
    # The first day of which the period has not ended: guarantees of windows before it are made up.
    today = date.min if settlement.open is None else settlement.open.period.first
    if settlement.open is not None and settlement.open.stage is Stage.ENDED:
        today = settlement.open.period.last + timedelta(days=1)
    taking = settlement.taking(max([posted_until, *(one.last_day for one in kinds)]))
    return [(period, [entry for one in kinds for entry in one.until(period.last, today) if owner.earns(entry)]) for period in taking]


class _Kind:
    """The plans that pay payees of one kind, over what was told, one period after the other."""

    def __init__(self, plans: Sequence[Plan], told: PayeeFacts) -> None:
        self._plans, self._told, self._lines = plans, told, told.lines()
        self.last_day = told.last_day(self._lines)
        self._begin()

    def _begin(self) -> None:
        self._calculations = [Calculation(plan.plan_id, plan.version, plan.document) for plan in self._plans]
        self._after, self._counted = date.min, dict[str, dict[str, Line]]()

    def until(self, last: date, today: date) -> list[Entry]:
        """What anybody earns by the facts until the end of a period."""
        paid = self._lines.paid(self._after, last)
        if any(paid[of].get(name) != one for of in paid for name, one in self._counted.get(of, {}).items()):
            # What came back of an order since then changed how what was paid of it is split.
            self._begin()
            paid = self._lines.paid(self._after, last)
        # Each line is looked at once, and not for every period of a history that is settled at last (test_many_periods).
        new = self._lines.between(self._after, last)
        new += [one for of, facts in paid.items() for name, one in facts.items() if name not in self._counted.get(of, {})]
        facts = self._told.until(last, new, today)
        for one in self._calculations:
            one.add(facts)
        self._after, self._counted = last, self._counted | paid
        return [entry for one in self._calculations for entry in one.entries()]


def _commands(owner: Owner, worked: Iterable[tuple[Period, list[Worked]]], seen: int) -> Iterator[PostEarnings]:
    """In parts, so that a write is bounded, whatever a payee sold. The last one says that it was all."""
    last: PostEarnings | None = None
    for period, entries in worked:
        part: list[Worked] = []
        for one in (*entries, None):
            if part and (one is None or len(part) == ENTRIES or sum(len(each.lines) for each in part) + len(one.lines) > LINES):
                if last is not None:
                    yield last
                last, part = PostEarnings(owner=owner, number=0, period=period, worked=tuple(part)), []
            if one is not None:
                part.append(one)
        if last is None:
            last = PostEarnings(owner=owner, number=0, period=period, worked=())
    if last is not None:
        yield replace(last, seen=seen)


def posting(c: PostEarnings) -> Steps:
    """Decided together with whether the period still takes anything."""
    settlement: Settlement = (yield Ask(SETTLEMENT, CALENDAR)).state
    if settlement.open is None or c.period.last < settlement.open.period.last:
        raise Rejected("period_cut_off", period=c.period.name)
    yield On(LEDGER, ledger_key(c.owner), c)


async def last_said(log: Log, reading: Reading, owner: Owner, entry_id: str) -> EntrySaid:
    """What was posted of an entry last."""
    async with reading() as read:
        event_id = await last_posting(read, owner, entry_id)
    found = await log.event(event_id or "")
    if found is None:
        raise LookupError(f"{entry_id} is posted, and no event says so")
    said: EntrySaid = found.data.entry
    return said
