"""What incentives cost: what was earned less what was taken back, with what was decided beside the rules, less what was written off. On the
day on which it was posted, in the period that it is settled in."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import ADJUSTED, CLAWED_BACK, EARNED, WRITTEN_OFF

KPI = Kpi(
    "incentive_cost",
    "Incentive cost",
    __doc__,
    zh="激励成本：已计提减追回，加上规则之外裁定的金额，减核销。计入其所结算期间的入账日。",
    numerator=EARNED.cost + CLAWED_BACK.cost + ADJUSTED.cost + WRITTEN_OFF.cost,
)
