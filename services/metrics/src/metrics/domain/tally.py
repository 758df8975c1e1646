"""KPI values kept up by adding what came in, group by group: the same sums as SQL makes of the facts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Context, Decimal, localcontext
from operator import attrgetter

from msgspec import Struct

from metrics.domain.kpi import Dated, Formula, Kpi, Unit
from metrics.domain.question import Dimension, Period, Question

Grouping = tuple[Dimension | Period, ...]
Key = tuple[date | str, ...]

_ZERO = Decimal(0)
_EXACT = Context(prec=1000)
"""Python's usual 28 digits would round a long sum."""


class Grouped(Struct, frozen=True, kw_only=True):
    """Sums over facts of one kind and currency."""

    kind: str
    currency: str
    lines: int
    orders: int
    units: int
    gross: Decimal
    discount: Decimal
    complete: int
    filled: int

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount


class Sums(Grouped, frozen=True, kw_only=True, array_like=True):
    """Of facts that share kind, dates and the dimensions of their order; ``""`` is none."""

    occurred_on: date
    placed_on: date
    partner: str
    channel_type: str
    segment: str
    territory: str
    sales_rep: str
    source: str
    warehouse: str


DIMENSIONS = frozenset(Dimension(name) for name in Sums.__struct_fields__ if name in set(Dimension))
"""What a tally can be filtered and grouped by: all that an order has, but not its products."""


class Total(Struct):
    """``lines``: how many facts it is made of; with none left, the group is not there."""

    numerator: Decimal = _ZERO
    denominator: Decimal = _ZERO
    lines: int = 0


class Place(Struct, frozen=True):
    """Where a value stands: its KPI, how it is grouped and in which group. Of money, the currency is in the group."""

    kpi: str
    grouping: Grouping
    group: Key


class Tally:
    """Values of ``kpis`` for ``question``, by each of ``groupings``.

    ``scope``: the only partners whose facts count; None for all. Adding is exact and commutes: what was added may be
    taken away again with ``sign=-1``, in any order.
    """

    def __init__(self, kpis: Sequence[Kpi], question: Question, groupings: Sequence[Grouping], scope: frozenset[str] | None = None) -> None:
        self.totals: dict[Place, Total] = {}
        self.groupings = tuple(groupings)
        self.kpis = {kpi.name: kpi for kpi in kpis}
        self._question = question
        self._filters = [(attrgetter(one.value), frozenset(values)) for one, values in question.filters.items()]
        if scope is not None:
            self._filters.append((attrgetter(Dimension.PARTNER.value), scope))
        self._groups = {(by, dated): [_grouped(group, dated) for group in by] for by in groupings for dated in Dated}

    def add(self, sums: Iterable[Sums], sign: int = 1) -> list[Place]:
        """Adds sums, and says which values they changed, each once, in a fixed order."""
        changed: set[Place] = set()
        with localcontext(_EXACT):
            for row in sums:
                if all(column(row) in values for column, values in self._filters):
                    for (by, dated), groups in self._groups.items():
                        if self._counts(getattr(row, dated.value)):
                            changed.update(self._add(by, tuple(group(row) for group in groups), dated, row, sign))
        return sorted(changed, key=_order)

    def begin(self, by: Grouping, dated: Dated, groups: Iterable[tuple[Key, Grouped]]) -> None:
        """Adds what was summed up by the groups of ``by``, of the KPIs that count on that date."""
        with localcontext(_EXACT):
            for key, amounts in groups:
                self._add(by, key, dated, amounts, 1)

    def _add(self, by: Grouping, key: Key, dated: Dated, amounts: Grouped, sign: int) -> list[Place]:
        changed = []
        for kpi in self.kpis.values():
            if kpi.dated is dated and amounts.kind in kpi.kinds:
                place = Place(kpi.name, by, key if has_currency(kpi, by) else (*key, amounts.currency))
                total = self.totals.setdefault(place, Total())
                numerator = contribution(kpi.numerator, amounts)
                denominator = contribution(kpi.denominator, amounts) if kpi.denominator else _ZERO
                if numerator or denominator or not total.lines:
                    changed.append(place)
                total.numerator += sign * numerator
                total.denominator += sign * denominator
                total.lines += sign * amounts.lines
        return changed

    def _counts(self, day: date) -> bool:
        first, last = self._question.first, self._question.last
        return (first is None or day >= first) and (last is None or day <= last)

    def places(self) -> list[Place]:
        """Of all values there are, in a fixed order."""
        return sorted((place for place, total in self.totals.items() if total.lines), key=_order)


def has_currency(kpi: Kpi, by: Grouping) -> bool:
    """Whether the groups of ``by`` need no currency added: money is never summed over several."""
    return kpi.unit is not Unit.MONEY or Dimension.CURRENCY in by


def contribution(formula: Formula, amounts: Grouped) -> Decimal:
    """What sums of one kind add to the formula."""
    return sum((t.sign * getattr(amounts, t.amount.value) for t in formula.terms if t.kind == amounts.kind), _ZERO)


def groups_of(kpi: Kpi, by: Grouping) -> Grouping:
    return by if has_currency(kpi, by) else (*by, Dimension.CURRENCY)


def _grouped(group: Dimension | Period, dated: Dated) -> Callable[[Sums], date | str]:
    column = attrgetter(dated.value if isinstance(group, Period) else group.value)
    if isinstance(group, Period):
        return lambda row: group.first_day(column(row))
    return lambda row: str(column(row))


def _order(place: Place) -> tuple[str, Grouping, Key]:
    return place.kpi, place.grouping, place.group
