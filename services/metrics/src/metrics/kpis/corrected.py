"""What credit and debit notes without goods add to net sales, on the date of the note: a credit takes away."""

from metrics.domain.kpi import Kpi
from metrics.facts.sales import CORRECTED

KPI = Kpi("corrected", "Corrections", __doc__, numerator=CORRECTED.net)
