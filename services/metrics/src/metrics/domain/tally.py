"""KPI values kept up by adding what came in, group by group: the same sums as SQL makes of the facts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal, localcontext
from operator import attrgetter
from typing import Any

from channel_terms import Periods
from msgspec import Struct

from metrics.domain.facts import CURRENCY, Facts
from metrics.domain.kpi import Dated, Figures, Kpi, Quantile
from metrics.domain.question import Question

Grouping = tuple[str, ...]
Key = tuple[date | str | int, ...]
Sums = Mapping[str, Iterable[Any]]
"""By the name of facts, `Facts.sums` of them."""

_ZERO = Decimal(0)
_EXACT = Context(prec=1000)
"""Python's usual 28 digits would round a long sum."""


class Total(Struct):
    """``lines``: how many facts it is made of; with none left, the group is not there. ``spread``: what there is, by the
    number of a quantile."""

    numerator: Decimal = _ZERO
    denominator: Decimal = _ZERO
    lines: int = 0
    spread: dict[int, Decimal] = {}


class Cell(Struct, frozen=True, order=True):
    """Where a value stands: its KPI, how it is grouped and in which group. Of money, the currency is in the group."""

    kpi: str
    grouping: Grouping
    group: Key


class Tally:
    """Values of ``kpis`` for ``question``, by each of ``groupings``; their facts have sums by all that these name.

    Adding is exact and commutes: what was added may be taken away again with ``sign=-1``, in any order.
    """

    def __init__(self, kpis: Sequence[Kpi], question: Question, groupings: Sequence[Grouping]) -> None:
        self.totals: dict[Cell, Total] = {}
        self.groupings = tuple(groupings)
        self.kpis = {kpi.name: kpi for kpi in kpis}
        self.parts: dict[tuple[Facts, Dated], list[Kpi]] = defaultdict(list)
        """The KPIs that facts have a part in, by the date on which these count."""
        for kpi in kpis:
            for facts in kpi.facts:
                self.parts[facts, kpi.dated].append(kpi)
        self._first, self._last = question.first or date.min, question.last or date.max
        self._filters = [(attrgetter(name), frozenset(values)) for name, values in question.filters.items()]
        self._groups = {(by, dated): [_grouped(group, dated) for group in by] for by in groupings for dated in Dated}

    def add(self, sums: Sums, sign: int = 1) -> list[Cell]:
        """Adds sums, and says which values they changed, each once, in a fixed order."""
        changed: set[Cell] = set()
        with localcontext(_EXACT):
            for (facts, dated), kpis in self.parts.items():
                day = attrgetter(dated.value)
                for row in sums.get(facts.name, ()):
                    if self._first <= day(row) <= self._last and all(column(row) in values for column, values in self._filters):
                        for by in self.groupings:
                            key = tuple(group(row) for group in self._groups[by, dated])
                            changed.update(self._add(kpis, facts, by, key, row, sign))
        return sorted(changed)

    def begin(self, facts: Facts, dated: Dated, by: Grouping, groups: Iterable[tuple[Key, Any]]) -> None:
        """Adds what was summed up by the groups of ``by``, of the KPIs that count on that date."""
        with localcontext(_EXACT):
            for key, row in groups:
                self._add(self.parts[facts, dated], facts, by, key, row, 1)

    def _add(self, kpis: Iterable[Kpi], facts: Facts, by: Grouping, key: Key, row: Any, sign: int) -> list[Cell]:
        changed = []
        for kpi in kpis:
            numerator = kpi.numerator.of(facts, row.kind, row)
            denominator = kpi.denominator.of(facts, row.kind, row) if kpi.denominator else None
            if numerator is None and denominator is None:
                continue
            cell = Cell(kpi.name, by, key if groups_of(kpi, by) == by else (*key, row.currency))
            total = self.totals.setdefault(cell, Total())
            if numerator or denominator or not total.lines:
                changed.append(cell)
            total.numerator += sign * (numerator or _ZERO)
            total.denominator += sign * (denominator or _ZERO)
            total.lines += sign * row.lines
            if kpi.quantile:
                number = getattr(row, kpi.quantile.of.name)
                total.spread[number] = total.spread.get(number, _ZERO) + sign * numerator
        return changed

    def cells(self) -> list[Cell]:
        """Of all values there are, in a fixed order."""
        return sorted(cell for cell, total in self.totals.items() if total.lines)

    def keys(self, cell: Cell) -> dict[str, Any]:
        """The keys of the group there, by what it is grouped by."""
        return dict(zip(groups_of(self.kpis[cell.kpi], cell.grouping), cell.group, strict=True))

    def figures(self, cell: Cell) -> Figures:
        """The value there, with no zeros at its end: those tell by which sums a process came to it, and all have to tell
        the same (test_two_processes_send_the_same)."""
        kpi, total = self.kpis[cell.kpi], self.totals[cell]
        if kpi.quantile:
            return found(kpi.quantile, total.spread)
        denominator = total.denominator.normalize(_EXACT) if kpi.denominator else None
        return Figures(total.numerator.normalize(_EXACT), denominator)


def found(quantile: Quantile, spread: Mapping[int, Decimal]) -> Figures:
    """The quantile of what there is by numbers."""
    within, whole = _ZERO, sum(spread.values(), _ZERO)
    for number in sorted(spread):
        within += spread[number]
        if whole and 100 * within >= quantile.percent * whole:
            return Figures(within, whole, Decimal(number))
    return Figures(_ZERO, whole)


def groups_of(kpi: Kpi, by: Grouping) -> Grouping:
    """As asked, and money always by currency."""
    return by if not kpi.money or CURRENCY in by else (*by, CURRENCY)


def _grouped(group: str, dated: Dated) -> Callable[[Any], date | str | int]:
    if isinstance(group, Periods):
        column = attrgetter(dated.value)
        return lambda row: group.span(column(row)).first
    return attrgetter(group)
