"""What payouts have brought to payees, as the bank confirmed it, on its day."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import PAID_OUT

KPI = Kpi("incentives_paid", "Incentives paid", __doc__, numerator=PAID_OUT.paid)
