"""Distinct orders placed, on the date of the order. By product or category: distinct orders that hold at least one line of it, so these
do not add up to the total."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi(
    "orders",
    "Orders",
    __doc__,
    zh="已下单的不同订单数；计入订单日期。按商品或品类看时，为至少含一行该商品的不同订单数，因此各项相加不等于总数。",
    numerator=PLACED.orders,
)
