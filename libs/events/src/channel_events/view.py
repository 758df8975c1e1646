"""Views: tables folded from events by a pure function, with their source and their place in the database."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from channel_events.pure import Change, Put, Recorded, Registry

TEXT = sa.Text
INTEGER = sa.BigInteger
NUMERIC = sa.Numeric
DATE = sa.Date
TIME = sa.DateTime(timezone=True)
BOOLEAN = sa.Boolean

KNOWN_FROM, KNOWN_UNTIL = "known_from", "known_until"
"""Columns of views with history, both recorded time."""


class OwnLog:
    """The service's own log as a source: one partition, read from PostgreSQL, works with the broker down.

    ``events`` are the classes that the reader looks at; all of them when left out. What is passed over costs next to nothing:
    it is neither sent by the database nor decoded.
    """

    name = "own"

    def __init__(self, *, events: Iterable[type[Any]] | None = None) -> None:
        self.registry = None if events is None else Registry(events)

    def __repr__(self) -> str:
        return "OWN_LOG" if self.registry is None else f"OwnLog({', '.join(self.registry.types)})"


OWN_LOG = OwnLog()


class _Plain(Registry):
    """Reads nothing: events of any type are the JSON they are."""

    def __init__(self) -> None:
        super().__init__(())

    def decode(self, type_: str, data: bytes | str) -> Any:
        return data


class Topic:
    """Another service's public events as a source, with our tolerant models of those we use.

    Without ``events`` all of them, each as the JSON that it is: for those who pass some of them on, and look at few.
    """

    def __init__(self, service: str, *, events: Iterable[type[Any]] | None = None) -> None:
        self.name = service
        self.registry = _Plain() if events is None else Registry(events)

    def __repr__(self) -> str:
        return f"Topic({self.name!r})"


class Table:
    """A view's table: key and other columns by name; every column that is no key may be null, sums begin at zero.

    ``sums`` names the numeric columns that `Add` adds to. ``scope`` names the column whose values decide what a scoped
    reader sees: the database itself shows it no other rows (`scope_setting`). What is ``shared`` is nobody's: a scoped reader sees
    all of it. To a table that is neither it has no right.

    ``sql`` is the SQLAlchemy table to query, once the table belongs to a `View` (its physical name carries the view's version: a new
    version is a new table).
    """

    def __init__(
        self,
        name: str,
        *,
        key: Sequence[str],
        columns: Mapping[str, Any],
        sums: Iterable[str] = (),
        indexes: Iterable[Sequence[str]] = (),
        scope: str | None = None,
        shared: bool = False,
    ) -> None:
        self.name = name
        self.scope = scope
        self.shared = shared
        self.key = tuple(key)
        self.columns = dict(columns)
        self.sums = frozenset(sums)
        self.indexes = tuple(tuple(index) for index in indexes)
        named = {*self.key, *self.sums, *(c for index in self.indexes for c in index), *([scope] if scope else [])}
        if scope is not None and shared:
            raise ValueError(f"table {name}: what is shared is nobody's, so it has no scope")
        if missing := named - self.columns.keys():
            raise ValueError(f"table {name}: no column {', '.join(sorted(missing))}")
        self._sql: sa.Table | None = None

    @property
    def sql(self) -> sa.Table:
        if self._sql is None:
            raise RuntimeError(f"table {self.name} belongs to no view yet")
        return self._sql

    def put(self, told: msgspec.Struct, **others: Any) -> Put:
        """The row that an event tells: the columns that are called like fields of it, and ``others``; the rest is as in `Put`."""
        fields = told.__struct_fields__
        row = {name: getattr(told, name) for name in self.columns if name in fields and name not in others} | others
        return Put(tuple(row.pop(name) for name in self.key), table=self.name, **row)

    def blank(self) -> dict[str, Any]:
        """The columns that are no key, as they are before anything is said of them: sums are zero, others null."""
        return {name: 0 if name in self.sums else None for name in self.columns if name not in self.key}

    def known_at(self, moment: datetime | None = None) -> sa.ColumnElement[bool]:
        """Of a view with history: the condition for rows as they were known at ``moment`` (recorded time), or as they are."""
        since, until = self.sql.c[KNOWN_FROM], self.sql.c[KNOWN_UNTIL]
        if moment is None:
            return until.is_(None)
        return (since <= moment) & (until.is_(None) | (until > moment))

    def bind(self, version: int, *, history: bool = False) -> None:
        """Gives the table its physical name, and its versions; called once, by its view."""
        if self._sql is not None:
            raise ValueError(f"table {self.name} already belongs to a view")
        columns = [
            sa.Column(
                name,
                type_,
                nullable=name not in self.key and name not in self.sums,
                autoincrement=False,
                server_default=sa.text("0") if name in self.sums else None,
            )
            for name, type_ in self.columns.items()
        ]
        key = [*self.key]  # in its order, which is that of lists, and not in the columns'
        if history:
            key.append(KNOWN_FROM)
            columns += [sa.Column(KNOWN_FROM, TIME), sa.Column(KNOWN_UNTIL, TIME)]
        physical = f"{self.name}_v{version}"
        indexes = [sa.Index(f"{physical}_{'_'.join(index)}"[:63], *index) for index in self.indexes]
        if history:
            # Of all that a row ever was, its fold wants what it is: without this it would read a row's every version
            # (test_a_fold_does_not_read_the_past_of_a_row).
            present = sa.Index(f"{physical}_present"[:63], *self.key, unique=True, postgresql_where=sa.text(f"{KNOWN_UNTIL} is null"))
            indexes.append(present)
        self._sql = sa.Table(physical, sa.MetaData(), *columns, sa.PrimaryKeyConstraint(*key), *indexes)


SCOPE = "channel.scope"
"""The PostgreSQL setting that says what a scoped reader sees."""


def scoped_role(role: str) -> str:
    """The PostgreSQL role that reads of ``role`` take on to be scoped: it may read views' tables, and sees no row without `SCOPE`."""
    return f"{role}_scoped"


