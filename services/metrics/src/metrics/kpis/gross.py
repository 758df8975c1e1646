"""Quantity times unit price of placed lines, before discount, tax and freight, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("gross", "Gross sales", __doc__, numerator=PLACED.gross)
