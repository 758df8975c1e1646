"""How many lines were ordered."""

from metrics.domain.kpi import PLACED, Kpi, Unit

KPI = Kpi(
    name="order_lines",
    version=1,
    title="Order lines",
    description="Lines of placed orders, on the date of the order. Later cancellations and returns do not change it.",
    unit=Unit.LINES,
    numerator=PLACED.lines,
)
