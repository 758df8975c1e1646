"""What is owed by statements, also in payouts that are under way. Without a first date it is the balance of the last; between two dates, by
how much it grew."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import PAID_OUT, STATED, WRITTEN_OFF

KPI = Kpi(
    "incentives_payable",
    "Incentives payable",
    __doc__,
    zh="结算单上应付的金额，含正在付款中的。不给起始日期时为截止日的余额；给定两个日期时为其间的增加额。",
    numerator=STATED.payable + PAID_OUT.payable + WRITTEN_OFF.payable,
)
