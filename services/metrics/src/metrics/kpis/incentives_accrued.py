"""What is earned and on no statement yet: the provision. Without a first date it is the balance of the last; between two dates, by how much
it grew."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import ADJUSTED, CLAWED_BACK, EARNED, STATED

KPI = Kpi(
    "incentives_accrued", "Incentives accrued", __doc__, numerator=EARNED.accrued + CLAWED_BACK.accrued + ADJUSTED.accrued + STATED.accrued
)
