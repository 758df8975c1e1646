"""Periods, civil and fiscal: they tile the line of days, and each is found by its name."""

from datetime import date, timedelta

import pytest
from channel_terms import CIVIL, EARLIEST, Calendar, Grain, Periods, Span, Weeks, fiscal_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

RETAIL = fiscal_calendar("4-5-4 to the nearest saturday of january, named by its first day")
MONTHS = st.integers(1, 12)
CALENDARS = st.one_of(
    st.just(CIVIL),
    st.builds(Calendar, MONTHS, st.booleans()),
    st.builds(
        Weeks,
        MONTHS,
        st.booleans(),
        pattern=st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
        weekday=st.integers(0, 6),
        nearest=st.booleans(),
    ),
)
GRAINS = st.sampled_from(Grain)
DAY = timedelta(days=1)


@given(CALENDARS, GRAINS, st.dates())
def test_a_day_is_in_its_period_and_so_are_both_ends(calendar: Calendar, grain: Grain, day: date) -> None:
    span = calendar.span(grain, day)
    assert span.first <= day <= span.last
    assert [calendar.span(grain, end) for end in span] == [span, span]


@given(CALENDARS, GRAINS, st.dates())
def test_periods_tile_the_line_without_gap_or_overlap(calendar: Calendar, grain: Grain, day: date) -> None:
    span = calendar.span(grain, day)
    if span.last < date.max:
        assert calendar.span(grain, span.last + DAY).first == span.last + DAY
    if span.first > date.min:
        assert calendar.span(grain, span.first - DAY).last == span.first - DAY


@given(CALENDARS, GRAINS, st.dates())
def test_a_period_is_found_by_its_name(calendar: Calendar, grain: Grain, day: date) -> None:
    assert calendar.named(calendar.name(grain, day)) == calendar.span(grain, day)


@given(st.sampled_from([Calendar(), Calendar(4, True), RETAIL]), st.dates(EARLIEST, date(2190, 12, 31)))
@settings(deadline=None)
def test_figures_are_grouped_by_civil_and_fiscal_periods_under_names_of_their_own(fiscal: Calendar, day: date) -> None:
    every = Periods.every(fiscal)
    civil = [grain.value for grain in Grain]
    assert list(every) == [*civil, "fiscal_month", "fiscal_quarter", "fiscal_half", "fiscal_year"]
    for name, one in every.items():
        calendar = CIVIL if name in civil else fiscal
        assert (one.span(day), one.name(day)) == (calendar.span(one.grain, day), calendar.name(one.grain, day))
        if one.grain not in {Grain.DAY, Grain.WEEK}:
            assert max(first for first in one.first_days if first <= day) == one.span(day).first


@given(st.dates(), st.dates())
def test_any_two_days_in_order_are_a_period_of_their_own(one: date, other: date) -> None:
    span = Span(min(one, other), max(one, other))
    assert CIVIL.named(str(span)) == span


@given(CALENDARS, st.dates(date(2, 1, 1), date(9990, 1, 1)))
def test_a_year_has_two_halves_four_quarters_and_twelve_months(calendar: Calendar, day: date) -> None:
    year = calendar.span(Grain.YEAR, day)
    found = {grain: list(calendar.spans(grain, year)) for grain in (Grain.HALF, Grain.QUARTER, Grain.MONTH)}
    assert {grain: len(spans) for grain, spans in found.items()} == {Grain.HALF: 2, Grain.QUARTER: 4, Grain.MONTH: 12}
    assert all((spans[0].first, spans[-1].last) == year for spans in found.values())


