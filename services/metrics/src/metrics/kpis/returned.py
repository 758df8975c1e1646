"""Returned quantities times unit price, less their share of the discount, on the date of the return; also of goods whose sale is not known
here."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import RETURNED, RETURNED_WITHOUT_SALE

KPI = Kpi(
    "returned",
    "Returned",
    __doc__,
    zh="退货数量乘以单价，减去其所分摊的折扣；计入退货当日，也含原单未知的货物。",
    numerator=RETURNED.net + RETURNED_WITHOUT_SALE.net,
    version=2,
)
