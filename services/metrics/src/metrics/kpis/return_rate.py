"""Units returned, divided by units delivered. All on the date of the order, so a return raises the rate of the day the order was placed,
however late it comes in."""

from metrics.domain.kpi import Dated, Kpi
from metrics.facts.deliveries import DELIVERED
from metrics.facts.sales import RETURNED

KPI = Kpi(
    "return_rate",
    "Return rate (units)",
    __doc__,
    zh="退货数量除以签收数量。均计入订单日期：无论退货多晚，都提高下单当日的退货率。",
    numerator=RETURNED.units,
    denominator=DELIVERED.units,
    dated=Dated.ORDER,
)
