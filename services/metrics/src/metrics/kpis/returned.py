"""Returned quantities times unit price, less their share of the discount, on the date of the return."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import RETURNED

KPI = Kpi("returned", "Returned", __doc__, numerator=RETURNED.net)
