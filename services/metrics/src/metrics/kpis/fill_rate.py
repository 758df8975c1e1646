"""How much of what is ordered goes out at once and whole."""

from metrics.domain.kpi import CANCELLED, PLACED, SHIPPED, Dated, Kpi, Unit

KPI = Kpi(
    name="fill_rate",
    version=1,
    title="Fill rate (lines)",
    description=(
        "Lines shipped complete with their order's first shipment, divided by the lines placed and not wholly cancelled before "
        "shipping. All on the date of the order, so a shipment raises the rate of the day the order was placed."
    ),
    unit=Unit.RATIO,
    numerator=SHIPPED.filled,
    denominator=PLACED.lines - CANCELLED.complete,
    dated=Dated.ORDER,
)
