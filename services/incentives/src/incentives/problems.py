"""What incentives refuses, by stable codes."""

from channel_service import ProblemCatalogue
from channel_service.partners import PARTNER_UNKNOWN

PROBLEMS = ProblemCatalogue([PARTNER_UNKNOWN])
