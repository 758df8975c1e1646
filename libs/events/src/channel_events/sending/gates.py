"""When a target may be sent to: how much a second, how much at once, and not while it does not answer. Times in seconds, monotonic."""

import math

from msgspec import Struct


class Backoff(Struct, frozen=True):
    """How often a delivery is tried before it is given up, and the pauses between: each is any time up to a limit that doubles
    (full jitter), so that what failed together does not come back together. Seconds."""

    tries: int = 8
    first: float = 5.0
    longest: float = 6 * 3600.0

    def pause(self, failed: int, chance: float) -> float:
        """After ``failed`` tries; ``chance`` is from 0 to 1."""
        return chance * min(self.longest, self.first * 2.0 ** min(failed - 1, 60))


class PerSecond(Struct, frozen=True):
    """At most ``rate`` tries a second at one target, and ``burst`` at once."""

    rate: float
    burst: int = 1


class Breaker(Struct, frozen=True):
    """After ``failures`` in a row a target is left alone for ``seconds``; then one try finds out whether it answers again."""

    failures: int = 5
    seconds: float = 60.0


class _Target:
    __slots__ = ("at", "failures", "open_until", "tokens", "under_way")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens, self.at = tokens, at
        self.under_way = self.failures = 0
        self.open_until = 0.0


class Gates:
    """One sender's targets. In memory: only one process sends, and one that begins anew finds out soon enough."""

    def __init__(self, limit: PerSecond | None, breaker: Breaker | None, each: int) -> None:
        self._limit = limit or PerSecond(math.inf, 1)
        self._breaker = breaker or Breaker(1 << 60)
        self._each = each
        self._targets: dict[str, _Target] = {}

    def enter(self, name: str, now: float) -> bool:
        """Takes leave to try once; `leave` gives it back."""
        target = self._targets.setdefault(name, _Target(self._limit.burst, now))
        if self._opens(target, now) > now:
            return False
        target.tokens, target.at = self._tokens(target, now) - 1, now
        target.under_way += 1
        return True

    def leave(self, name: str, now: float, *, answered: bool | None) -> None:
        """The try is over; None: it was none after all."""
        target = self._targets[name]
        target.under_way -= 1
        if answered:
            target.failures, target.open_until = 0, 0.0
        elif answered is not None:
            target.failures += 1
            if target.failures >= self._breaker.failures:
                target.open_until = now + self._breaker.seconds

    def shut(self, now: float) -> dict[str, float]:
        """The targets that nothing may be sent to now, with the time from which on something may; forgets those that rest."""
        resting = [name for name, one in self._targets.items() if self._rests(one, now)]
        for name in resting:
            del self._targets[name]
        return {name: opens for name, one in self._targets.items() if (opens := self._opens(one, now)) > now}

    def broken(self) -> int:
        """How many targets do not answer."""
        return sum(one.failures >= self._breaker.failures for one in self._targets.values())

    def _opens(self, target: _Target, now: float) -> float:
        # One that did not answer is tried by one at a time until it does.
        if target.under_way >= (1 if target.failures >= self._breaker.failures else self._each):
            return math.inf
        missing = 1 - self._tokens(target, now)
        return max(target.open_until, now + missing / self._limit.rate if missing > 0 else 0.0)

    def _tokens(self, target: _Target, now: float) -> float:
        if self._limit.rate == math.inf:
            return 1.0
        return min(self._limit.burst, target.tokens + (now - target.at) * self._limit.rate)

    def _rests(self, target: _Target, now: float) -> bool:
        return not target.under_way and not target.failures and self._tokens(target, now) >= self._limit.burst
