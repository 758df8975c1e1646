"""Distinct orders placed, on the date of the order. By product or category: distinct orders that hold at least one line of it, so these
do not add up to the total."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("orders", "Orders", __doc__, numerator=PLACED.orders)
