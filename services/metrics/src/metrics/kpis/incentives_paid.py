"""What payouts have brought to payees, as the bank confirmed it, on its day."""

from metrics.domain.kpi import Kpi
from metrics.facts.incentives import PAID_OUT

KPI = Kpi("incentives_paid", "Incentives paid", __doc__, zh="经银行确认已付给收款方的金额；计入银行确认之日。", numerator=PAID_OUT.paid)
