"""What incentives cost, divided by net sales; each on its own date, so by periods it is what was posted in one over what was sold in it."""

from metrics.domain.kpi import Kpi
from metrics.kpis import incentive_cost, net

KPI = Kpi("incentive_cost_ratio", "Incentive cost ratio", __doc__, numerator=incentive_cost.KPI.numerator, denominator=net.KPI.numerator)
