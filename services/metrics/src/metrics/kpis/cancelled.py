"""Cancelled quantities times unit price, less their share of the discount, on the date of the cancellation."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CANCELLED

KPI = Kpi("cancelled", "Cancelled", __doc__, numerator=CANCELLED.net)
