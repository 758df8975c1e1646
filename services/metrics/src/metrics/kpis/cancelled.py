"""Cancelled quantities times unit price, less their share of the discount, on the date of the cancellation."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CANCELLED

KPI = Kpi("cancelled", "Cancelled", __doc__, zh="取消数量乘以单价，减去其所分摊的折扣；计入取消当日。", numerator=CANCELLED.net)
