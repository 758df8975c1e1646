"""What credit and debit notes without goods add to net sales, on the date of the note: a credit takes away."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CORRECTED

KPI = Kpi(
    "corrected",
    "Corrections",
    __doc__,
    zh="不涉及货物的贷记、借记通知单对销售净额的影响；计入单据日期，贷记为减。",
    numerator=CORRECTED.net,
)
