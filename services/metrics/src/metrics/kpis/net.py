"""Gross less discount, less what was cancelled and returned, each after its own discount and on its own date: a return lowers the net of
the day it comes in, not of the day of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CANCELLED, PLACED, RETURNED

KPI = Kpi("net", "Net sales", __doc__, numerator=PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net)
