"""How often something may happen, by name: on average, and at once."""

import time
from collections.abc import Callable
from typing import NamedTuple

_MANY = 50_000


class Rate(NamedTuple):
    """``per_second`` on average, ``burst`` at once; written ``50/500``."""

    per_second: float
    burst: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        per_second, _, burst = text.partition("/")
        return cls(float(per_second), int(burst))


class Left(NamedTuple):
    """What a caller has left: requests, seconds until all of them are back, and to wait before the next (0: none)."""

    remaining: int
    reset: float
    wait: float


class Limiter:
    """GCRA: of each caller one time is kept, that at which all it has spent will be paid for. Callers at rest are forgotten."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._interval = 1 / rate.per_second
        self._tolerance = rate.burst * self._interval
        self._paid: dict[str, float] = {}
        self._clock = clock

    def spend(self, caller: str) -> Left:
        """Takes one request, unless there is none left: then it says how long to wait."""
        now = self._clock()
        debt = max(self._paid.get(caller, now) - now, 0.0)
        if (wait := debt + self._interval - self._tolerance) > 1e-9:
            return Left(0, debt, wait)
        debt += self._interval
        if len(self._paid) >= _MANY and caller not in self._paid:
            self._forget(now)
        self._paid[caller] = now + debt
        return Left(int((self._tolerance - debt) / self._interval + 1e-9), debt, 0.0)

    def wait(self, caller: str) -> float:
        """Seconds until one may be taken again."""
        return max(self._paid.get(caller, 0.0) - self._clock() + self._interval - self._tolerance, 0.0)

    def _forget(self, now: float) -> None:
        self._paid = {caller: paid for caller, paid in self._paid.items() if paid > now}
        if len(self._paid) >= _MANY:  # a flood from as many addresses: those that owe least are let off
            kept = sorted(self._paid.items(), key=lambda item: item[1])[_MANY // 2 :]
            self._paid = dict(kept)
