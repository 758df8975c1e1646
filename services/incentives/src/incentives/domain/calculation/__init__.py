"""From a plan and facts to entries: pure, and the same whatever order the facts come in, one by one or all at once."""

from incentives.domain.calculation.calculate import Calculation, calculate
from incentives.domain.calculation.entry import Delta, Entry, Part, deltas, encoded, encoded_one, explained

__all__ = ["Calculation", "Delta", "Entry", "Part", "calculate", "deltas", "encoded", "encoded_one", "explained"]
