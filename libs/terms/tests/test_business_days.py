"""Business days: weekends, holidays, and days that are worked instead."""

from datetime import date, timedelta

import pytest
from channel_terms import BusinessDays
from hypothesis import given
from hypothesis import strategies as st

# China's National Day of 2025, with Mid-Autumn: eight days off, for which a Sunday and a Saturday were worked.
OCTOBER = BusinessDays(
    holidays=frozenset(date(2025, 10, day) for day in range(1, 9)), worked=frozenset({date(2025, 9, 28), date(2025, 10, 11)})
)
NEAR = st.dates(date(2025, 8, 1), date(2025, 12, 31))
ANY = st.builds(
    lambda weekend, holidays, worked: BusinessDays(weekend, holidays - worked, worked),
    st.frozensets(st.integers(0, 6), max_size=6),
    st.frozensets(NEAR, max_size=20),
    st.frozensets(NEAR, max_size=5),
)


def test_moved_days_are_worked_and_what_they_were_moved_for_is_not() -> None:
    days = [date(2025, 9, 26) + timedelta(days=n) for n in range(18)]
    worked = [day.isoformat()[5:] for day in days if day in OCTOBER]
    assert worked == ["09-26", "09-28", "09-29", "09-30", "10-09", "10-10", "10-11", "10-13"]


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 10, 3), 1, date(2025, 10, 9)),
        (date(2025, 10, 3), -1, date(2025, 9, 30)),
        (date(2025, 9, 26), 1, date(2025, 9, 28)),
        (date(2025, 10, 10), 2, date(2025, 10, 13)),
        (date(2025, 10, 3), 0, date(2025, 10, 3)),
    ],
)
def test_days_are_added_over_holidays_and_moved_days(day: date, count: int, found: date) -> None:
    assert OCTOBER.add(day, count) == found


@given(ANY, NEAR, st.integers(-40, 40))
def test_what_is_added_can_be_taken_away_again(days: BusinessDays, day: date, count: int) -> None:
    day = days.at_or_after(day)
    there = days.add(day, count)
    assert there in days
    assert days.add(there, -count) == day
    assert days.count(min(day, there), max(day, there)) == abs(count) + 1


@given(ANY, NEAR, NEAR)
def test_days_are_counted_with_both_ends_and_add_up(days: BusinessDays, first: date, last: date) -> None:
    middle = first + (last - first) // 2
    whole = days.count(first, last)
    assert whole == (0 if last < first else days.count(first, middle) + days.count(middle + timedelta(days=1), last))


@given(ANY, NEAR)
def test_the_next_and_the_last_business_day_have_none_between(days: BusinessDays, day: date) -> None:
    before, after = days.at_or_before(day), days.at_or_after(day)
    assert before <= day <= after
    assert days.count(before, after) == (1 if day in days else 2)


def test_a_calendar_that_contradicts_itself_or_never_works_is_refused() -> None:
    day = frozenset({date(2026, 1, 1)})
    with pytest.raises(ValueError, match="2026-01-01 is both"):
        BusinessDays(holidays=day, worked=day)
    with pytest.raises(ValueError, match="no weekday"):
        BusinessDays(frozenset(range(7)))
