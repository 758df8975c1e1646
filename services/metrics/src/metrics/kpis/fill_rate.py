"""Lines shipped complete with their order's first shipment, divided by the lines placed and not wholly cancelled before shipping. All on
the date of the order, so a shipment raises the rate of the day the order was placed."""

from metrics.domain.kpi import Dated, Kpi
from metrics.facts.sales import CANCELLED, PLACED, SHIPPED

KPI = Kpi(
    "fill_rate",
    "Fill rate (lines)",
    __doc__,
    zh="随订单首次发货即全部发出的订单行，除以已下单且未在发货前全部取消的订单行。均计入订单日期：发货会提高下单当日的满足率。",
    numerator=SHIPPED.filled,
    denominator=PLACED.lines - CANCELLED.complete,
    dated=Dated.ORDER,
)
