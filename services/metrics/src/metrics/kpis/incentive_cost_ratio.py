"""What incentives cost, divided by net sales; each on its own date, so by periods it is what was posted in one over what was sold in it."""

from metrics.domain.kpi import Kpi
from metrics.kpis import incentive_cost, net

KPI = Kpi(
    "incentive_cost_ratio",
    "Incentive cost ratio",
    __doc__,
    zh="激励成本除以销售净额；二者各按自己的日期计，因此按期间看，是该期间入账的成本与该期间的销售之比。",
    numerator=incentive_cost.KPI.numerator,
    denominator=net.KPI.numerator,
)
