"""How many orders were placed."""

from metrics.domain.kpi import PLACED, Kpi, Unit

KPI = Kpi(
    name="orders",
    version=1,
    title="Orders",
    description=(
        "Distinct orders placed, on the date of the order. By product or category: distinct orders that hold at least one line of "
        "it, so these do not add up to the total."
    ),
    unit=Unit.ORDERS,
    numerator=PLACED.orders,
)
