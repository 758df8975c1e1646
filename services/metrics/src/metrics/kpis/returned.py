"""What came back, in money."""

from metrics.domain.kpi import RETURNED, Kpi, Unit

KPI = Kpi(
    name="returned",
    version=1,
    title="Returned",
    description="Returned quantities times unit price, less their share of the discount, on the date of the return.",
    unit=Unit.MONEY,
    numerator=RETURNED.net,
)
