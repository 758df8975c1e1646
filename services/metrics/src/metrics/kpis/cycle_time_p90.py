"""Days from the date of the order to that of the delivery: the least number within which nine of ten delivered lines came, on the date of
the delivery. A line that comes in several shipments counts in each."""

from metrics.domain.kpi import Kpi, Quantile
from metrics.facts.deliveries import CYCLE_DAYS, DELIVERED

KPI = Kpi(
    "cycle_time_p90",
    "Order cycle time (90th percentile)",
    __doc__,
    zh="从订单日期到签收日期的天数：九成已签收订单行在此天数之内；计入签收当日。分多次发货的订单行，每次各计一次。",
    numerator=DELIVERED.lines,
    quantile=Quantile(CYCLE_DAYS, 90),
)
