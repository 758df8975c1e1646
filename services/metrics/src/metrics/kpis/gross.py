"""What was ordered, in money, before anything is taken off."""

from metrics.domain.kpi import PLACED, Kpi, Unit

KPI = Kpi(
    name="gross",
    version=1,
    title="Gross sales",
    description="Quantity times unit price of placed lines, before discount, tax and freight, on the date of the order.",
    unit=Unit.MONEY,
    numerator=PLACED.gross,
)
