"""The settlement's calendar and the stages of its periods, with nothing running."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events.pure import On
from channel_testing import at, feed, given
from incentives.application.dispute_timer import DISPUTES_OVERDUE
from incentives.application.period_timers import CALCULATE_PERIODS, END_PERIODS
from incentives.domain.dispute import DISPUTE, DisputeRaised, MarkOverdue
from incentives.domain.plan.document import Payee
from incentives.domain.settlement import CALENDAR, SETTLEMENT, SettlementCalendar
from incentives.domain.settlement.decide import CalculatePeriod, ClosePeriod, CutOff, EndPeriod, SetSettlementCalendar
from incentives.domain.settlement.events import PeriodCalculated, PeriodClosed, PeriodCutOff, PeriodEnded, SettlementCalendarSet
from incentives.views.settlement_periods import PERIODS

MONTHS: dict[str, Any] = {"grain": "month", "begins": date(2026, 1, 15), "zone": "Asia/Shanghai", "grace_days": 5, "calculation_day": 10}
BY_MONTH = SettlementCalendar(**MONTHS)
JANUARY = BY_MONTH.at(date(2026, 1, 1))
FEBRUARY = BY_MONTH.after(JANUARY)
DAY = date(2026, 1, 20)
SET = SettlementCalendarSet(calendar=BY_MONTH, opened=JANUARY, replaced=None, by="eve", occurred_on=DAY)
ENDED = PeriodEnded(period=JANUARY, occurred_on=JANUARY.cut_off_on)
CUT_OFF = PeriodCutOff(period=JANUARY, opened=FEBRUARY, zone="Asia/Shanghai", occurred_on=JANUARY.cut_off_on)
CALCULATED = PeriodCalculated(period=JANUARY, occurred_on=JANUARY.calculated_on)
CLOSED = PeriodClosed(period=JANUARY, occurred_on=JANUARY.calculated_on)


@pytest.mark.parametrize(
    ("calendar", "day", "said"),
    [
        (MONTHS, date(2026, 1, 31), ("2026-01", date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 6), date(2026, 2, 10))),
        (
            MONTHS | {"grain": "quarter"},
            date(2026, 2, 1),
            ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 6), date(2026, 4, 10)),
        ),
        (
            MONTHS | {"year": "from april", "grain": "year", "grace_days": 0, "calculation_day": 0},
            date(2026, 3, 31),
            ("FY2026", date(2025, 4, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 1)),
        ),
    ],
)
def test_a_period_is_as_the_calendar_says(calendar: dict[str, Any], day: date, said: tuple[object, ...]) -> None:
    period = SettlementCalendar(**calendar).at(day)
    assert (period.name, period.first, period.last, period.cut_off_on, period.calculated_on) == said


def test_a_period_ends_is_cut_off_calculated_and_closed() -> None:
    begun = given(SETTLEMENT, SET).known(today=DAY)
    begun.when(EndPeriod("2026-01")).then(ENDED)
    begun.when(CutOff("2026-01")).then_nothing()
    begun.when(EndPeriod("2026-02")).then_nothing()
    given(SETTLEMENT, SET, ENDED).when(EndPeriod("2026-01")).then_nothing()
    given(SETTLEMENT, SET, ENDED).when(CutOff("2026-01")).then(CUT_OFF)
    given(SETTLEMENT, SET, ENDED, CUT_OFF).when(ClosePeriod("2026-01")).then_nothing()
    given(SETTLEMENT, SET, ENDED, CUT_OFF, CALCULATED).when(ClosePeriod("2026-01")).then(CLOSED)
    given(SETTLEMENT, SET, ENDED, CUT_OFF, CALCULATED, CLOSED).when(ClosePeriod("2026-01")).then_nothing()


def test_a_calculation_day_that_comes_before_the_cut_off_is_done_counts_all_the_same() -> None:
    given(SETTLEMENT, SET).when(CalculatePeriod("2026-01")).then(CALCULATED)
    state = SETTLEMENT.fold([SET, CALCULATED, ENDED, CUT_OFF])
    assert state.calculable is not None
    assert [one.name for one in state.taking(date(2026, 4, 1))] == ["2026-02", "2026-03", "2026-04"]


def test_another_calendar_divides_no_period() -> None:
    again = SetSettlementCalendar(**MONTHS, on=DAY)
    begun = given(SETTLEMENT, SET).known(today=DAY)
    begun.when(again).then_nothing()
    quarters = SetSettlementCalendar(**MONTHS | {"grain": "quarter"}, on=DAY)
    quarter = SettlementCalendar(**MONTHS | {"grain": "quarter"})
    begun.when(quarters).then(
        SettlementCalendarSet(calendar=quarter, opened=quarter.at(date(2026, 1, 1)), replaced="2026-01", by="", occurred_on=DAY)
    )
    given(SETTLEMENT, SET, ENDED).known(today=DAY).when(quarters).then_rejected("settlement_period_under_way")
    given(SETTLEMENT, SET, ENDED, CUT_OFF).known(today=DAY).when(quarters).then_rejected("settlement_period_under_way")


def test_the_clock_ends_and_calculates_each_period_in_its_turn() -> None:
    # Midnight in Shanghai is four in the afternoon before.
    assert at(END_PERIODS, datetime(2026, 2, 5, 15, 59, tzinfo=UTC), SET) == []
    assert at(END_PERIODS, datetime(2026, 2, 5, 16, tzinfo=UTC), SET) == [On(SETTLEMENT, CALENDAR, EndPeriod("2026-01"))]
    assert at(END_PERIODS, datetime(2026, 2, 5, 16, tzinfo=UTC), SET, ENDED) == []
    assert at(CALCULATE_PERIODS, datetime(2026, 2, 9, 16, tzinfo=UTC), SET) == [On(SETTLEMENT, CALENDAR, CalculatePeriod("2026-01"))]
    assert at(END_PERIODS, datetime(2030, 1, 1, tzinfo=UTC), SET, ENDED, CUT_OFF) == [On(SETTLEMENT, CALENDAR, EndPeriod("2026-02"))]


def test_the_periods_are_listed_with_where_they_are() -> None:
    rows = feed(PERIODS, SET, ENDED, CUT_OFF, CALCULATED, CLOSED).rows()
    assert [(row["period"], row["stage"], row["ends_at"] is None) for row in rows] == [
        ("2026-01", "closed", True),
        ("2026-02", "open", False),
    ]


def test_a_dispute_is_overdue_the_day_after_its_last() -> None:
    raised = DisputeRaised(
        dispute_id="d",
        payee=Payee.PARTNER,
        payee_id="p-1",
        partner_id="p-1",
        statement_id="partner~p-1~2026-01",
        currency="CNY",
        expected=Decimal(1),
        reason="more",
        entry_id=None,
        order_id=None,
        line_id=None,
        decide_until=date(2026, 2, 20),
        zone="UTC",
        by="jade",
        occurred_on=date(2026, 2, 10),
    )
    assert at(DISPUTES_OVERDUE, datetime(2026, 2, 20, 23, tzinfo=UTC), raised) == []
    found = at(DISPUTES_OVERDUE, datetime(2026, 2, 21, tzinfo=UTC), raised)
    assert found == [On(DISPUTE, "d", MarkOverdue("d", date(2026, 2, 21)))]
