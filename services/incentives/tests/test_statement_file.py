"""A statement as a file is worked out again by the checker that stands alone; and what is posted for any facts passes it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from channel_events.pure import Known
from channel_service.testing import Running
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import calculate
from incentives.domain.facts import Facts, Line
from incentives.domain.ledger.commands import IssueStatement, PostEarnings
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.differences import CountedIn, Lines, changed, to_post
from incentives.domain.ledger.events import EarningAccrued, EarningReversed, LedgerEntry, LedgerEvent, LinesCounted
from incentives.domain.ledger.said import Counted
from incentives.domain.sharing import Sharing
from statement_checker import Report, check

from .ledgers import CALENDAR, OWNER
from .settling import Clock
from .test_calculation_properties import PLANS, QUOTAS, RULINGS, each_type, facts
from .test_settling import ID, clock, do, issued, settling

__all__ = ["clock", "settling"]
KNOWN = Known(date(2027, 6, 1))
PERIODS = CALENDAR.until(date(2026, 12, 31))
"""What was before January is settled in it."""


@pytest.mark.row("IN-20")
async def test_an_exported_statement_is_checked_alone(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob, partner = (
        settling.as_("finance", subject="ann"),
        settling.as_("finance", subject="bob"),
        settling.as_("partner", partner_id="p-1"),
    )
    await do(partner, f"/v1/statements/{ID}/acknowledge")
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    await do(bob, "/v1/payouts/a/approve")
    answer = await partner.get(f"/v1/statements/{ID}/file")
    report = check(answer.text.splitlines())
    assert (report.findings, report.payable) == ([], {"CNY": "7.20"})
    [listed] = (await partner.get("/v1/statements")).json()["items"]
    assert report.head == listed["hash"]
    found = check(answer.text.replace('"amount":"7.20"', '"amount":"7.21"').splitlines())
    assert any("changed" in one for one in found.findings)
    other = settling.as_("partner", partner_id="p-2")
    for who, name in ((other, ID), (partner, "partner~p-1~2031-01"), (partner, "sales_rep~p-1~2026-02")):
        assert (await who.get(f"/v1/statements/{name}/file")).json()["code"] == "statement_unknown"


def posted_of(
    name: str, runs: Sequence[Sequence[Line]], closed: Sequence[int], shared: Sequence[frozenset[Sharing]] = ()
) -> list[LedgerEvent]:
    """What is posted when so much is known at each run, and ``shared`` so; before the run at ``closed[n]`` period n gets its statement."""
    events: list[LedgerEvent] = []
    taking = list(PERIODS)
    for at, lines in enumerate(runs):
        while (
            closed[: len(PERIODS) - len(taking) + 1]
            and len(PERIODS) - len(taking) < len(closed)
            and closed[len(PERIODS) - len(taking)] == at
        ):
            events += LEDGER.decide(IssueStatement(owner=OWNER, period=taking.pop(0), objection_days=0), LEDGER.fold(events), KNOWN)
        ledger = LEDGER.fold(events)
        worked = []
        for period in taking:
            sharings = shared[at] if shared else frozenset()
            known = Facts(lines=[one for one in lines if one.since <= period.last], quotas=QUOTAS, rulings=RULINGS, sharings=sharings)
            worked.append((period, [one for one in calculate("dealers", 1, PLANS[name], known) if OWNER.earns(one)]))
        gone = {one.entry.entry_id: one.entry for one in events if isinstance(one, EarningAccrued | EarningReversed)}
        for period, some in to_post(changed(ledger, worked), Lines(_counted(events)), gone):
            number = LEDGER.fold(events).number
            command = PostEarnings(owner=OWNER, number=number, period=period, worked=tuple(some))
            events += LEDGER.decide(command, LEDGER.fold(events), KNOWN)
    return events


def _counted(events: Sequence[LedgerEvent]) -> list[CountedIn]:
    return [
        CountedIn(event.entry_id, one.fact_id, event.period_last, Counted(one.event_id, one.order_id, one.line_id, one.counted))
        for event in events
        if isinstance(event, LinesCounted)
        for one in event.lines
    ]


def checked(events: Sequence[LedgerEvent]) -> Report:
    """With a last statement of all of it."""
    last = PERIODS[-1]
    events = [*events, *LEDGER.decide(IssueStatement(owner=OWNER, period=last, objection_days=0), LEDGER.fold(events), KNOWN)]
    head = {"format": "qudao-statement/1", "statement_id": f"partner~p-1~{last.name}", "payee": "partner", "payee_id": "p-1"}
    said = [{"what": _name(one), "entry": one} for one in events if isinstance(one, LedgerEntry)]
    return check([msgspec.json.encode(one).decode() for one in (head, *said)])


def _name(event: Any) -> str:
    from channel_events.pure import event_type

    return event_type(type(event)).name


def totals(events: Sequence[LedgerEvent]) -> dict[str, Decimal]:
    ledger = LEDGER.fold(events)
    return {name: total for name, days in ledger.posted.items() if (total := sum(days.values(), Decimal(0)))}


@each_type
@settings(max_examples=12, deadline=None)
@given(data=st.data(), lines=facts())
def test_whatever_arrives_when_and_is_closed_when_the_ledger_comes_to_what_is_earned_and_is_right(
    name: str, data: Any, lines: list[Line]
) -> None:
    lines = [one for one in lines if one.since <= PERIODS[-1].last]
    arrived = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    closed = sorted(data.draw(st.lists(st.integers(0, len(cuts)), max_size=5)))
    events = posted_of(name, [arrived[:cut] for cut in (*cuts, len(arrived))], closed)
    whole = calculate("dealers", 1, PLANS[name], Facts(lines=lines, quotas=QUOTAS, rulings=RULINGS))
    assert totals(events) == {one.entry_id: one.amount for one in whole if one.amount and one.payee_id == OWNER.payee_id}
    if any(isinstance(one, EarningAccrued | EarningReversed) for one in events):
        report = checked(events)
        assert report.findings == [] or LEDGER.fold(events).unstated == {}, report.findings
