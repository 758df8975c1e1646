"""Settlement: by which periods earnings are settled, and where each of them is: open, ending, cut off, closed."""

from incentives.domain.settlement.calendar import Period, SettlementCalendar
from incentives.domain.settlement.decide import CALENDAR, SETTLEMENT
from incentives.domain.settlement.state import Settlement, Stage

__all__ = ["CALENDAR", "SETTLEMENT", "Period", "Settlement", "SettlementCalendar", "Stage"]
