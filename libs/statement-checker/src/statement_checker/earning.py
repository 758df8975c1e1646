"""Whether what an entry comes to follows from what it says of itself."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from statement_checker.numbers import exact, said
from statement_checker.steps import worked_out


class Earnings:
    """All postings of all entries so far."""

    def __init__(self) -> None:
        self._posted: defaultdict[str, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self._counted: defaultdict[str, list[tuple[str, Fraction]]] = defaultdict(list)
        self._said: defaultdict[tuple[str, str], int] = defaultdict(int)

    def lines(self, entry: dict[str, Any]) -> None:
        """What order lines count, said before the posting that they are of."""
        for one in entry["lines"]:
            self._counted[entry["entry_id"]].append((entry["period_last"], exact(one["counted"])))
        self._said[entry["entry_id"], entry["period_last"]] += len(entry["lines"])

    def posted(self, entry: dict[str, Any]) -> Iterator[str]:
        """What is wrong with a posting."""
        of, last = entry["entry"], entry["period_last"]
        name = of["entry_id"]
        amount, before, after = (exact(entry[name]) for name in ("amount", "before", "after"))
        days = self._posted[name]
        known = sum((value for day, value in days.items() if day <= last), Fraction())
        if known != before:
            yield f"{name} was posted with {said(known)} until {last}, and says {said(before)}"
        if after - before != amount:
            yield f"{said(before)} and {said(amount)} are not {said(after)}"
        yield from worked_out(of, after)
        if (told := self._said.pop((name, last), 0)) != entry.get("lines", 0):
            yield f"{told} lines are told of {name}, and it says {entry.get('lines', 0)}"
        counted = sum((value for day, value in self._counted[name] if day <= last), Fraction())
        if counted != exact(of["counted"]) and not of.get("earned_by"):
            yield f"the lines of {name} count {said(counted)}, and it says {of['counted']}"
        days[last] += amount

    def untold(self) -> Iterator[str]:
        """Lines of which no posting follows."""
        for (name, last), count in self._said.items():
            yield f"{count} lines are told of {name} until {last}, and nothing is posted of it"