@pytest.mark.parametrize(
    ("calendar", "day", "names"),
    [
        (CIVIL, date(2026, 11, 24), ["2026-11-24", "2026-W48", "2026-11", "2026-Q4", "2026-H2", "2026"]),
        (CIVIL, date(2027, 1, 1), ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027-H1", "2027"]),
        (Calendar(), date(2026, 11, 24), ["2026-11-24", "2026-W48", "FY2026-P11", "FY2026-Q4", "FY2026-H2", "FY2026"]),
        (fiscal_calendar("from april"), date(2026, 3, 31), ["2026-03-31", "2026-W14", "FY2026-P12", "FY2026-Q4", "FY2026-H2", "FY2026"]),
        (
            fiscal_calendar("from april, named by its first day"),
            date(2026, 4, 1),
            ["2026-04-01", "2026-W14", "FY2026-P01", "FY2026-Q1", "FY2026-H1", "FY2026"],
        ),
        # The 53rd week of the retail year 2023 is its last, in January of the books, whatever the date.
        (RETAIL, date(2024, 2, 3), ["2024-02-03", "2024-W05", "FY2023-P12", "FY2023-Q4", "FY2023-H2", "FY2023"]),
        (RETAIL, date(2024, 2, 4), ["2024-02-04", "2024-W05", "FY2024-P01", "FY2024-Q1", "FY2024-H1", "FY2024"]),
    ],
)
def test_periods_are_called_as_people_call_them(calendar: Calendar, day: date, names: list[str]) -> None:
    assert [calendar.name(grain, day) for grain in Grain] == names


def test_the_retail_calendar_has_its_published_years_of_53_weeks() -> None:
    years = {year: RETAIL.named(f"FY{year}") for year in range(2000, 2025)}
    assert [year for year, span in years.items() if (span.last - span.first).days == 370] == [2000, 2006, 2012, 2017, 2023]
    assert all((span.last - span.first).days in {363, 370} for span in years.values())
    assert years[2017] == Span(date(2017, 1, 29), date(2018, 2, 3))
    weeks = [RETAIL.named(f"FY2023-P{month:02}") for month in range(1, 13)]
    assert [(span.last - span.first).days // 7 + 1 for span in weeks] == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]


@pytest.mark.parametrize("pattern", ["4-4-5", "4-5-4", "5-4-4"])
def test_the_months_of_a_quarter_have_the_weeks_of_the_pattern(pattern: str) -> None:
    calendar = fiscal_calendar(f"{pattern} to the last saturday of june")
    quarter = calendar.spans(Grain.MONTH, calendar.named("FY2026-Q2"))
    assert "-".join(str(((month.last - month.first).days + 1) // 7) for month in quarter) == pattern


@pytest.mark.parametrize(("rule", "last"), [("last", date(2001, 11, 24)), ("nearest", date(2001, 12, 1))])
def test_the_end_of_a_year_of_weeks_is_the_one_of_the_regulations_own_example(rule: str, last: date) -> None:
    assert fiscal_calendar(f"4-4-5 to the {rule} saturday of november").named("FY2001").last == last


@given(st.integers(1, 9998), MONTHS, st.integers(0, 6), st.booleans())
def test_a_year_of_weeks_ends_on_its_weekday_near_the_end_of_its_month(year: int, first: int, weekday: int, nearest: bool) -> None:
    ends = Weeks(first, pattern=(4, 4, 5), weekday=weekday, nearest=nearest).named(f"FY{year:04}").last
    month_ends = CIVIL.named(f"{year:04}-{(first - 2) % 12 + 1:02}").last
    assert ends.weekday() == weekday
    assert -6 <= (ends - month_ends).days <= 0 or (nearest and -3 <= (ends - month_ends).days <= 3)
    assert abs((ends - month_ends).days) <= 3 or not nearest


@pytest.mark.parametrize(
    "name",
    [
        "",
        "FY2026-11",
        "FY2026",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-Q01",
        "2026-P01",
        "2026-H3",
        "2026-W54",
        "2026W48",
        "20261124",
        "26",
        "2026-02-30",
        "2026-02-01/2026-01-01",
        "2026-02-01/",
        "Q4",
        "2026-q4",
        "20２6",
    ],
)
def test_what_is_no_period_of_the_calendar_is_refused(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them is a refusal
        CIVIL.named(name)


@pytest.mark.parametrize(
    "said", ["", "april", "from April", "4-4-4 to the last saturday of june", "4-4-5", "from april, named by its last day", "from may "]
)
def test_a_setting_that_names_no_fiscal_year_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="not a fiscal year like 'from april'"):
        fiscal_calendar(said)
