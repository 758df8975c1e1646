"""What an event does to a view's table. Changes of one key compose, so a whole batch becomes one write per key."""

from typing import Any, TypeAlias

Key: TypeAlias = tuple[Any, ...]


class _Change:
    __slots__ = ("key", "table", "values")

    def __init__(self, key: Key, /, table: str | None = None, **values: Any) -> None:
        self.key = key
        self.table = table
        self.values = values

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in _Change.__slots__)

    def __hash__(self) -> int:
        return hash((type(self), self.table, self.key))

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"{type(self).__name__}({self.key!r}{values})"


class Put(_Change):
    """The row is now exactly this; columns not named become null (numbers of `Add`: their default)."""


class Set(_Change):
    """These columns of the row change, the others stay; a row that is not there yet begins with them."""


class Add(_Change):
    """These numbers are added to the row's; a row that is not there yet begins at zero."""


class Delete(_Change):
    """The row goes."""


class Insert(_Change):
    """A row whose key is new by construction (it holds the event's id), never changed later: written by COPY.

    Not for keys that can come twice: the database would refuse it, and the stream would be parked.
    """


class Rows:
    """What `Insert` does, for many rows at once: each its key and then its ``columns``, in this order. Of a fact for each line of an
    order most of what an `Insert` costs is the names, again and again."""

    __slots__ = ("columns", "rows", "table")

    def __init__(self, columns: tuple[str, ...], rows: list[tuple[Any, ...]], /, table: str | None = None) -> None:
        self.columns, self.rows, self.table = columns, rows, table

    def __repr__(self) -> str:
        return f"Rows({self.columns!r}, {self.rows!r})"


Change: TypeAlias = Put | Set | Add | Delete | Insert | Rows
