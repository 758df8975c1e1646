"""Composed changes as a few statements over whole columns, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects import postgresql

from channel_events.pure.changes import Key
from channel_events.subscription.compose import RowChange, TableChanges
from channel_events.view import Table

Shape = tuple[tuple[str, ...], tuple[str, ...]]
"""The columns that are set, and those that are added to."""


async def write(connection: Any, changes: TableChanges) -> None:
    """Writes one table's changes: inserts by COPY, the others as one statement for each shape, keys in order.

    In order, because workers on other partitions may sum into the same rows: all locking them in one order cannot deadlock.
    """
    table = changes.table
    for given, records in changes.inserts.items():
        await connection.copy_records_to_table(table.sql.name, records=records, columns=[*table.key, *given])
    gone: list[Key] = []
    shapes: dict[Shape, list[tuple[Key, RowChange]]] = defaultdict(list)
    blank = table.blank()
    for key, row in sorted(changes.rows.items(), key=_key):
        if row.gone:
            gone.append(key)
        elif row.base:
            shapes[tuple(sorted(row.sets)), tuple(sorted(row.adds))].append((key, row))
        else:
            shapes[tuple(blank), ()].append((key, row))
    for (sets, adds), rows in shapes.items():
        columns = [[key[n] for key, _ in rows] for n in range(len(table.key))]
        columns += [_values(rows, name, blank[name]) for name in sets]
        columns += [[row.adds[name] for _, row in rows] for name in adds]
        await connection.execute(_upsert(table, sets, adds), *columns)
    if gone:
        await connection.execute(_delete(table), *([key[n] for key in gone] for n in range(len(table.key))))


def _key(item: tuple[Key, RowChange]) -> Key:
    return item[0]


def _values(rows: Iterable[tuple[Key, RowChange]], name: str, default: Any) -> list[Any]:
    return [row.sets.get(name, default) for _, row in rows]


@lru_cache(maxsize=1000)
def _upsert(table: Table, sets: tuple[str, ...], adds: tuple[str, ...]) -> str:
    name, columns = _quoted(table.sql.name), [*table.key, *sets, *adds]
    changes = [f"{_quoted(c)} = excluded.{_quoted(c)}" for c in sets]
    changes += [f"{_quoted(c)} = {name}.{_quoted(c)} + excluded.{_quoted(c)}" for c in adds]
    return (
        f"insert into {name} ({', '.join(map(_quoted, columns))}) select * from unnest({arrays(table, columns)}) "
        f"on conflict ({', '.join(map(_quoted, table.key))}) do " + (f"update set {', '.join(changes)}" if changes else "nothing")
    )


@lru_cache(maxsize=1000)
def _delete(table: Table) -> str:
    keys = ", ".join(map(_quoted, table.key))
    return f"delete from {_quoted(table.sql.name)} where ({keys}) in (select * from unnest({arrays(table, table.key)}))"


def arrays(table: Table, columns: Iterable[str]) -> str:
    """Parameters that are whole columns, with their types: ``$1::text[], $2::date[]``."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    types = (table.sql.c[name].type.compile(dialect) for name in columns)
    return ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(types, 1))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
