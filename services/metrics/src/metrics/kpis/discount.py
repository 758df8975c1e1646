"""Discounts of placed lines, an order's own discount included as its lines carry it, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("discount", "Discount", __doc__, numerator=PLACED.discount)
