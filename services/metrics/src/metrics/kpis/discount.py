"""Discounts of placed lines, an order's own discount included as its lines carry it, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi(
    "discount", "Discount", __doc__, zh="已下单订单行的折扣，含订单整单折扣分摊到各行的部分；计入订单日期。", numerator=PLACED.discount
)
