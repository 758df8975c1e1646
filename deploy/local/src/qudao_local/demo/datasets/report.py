"""What went wrong or was left out while an export was read."""

from collections import Counter
from dataclasses import dataclass, field


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
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class Report:
    """Filled while the export is read; every row of the orders' file is in exactly one of taken, ignored and bad."""

    taken: Counter[str] = field(default_factory=Counter)
    """Kind of row -> rows."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Reason -> rows."""
    notes: list[str] = field(default_factory=list)
    """What was decided where the export leaves a choice."""
    _bad: dict[BadRow, None] = field(default_factory=dict)

    @property
    def bad(self) -> list[BadRow]:
        return list(self._bad)

    def reject(self, file: str, line: int, reason: str) -> None:
        """Lists a bad row, once also when several sections read its file."""
        self._bad[BadRow(file, line, reason)] = None
