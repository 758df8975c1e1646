"""Lines of placed orders, on the date of the order. Later cancellations and returns do not change it."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("order_lines", "Order lines", __doc__, numerator=PLACED.lines)
