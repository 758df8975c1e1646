"""How many units were ordered."""

from metrics.domain.kpi import PLACED, Kpi, Unit

KPI = Kpi(
    name="units",
    version=1,
    title="Units",
    description="Quantities of the lines of placed orders, on the date of the order.",
    unit=Unit.UNITS,
    numerator=PLACED.units,
)
