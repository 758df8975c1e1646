"""The work behind periods: earnings are posted as facts come, a period that has ended is cut off, statements are issued, it is closed."""

import asyncio
import time
from collections.abc import Sequence

from channel_events import Actor, Log, On, progress_query

from incentives.application.working_out import Plan, Reading, approved_plans, work_out
from incentives.domain.ledger.commands import IssueStatement
from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.writing import Owner
from incentives.domain.settlement import CALENDAR, SETTLEMENT, Period, Settlement, Stage
from incentives.domain.settlement.decide import ClosePeriod, CutOff
from incentives.views.ledgers import without_statement
from incentives.views.settlement_periods import stage_of
from incentives.views.touched import Touched, touched

BY = Actor("work/settlement")
PAYEES = 50
"""Between two looks at where the settlement is."""
AT_ONCE = 20
"""Statements under way together: the log writes them in one batch."""
RESTS = 3
"""A large payee to whom something happens all the time rests so many times as long as working it out took, so it is at work a quarter of
the time at most, and what happens meanwhile is worked out together. So does the question who is touched."""
SHORT_SECONDS, LONGEST_SECONDS = 0.2, 60.0


class Settling:
    """What is left to do is asked for whenever a view moved; so at rest a look is one small question."""

    def __init__(self) -> None:
        self._rested: object = None
        """Where the views were when there was nothing to do."""
        self._until: dict[Owner, float] = {}
        """Until when large payees rest (monotonic)."""
        self._ask_at = 0.0
        """From when on it is asked again who is touched: with very many payees the question itself takes seconds."""

    async def look(self, log: Log, reading: Reading) -> bool:
        settlement = await log.state(SETTLEMENT, CALENDAR)
        if settlement.open is None:
            return False
        if time.monotonic() < self._ask_at and settlement.open.stage is not Stage.ENDED:
            return False
        async with reading() as read:
            at = (log, settlement, sorted(map(tuple, await read.execute(progress_query()))))
            if at == self._rested:
                return False
            plans = await approved_plans(log, read)
            began = time.monotonic()
            waiting = await touched(read, sorted({one.document.payee for one in plans}), most := PAYEES + len(self._until))
            self._ask_at = _rested(began) if len(waiting) < most else 0.0
            shown = await stage_of(read, settlement.open.period)
        if waiting:
            # A period that has ended waits for all of them.
            due = [one for one in waiting if settlement.open.stage is Stage.ENDED or not self._resting(one.owner)]
            return any([await self._work_out(log, reading, plans, settlement, one) for one in due])
        if shown is not settlement.open.stage:
            return False  # that a period ended is a fact for guarantees, and the views do not know it yet
        if await _move_on(log, reading, settlement):
            return True
        self._rested = at
        return False

    async def _work_out(self, log: Log, reading: Reading, plans: Sequence[Plan], settlement: Settlement, waiting: Touched) -> bool:
        began = time.monotonic()
        done = await work_out(log, reading, plans, settlement, waiting)
        if (until := _rested(began)) > time.monotonic():
            self._until[waiting.owner] = until
        return done

    def _resting(self, owner: Owner) -> bool:
        if self._until.get(owner, 0.0) > time.monotonic():
            return True
        self._until.pop(owner, None)
        return False


def _rested(began: float) -> float:
    """When what began then may be done again; at once, if it was short."""
    took = time.monotonic() - began
    return time.monotonic() + min(RESTS * took, LONGEST_SECONDS) if took > SHORT_SECONDS else 0.0


async def _move_on(log: Log, reading: Reading, settlement: Settlement) -> bool:
    """All that was told is posted: what waited for that is done."""
    standing = settlement.open
    if standing is not None and standing.stage is Stage.ENDED:
        await log.execute(On(SETTLEMENT, CALENDAR, CutOff(standing.period.name)), by=BY)
        return True
    if settlement.calculable is not None and settlement.calendar is not None:
        period = settlement.calculable.period
        await _issue(log, reading, period, settlement.calendar.objection_days)
        await log.execute(On(SETTLEMENT, CALENDAR, ClosePeriod(period.name)), by=BY)
        return True
    return False


async def _issue(log: Log, reading: Reading, period: Period, objection_days: int) -> None:
    """To all payees of whom anything was posted until its end. Killed, it goes on with those who have none."""
    async with reading() as read:
        owners = await without_statement(read, period.last)
    for at in range(0, len(owners), AT_ONCE):
        some = [IssueStatement(owner=one, period=period, objection_days=objection_days) for one in owners[at : at + AT_ONCE]]
        await asyncio.gather(*(log.execute(On(LEDGER, ledger_key(c.owner), c), by=BY) for c in some))
