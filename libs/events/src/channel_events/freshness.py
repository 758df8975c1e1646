"""How old events are when they become visible: counted for Prometheus, and the last ones kept to be asked about."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

import msgspec
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the buckets, in seconds."""
_KEPT = 50_000


class FreshnessHistogram(Collector):
    """A histogram that takes a batch at once: one observation per event would cost a tenth of the fold's speed."""

    def __init__(self, name: str, help_text: str, label: str) -> None:
        self._name, self._documentation, self._labelnames = name, help_text, (label,)
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def observe(self, label: str, ages: Sequence[float]) -> None:
        """Ages in seconds, in any order."""
        counts = self._counts.setdefault(label, [0] * (len(BOUNDS) + 1))
        ordered = sorted(ages)
        below = 0
        for place, bound in enumerate(BOUNDS):
            upto = bisect_right(ordered, bound)
            counts[place] += upto - below
            below = upto
        counts[-1] += len(ordered) - below
        self._sums[label] = self._sums.get(label, 0.0) + sum(ordered)

    def collect(self) -> Iterable[HistogramMetricFamily]:
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labelnames)
        for label, counts in self._counts.items():
            total, buckets = 0, []
            for bound, count in zip([*map(str, BOUNDS), "+Inf"], counts, strict=True):
                total += count
                buckets.append((bound, float(total)))
            family.add_metric([label], buckets, self._sums[label])
        yield family


class Percentiles(msgspec.Struct, frozen=True):
    """Of ``count`` events; seconds, None when there were none."""

    count: int
    p50: float | None
    p99: float | None


class Recent:
    """The ages of the last events of one subscription, at most some tens of thousands."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    def add(self, recorded: Sequence[float], ages: Sequence[float]) -> None:
        """``recorded`` in seconds since 1970, one for each age."""
        self._samples.extend(islice(zip(recorded, ages, strict=True), max(0, len(ages) - _KEPT), None))

    def since(self, moment: datetime) -> Percentiles:
        """Of the events recorded at or after ``moment``."""
        start = moment.timestamp()
        ages = sorted(age for recorded, age in self._samples if recorded >= start)
        if not ages:
            return Percentiles(0, None, None)
        return Percentiles(len(ages), ages[len(ages) // 2], ages[min(len(ages) - 1, len(ages) * 99 // 100)])
