"""Quantity times unit price of placed lines, before discount, tax and freight, on the date of the order."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import PLACED

KPI = Kpi("gross", "Gross sales", __doc__, zh="已下单订单行的数量乘以单价，未扣折扣、税和运费；计入订单日期。", numerator=PLACED.gross)
