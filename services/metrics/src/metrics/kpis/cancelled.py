"""What was cancelled, in money."""

from metrics.domain.kpi import CANCELLED, Kpi, Unit

KPI = Kpi(
    name="cancelled",
    version=1,
    title="Cancelled",
    description="Cancelled quantities times unit price, less their share of the discount, on the date of the cancellation.",
    unit=Unit.MONEY,
    numerator=CANCELLED.net,
)
