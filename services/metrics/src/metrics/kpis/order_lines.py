"""Lines of placed orders, on the date of the order. Later cancellations and returns do not change it."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("order_lines", "Order lines", __doc__, zh="已下单订单的行数；计入订单日期。之后的取消与退货不改变它。", numerator=PLACED.lines)
