"""Runs of plans over the past: asked for, and worked off payee by payee beside everything else."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from channel_events import Actor, Ask, Log, On, Rejected, Steps
from channel_events.pure import tell
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.facts import PayeeFacts, told_of
from incentives.application.working_out import Plan, approved_plans
from incentives.domain.calculation import Entry, calculate
from incentives.domain.exact import split
from incentives.domain.plan.commands import NoteWhatIf
from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.document import PlanDocument
from incentives.domain.plan.state import Plan as PlanState
from incentives.domain.what_if import WHAT_IF, BeginWhatIf, Compared, GoOn, RequestWhatIf, Stage, WhatIfFinished, WhatIfRequested
from incentives.domain.words import Payee
from incentives.views.touched import payees
from incentives.views.what_ifs import TABLE

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
BY = Actor("work/what_ifs")
AT_ONCE = 20
"""Payees compared in one step: a killed one is done again."""


def requesting(c: RequestWhatIf) -> Steps:
    plan: PlanState = (yield Ask(PLAN, c.plan_id)).state
    if not 1 <= c.version <= len(plan.versions):
        raise Rejected("plan_unknown", plan_id=c.plan_id, version=c.version)
    yield On(WHAT_IF, c.run_id, BeginWhatIf(asked=c, plan=plan.versions[c.version - 1].plan))


def going_on(c: GoOn) -> Steps:
    """What a finished run came to its plan keeps, too: for whoever approves it."""
    for done in (yield On(WHAT_IF, c.run_id, c)):
        if isinstance(done, WhatIfFinished):
            asked = (yield Ask(WHAT_IF, c.run_id)).state.asked
            about = {"run_id": c.run_id, "total": done.would, "on": done.occurred_on}
            yield On(PLAN, asked.plan_id, tell(NoteWhatIf, asked, **about))


async def look(log: Log, reading: Reading) -> bool:
    """A step of the run that was asked for first."""
    async with reading() as read:
        c = TABLE.sql.c
        rows = await read.scalars(sa.select(c.run_id).where(c.stage == Stage.RUNNING.value).order_by(c.asked_on, c.run_id))
        waiting = list(rows)
    for run_id in waiting:
        run = await log.state(WHAT_IF, run_id)
        if run.asked is not None and run.stage is Stage.RUNNING:
            await _step(log, reading, run.asked, run.after)
            return True
    return False


async def _step(log: Log, reading: Reading, asked: WhatIfRequested, after: str) -> None:
    async with reading() as read:
        all_ = await payees(read, asked.plan.payee)
        # Sorted here: a database may sort names in another order than that in which ``after`` is compared, and some would be left out
        # (test_nobody_is_left_out_however_the_database_sorts_names).
        some = sorted(one for one in all_ if one > after)[:AT_ONCE]
        earning = await _earning(log, read, asked)
        documents = [asked.plan, *(one.document for one in earning)]
        told = [await told_of(read, documents, asked.plan.payee, one) for one in some]
    compared = await asyncio.to_thread(lambda: [_compared(asked, earning, one, facts) for one, facts in zip(some, told, strict=True)])
    await log.use(going_on, GoOn(run_id=asked.run_id, after=after, compared=tuple(compared), total=len(all_)), by=BY)


async def _earning(log: Log, read: AsyncConnection, asked: WhatIfRequested) -> list[Plan]:
    """The approved versions of the same plan: what was earned by it."""
    return [one for one in await approved_plans(log, read) if one.plan_id == asked.plan_id]


def _compared(asked: WhatIfRequested, earning: Sequence[Plan], payee_id: str, told: PayeeFacts) -> Compared:
    earned = sum((one.amount for one in _entries(asked, earning, payee_id, told)), Decimal(0))
    would = sum((one.amount for one in _entries(asked, [_draft(asked)], payee_id, told)), Decimal(0))
    return Compared(payee_id=payee_id, earned=earned, would=would)


def _draft(asked: WhatIfRequested) -> Plan:
    """In force on all of the days, whenever it is meant to be."""
    return Plan(asked.plan_id, asked.version, replace(asked.plan, valid_from=asked.first, valid_until=asked.last))


def _entries(asked: WhatIfRequested, plans: Iterable[Plan], payee_id: str, told: PayeeFacts) -> Iterator[Entry]:
    """Of lines of the days that were asked for. A run is about plans: what they pay is not shared, so that whoever is in it comes to all
    of it, also where others have a share who are no payees of the plan (test_a_what_if_is_of_what_is_paid_before_it_is_shared)."""
    facts = replace(told.now(None), sharings=frozenset())
    for one in plans:
        document = _on_days(one.document, asked.first, asked.last)
        if document.valid_from <= (document.valid_until or date.max):
            yield from (entry for entry in calculate(one.plan_id, one.version, document, facts) if entry.payee_id == payee_id)


def _on_days(plan: PlanDocument, first: date, last: date) -> PlanDocument:
    return replace(plan, valid_from=max(plan.valid_from, first), valid_until=min(plan.valid_until or date.max, last))


class ComparedLine(NamedTuple):
    """A line of an order, and its part of what was and would be earned."""

    order_id: str
    line_id: str
    earned: Decimal
    would: Decimal


async def compared_lines(log: Log, reading: Reading, run_id: str, payee_id: str) -> tuple[Payee, list[ComparedLine]]:
    """Whom the run is about, and the lines. Worked out of the facts as they are now: entries split among their lines by what each counts,
    to the smallest unit."""
    asked = (await log.state(WHAT_IF, run_id)).asked
    if asked is None:
        raise Rejected("what_if_unknown", run_id=run_id)
    async with reading() as read:
        earning = await _earning(log, read, asked)
        told = await told_of(read, [asked.plan, *(one.document for one in earning)], asked.plan.payee, payee_id)

    def work_out() -> list[ComparedLine]:
        earned = _by_line(_entries(asked, earning, payee_id, told))
        would = _by_line(_entries(asked, [_draft(asked)], payee_id, told))
        nothing = Decimal(0)
        return [ComparedLine(*name, earned.get(name, nothing), would.get(name, nothing)) for name in sorted(earned.keys() | would.keys())]

    return asked.plan.payee, await asyncio.to_thread(work_out)


def _by_line(entries: Iterable[Entry]) -> dict[tuple[str, str], Decimal]:
    """What is about other entries, or of no line that counts more than it took back, is of no line: ``("", "")``."""
    found: dict[tuple[str, str], Decimal] = {}
    for entry in entries:
        sums: dict[tuple[str, str], Decimal] = {}
        for part in entry.parts:
            name = (part.order_id, part.line_id)
            sums[name] = sums.get(name, Decimal(0)) + part.counted
        shares = {f"{order}\n{line}": max(counted, Decimal(0)) for (order, line), counted in sums.items()}
        parts = split(entry.amount, shares, entry.currency) if any(shares.values()) else {"\n": entry.amount}
        for text, amount in parts.items():
            order, _, line = text.partition("\n")
            found[order, line] = found.get((order, line), Decimal(0)) + amount
    return found
