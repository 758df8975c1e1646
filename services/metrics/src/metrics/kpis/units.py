"""Quantities of the lines of placed orders, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("units", "Units", __doc__, zh="已下单订单行的数量；计入订单日期。", numerator=PLACED.units)
