"""What is left of sales after discounts, cancellations and returns."""

from metrics.domain.kpi import CANCELLED, PLACED, RETURNED, Kpi, Unit

KPI = Kpi(
    name="net",
    version=1,
    title="Net sales",
    description=(
        "Gross less discount, less what was cancelled and returned, each after its own discount and on its own date: "
        "a return lowers the net of the day it comes in, not of the day of the order."
    ),
    unit=Unit.MONEY,
    numerator=PLACED.gross - PLACED.discount - CANCELLED.net - RETURNED.net,
)
