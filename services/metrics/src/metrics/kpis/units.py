"""Quantities of the lines of placed orders, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("units", "Units", __doc__, numerator=PLACED.units)
