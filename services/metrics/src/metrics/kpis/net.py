"""Gross less discount, less what was cancelled and returned, each after its own discount and on its own date: a return lowers the net of
the day it comes in, not of the day of the order. Goods whose sale is not known here count when they come back; credit and debit notes
without goods count as they correct."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CANCELLED, CORRECTED, PLACED, RETURNED, RETURNED_WITHOUT_SALE

KPI = Kpi(
    "net",
    "Net sales",
    __doc__,
    zh="销售总额减折扣，再减取消与退货；取消与退货各扣除自身折扣，并计入各自日期：退货降低退货当日的净额，而非下单当日的。"
    "原单未知的货物在退回时计入；不涉及货物的贷记、借记通知单按其更正的金额计入。",
    numerator=PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net - RETURNED_WITHOUT_SALE.net + CORRECTED.net,
    version=2,
)
