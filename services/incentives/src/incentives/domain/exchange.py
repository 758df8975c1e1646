"""Exchange: which rate there is on a day, and lines brought into another currency by it."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from incentives.domain.exact import exactly
from incentives.domain.facts import Line, Rate


class Rates:
    """All that were told. Nothing is worked out of the rate the other way round, or of two others: they are not what a bank gives."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._known: dict[tuple[str, str], list[Rate]] = {}
        for one in sorted(rates, key=lambda one: one.on):
            self._known.setdefault((one.base, one.quote), []).append(one)

    def at(self, base: str, quote: str, day: date) -> Rate | None:
        """The last that was told for a day until then."""
        known = self._known.get((base, quote), [])
        found = bisect_right(known, day, key=lambda one: one.on)
        return known[found - 1] if found else None

    def exchanged(self, line: Line, currency: str) -> Line | None:
        """At the rate of the line's day; None where there is none."""
        rate = self.at(line.currency, currency, line.on)
        if rate is None:
            return None
        with exactly():
            cost = None if line.cost is None else line.cost * rate.rate
            return replace(line, currency=currency, gross=line.gross * rate.rate, net=line.net * rate.rate, cost=cost, exchanged=rate)
