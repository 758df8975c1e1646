"""The opening stock and the weekly replenishment that let every order of the year be reserved."""

from collections import defaultdict
from collections.abc import Mapping
from math import ceil

Place = tuple[str, int]
"""A warehouse's code and a product's index."""

_BOX = 12
_WEEKS_AHEAD = 12
_RESERVE_WEEKS = 2
_SMOOTHING = 0.2


class Replenishment:
    """Looks at each week's demand before the week: what would fall below the reserve is filled up for the weeks ahead.

    The reserve is what makes the order in which receipts and orders of one week are written immaterial.
    """

    def __init__(self) -> None:
        self.level: dict[Place, int] = defaultdict(int)
        self.usual: dict[Place, float] = defaultdict(float)

    def before(self, demand: Mapping[Place, int], places: list[Place]) -> list[tuple[Place, int]]:
        """The receipts that a week with this ``demand`` needs, and the stock carried on behind it."""
        receipts = []
        for place in places:
            wanted = demand.get(place, 0)
            usual = self.usual[place]
            self.usual[place] = wanted if not usual else usual + _SMOOTHING * (wanted - usual)
            reserve = max(_BOX, wanted, ceil(_RESERVE_WEEKS * self.usual[place]))
            if self.level[place] - wanted < reserve:
                missing = wanted + reserve + ceil(_WEEKS_AHEAD * self.usual[place]) - self.level[place]
                received = ceil(missing / _BOX) * _BOX
                receipts.append((place, received))
                self.level[place] += received
            self.level[place] -= wanted
        return receipts
