"""What was taken off the price."""

from metrics.domain.kpi import PLACED, Kpi, Unit

KPI = Kpi(
    name="discount",
    version=1,
    title="Discount",
    description="Discounts of placed lines, an order's own discount included as its lines carry it, on the date of the order.",
    unit=Unit.MONEY,
    numerator=PLACED.discount,
)
