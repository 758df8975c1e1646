"""What went wrong, was left out or was said more than once while an export was read."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

CHANGED = "changed since it was loaded, which is not loaded again"
"""The heading of what is there already and says something else now."""


class MappingError(Exception):
    """The mapping cannot be used; the text names the file, the place in it and what is allowed there. Nothing was read or written."""


class DataError(Exception):
    """A file of the export cannot be read at all: missing, truncated, not what its compression says."""


class BadValue(Exception):
    """A value of a row is not what it has to be; becomes a `BadRow`."""


def require(holds: bool, reason: str) -> None:
    """Raises `BadValue` with ``reason`` unless it ``holds``."""
    if not holds:
        raise BadValue(reason)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken. ``line`` counts the file's lines from 1, the header included, as an editor shows them."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{place(self.file, self.line)}: {self.reason}"


def place(file: str, line: int) -> str:
    return f"{file}:{line}"


@dataclass(slots=True)
class Report:
    """Filled while the export is read; every row of the orders' file is in exactly one of taken, ignored, bad and twice."""

    taken: Counter[str] = field(default_factory=Counter)
    """Kind of row -> rows."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Reason -> rows."""
    notes: list[str] = field(default_factory=list)
    """What was decided where the export leaves a choice."""
    rounding: tuple[int, Decimal] = (0, Decimal(0))
    """Lines whose total is no multiple of their quantity, and by how much their units cost more; it is part of their discount."""
    matching: tuple[int, int] = (0, 0)
    """Units of credit notes that were found among the sales, and all of them."""
    _bad: dict[BadRow, str | None] = field(default_factory=dict)
    _changed: dict[BadRow, None] = field(default_factory=dict)
    _twice: dict[BadRow, None] = field(default_factory=dict)
    _loaded: Container[str] = field(default=(), compare=False)

    @property
    def bad(self) -> list[BadRow]:
        return list(self._bad)

    @property
    def lost(self) -> list[BadRow]:
        """Bad rows with which something is missing as a whole: an order, a partner, a product."""
        return [row for row, order in self._bad.items() if order is None or order not in self._loaded]

    @property
    def lessened(self) -> list[BadRow]:
        """Bad rows of orders that are loaded without them."""
        return [row for row, order in self._bad.items() if order is not None and order in self._loaded]

    @property
    def twice(self) -> list[BadRow]:
        """Rows that say what another row says; no loss."""
        return list(self._twice)

    def reject(self, file: str, line: int, reason: str, order: str | None = None) -> None:
        """Lists a bad row, once also when several sections read its file; with its order, where that can be told."""
        self._bad[BadRow(file, line, reason)] = order

    def alter(self, file: str, line: int, reason: str) -> None:
        """Lists a row of what an earlier load has and the export says otherwise now; it stays as it was."""
        self._changed[BadRow(file, line, reason)] = None

    def repeat(self, file: str, line: int, reason: str) -> None:
        """Lists a row that says what another one says."""
        self._twice[BadRow(file, line, reason)] = None

    def rounded(self, by: Decimal) -> None:
        """A line's unit price was rounded up, and its discount made up for that."""
        lines, total = self.rounding
        self.rounding = lines + 1, total + by

    def matched(self, units: int, of: int) -> None:
        """So many of the units of a credit note belong to sales that are here."""
        self.matching = self.matching[0] + units, self.matching[1] + of

    def loaded(self, orders: Container[str]) -> None:
        """These orders are loaded, whatever rows of theirs are bad."""
        self._loaded = orders

    def groups(self) -> Iterator[tuple[str, list[BadRow]]]:
        """What a row may come to besides being taken or ignored, with the rows that do."""
        yield "will not be loaded", self.lost
        yield "orders loaded without", self.lessened
        yield CHANGED, list(self._changed)
        yield "said twice", self.twice
