"""What is earned and on no statement yet: the provision. Without a first date it is the balance of the last; between two dates, by how much
it grew."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import ADJUSTED, CLAWED_BACK, EARNED, STATED

KPI = Kpi(
    "incentives_accrued",
    "Incentives accrued",
    __doc__,
    zh="已赚取而尚未列入结算单的金额，即预提。不给起始日期时为截止日的余额；给定两个日期时为其间的增加额。",
    numerator=EARNED.accrued + CLAWED_BACK.accrued + ADJUSTED.accrued + STATED.accrued,
)
