"""Periods, entries and ledgers for tests."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from channel_events.pure import Known
from incentives.domain.ledger.chain import GENESIS, linked
from incentives.domain.ledger.commands import LedgerCommand, PostEarnings
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.events import LedgerEntry, LedgerEvent
from incentives.domain.ledger.said import EntrySaid, LineSaid, Worked
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.domain.settlement import Period, SettlementCalendar

CALENDAR = SettlementCalendar(
    grain="month", begins=date(2026, 1, 1), zone="Asia/Shanghai", grace_days=5, calculation_day=10, objection_days=14
)
JANUARY = CALENDAR.at(date(2026, 1, 1))
FEBRUARY = CALENDAR.after(JANUARY)
OWNER = Owner(Payee.PARTNER, "p-1")
TODAY = date(2026, 3, 1)


def said(name: str = "volume", currency: str = "CNY") -> EntrySaid:
    return EntrySaid(
        entry_id=f"dealers~1~{name}~~p-1~2026-01-01",
        plan_id="dealers",
        version=1,
        rule_id=name,
        rule_type="flat",
        part="",
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        currency=currency,
        base="net",
        moment="shipped",
        counted="0",
        unrounded="0",
        rounding="half_up",
    )


def worked(amount: str | Decimal, name: str = "volume", lines: int = 1, currency: str = "CNY") -> Worked:
    counted = [LineSaid(fact_id=f"f{at}", event_id=f"e{at}", order_id=f"o{at}", line_id="1", counted=Decimal(1)) for at in range(lines)]
    return Worked(said(name, currency), Decimal(amount), tuple(counted))


def posting(*entries: Worked, number: int = 0, period: Period = JANUARY, **more: Any) -> PostEarnings:
    return PostEarnings(owner=OWNER, number=number, period=period, worked=entries, **more)


def done(*commands: LedgerCommand, before: Sequence[LedgerEvent] = ()) -> list[LedgerEvent]:
    """The events that these commands come to, one after the other, behind others."""
    events = list(before)
    for command in commands:
        events += LEDGER.decide(command, LEDGER.fold(events), Known(TODAY))
    return events


def require_chained(events: Sequence[Any]) -> None:
    """``AssertionError`` where a number, a hash or a link is not what it has to be."""
    before, number = GENESIS, 0
    for one in events:
        if isinstance(one, LedgerEntry):
            number += 1
            assert (one.number, one.previous, one.hash) == (number, before, linked(msgspec.to_builtins(one)))
            before = one.hash