def scope_setting(visible: Iterable[str]) -> str:
    """The value of `SCOPE`: only rows with one of these values in their scope column."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in visible)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


class View:
    """A read model: rebuildable, without effects.

    ``changes(event)`` is pure and yields changes; a change without ``table=`` goes to the view's first table. The
    library folds batches in memory and writes them with the progress row in one transaction. ``apply(connection,
    events)``, instead of ``changes``, is the escape for what must read rows while folding; say why at its use.

    With ``history`` its tables keep every version of each row, with the recorded time it was known from and until
    (``known_from``, ``known_until``, null: still known). Queries say which they want: ``TABLE.known_at(moment)``.
    """

    def __init__(
        self,
        name: str,
        *,
        version: int,
        of: OwnLog | Topic | Sequence[OwnLog | Topic],
        tables: Table | Sequence[Table],
        changes: Callable[[Recorded], Iterator[Change]] | None = None,
        apply: Callable[[Any, Sequence[Recorded]], Awaitable[None]] | None = None,
        history: bool = False,
    ) -> None:
        if history and apply is not None:
            raise ValueError(f"view {name}: what applies by itself keeps its own history")
        if (changes is None) == (apply is None):
            raise ValueError(f"view {name}: give changes or apply, one of them")
        self.name = name
        self.version = version
        self.sources: tuple[OwnLog | Topic, ...] = (of,) if isinstance(of, OwnLog | Topic) else tuple(of)
        self.tables = (tables,) if isinstance(tables, Table) else tuple(tables)
        self.changes = changes
        self.apply = apply
        self.history = history
        for table in self.tables:
            table.bind(version, history=history)

    @property
    def subscription(self) -> str:
        """The name its progress is kept under."""
        return f"{self.name}_v{self.version}"
