"""Gross less discount, less what was cancelled and returned, each after its own discount and on its own date: a return lowers the net of
the day it comes in, not of the day of the order. Goods whose sale is not known here count when they come back; credit and debit notes
without goods count as they correct."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CANCELLED, CORRECTED, PLACED, RETURNED, RETURNED_WITHOUT_SALE

KPI = Kpi(
    "net",
    "Net sales",
    __doc__,
    numerator=PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net - RETURNED_WITHOUT_SALE.net + CORRECTED.net,
    version=2,
)
