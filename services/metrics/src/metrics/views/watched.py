"""KPIs as Prometheus is told them: over days that are just over, and what other services have to say the same of."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from channel_terms import Grain, Periods

from metrics.domain.facts import CURRENCY
from metrics.domain.kpi import Kpi
from metrics.domain.question import Question
from metrics.domain.tally import groups_of
from metrics.views.kpi_values import figures

PERIODS: Mapping[str, int] = {"today": 1, "days_7": 7, "days_28": 28}
"""How many days, today among them."""
_DAY = Periods(Grain.DAY)


def over_days(kpi: Kpi, today: date, *by: str, part: Literal["numerator", "denominator"] = "numerator") -> sa.Select[Any]:
    """``part`` of a KPI of all partners, by `PERIODS` and these dimensions; of money, the last of them is the currency. What there was
    in the longest of them is there in all, also when it comes to nothing."""
    first = today - timedelta(days=max(PERIODS.values()) - 1)
    question = Question(first=first, last=today, groups=(_DAY, *by))
    days_of = figures(kpi, question, everyone=True)
    sums = days_of.c
    days = [(name, today - timedelta(days=count - 1)) for name, count in PERIODS.items()]
    periods = sa.values(sa.column("name", sa.Text), sa.column("first", sa.Date), name="period").data(days)
    period = periods.c
    keys = [period.name, *(sums[f"g{n}"] for n in range(1, len(groups_of(kpi, question.groups))))]
    counted = sa.case((sums.g0 >= period.first, sums[part]), else_=0)
    # Each day beside each period: some hundreds of rows.
    return sa.select(*keys, sa.func.sum(counted)).select_from(sa.join(days_of, periods, sa.true())).group_by(*keys)


def reconciled(kpi: Kpi, last: date) -> sa.Select[Any]:
    """A sum up to this day, by currency; ``""`` of what is no money."""
    sums = figures(kpi, Question(last=last, groups=(CURRENCY,) if kpi.money else ()), everyone=True).c
    return sa.select(sums.g0 if kpi.money else sa.literal(""), sums.numerator)
