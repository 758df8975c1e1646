"""The clock of the settlement: a period ends when its days of grace are over, and is calculated on its day."""

from channel_events import DueIn, On, Timer

from incentives.domain.settlement import CALENDAR, SETTLEMENT
from incentives.domain.settlement.decide import CalculatePeriod, EndPeriod
from incentives.views.settlement_periods import PERIODS

END_PERIODS = Timer("end_periods", due=DueIn(PERIODS, at="ends_at"), commands=lambda due: [On(SETTLEMENT, CALENDAR, EndPeriod(due.key))])
CALCULATE_PERIODS = Timer(
    "calculate_periods", due=DueIn(PERIODS, at="calculated_at"), commands=lambda due: [On(SETTLEMENT, CALENDAR, CalculatePeriod(due.key))]
)
