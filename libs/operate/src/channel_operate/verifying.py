"""Proving that what is read is what the events come to: the view is made aside and compared row by row."""

from collections.abc import Sequence
from typing import Any

import msgspec
from channel_events.log.connect import connect_as, prepare
from channel_events.subscription.retiring import drop, only_one
from channel_events.subscription.serving import schema_of, serving_build
from channel_events.view import NUMERIC, Table, View

from channel_operate.builds import Held, new_build
from channel_operate.drawing_level import Told, Where, folding

SHOWN = 100
"""Differences shown of a table; all are counted."""


class Difference(msgspec.Struct, frozen=True):
    """A row that is not what the events come to; None where there is no such row."""

    key: dict[str, Any]
    serving: dict[str, Any] | None
    rebuilt: dict[str, Any] | None


class TableVerified(msgspec.Struct, frozen=True):
    """One table: its rows and checksums by partition (``""`` where it has none), as read and as made again."""

    table: str
    rows: int
    serving: dict[str, str]
    rebuilt: dict[str, str]
    different: int
    differences: list[Difference]

    @property
    def equal(self) -> bool:
        return not self.different and self.serving == self.rebuilt


class Verified(msgspec.Struct, frozen=True):
    """What was compared: positions by ``source/partition`` that both builds were at."""

    view: str
    places: dict[str, int]
    tables: list[TableVerified]

    @property
    def equal(self) -> bool:
        return all(table.equal for table in self.tables)


async def verify(where: Where, view: View, *, told: Told = lambda _: None, patience: float = 600) -> Verified:
    """Folds ``view`` from the start into tables of its own, exactly up to where the serving build is, and compares.

    Workers and readers go on meanwhile; the comparison reads one snapshot. What is parked in one of the two and not in the
    other shows as a difference. Raises as `rebuild` does; `NotReady` when the serving build stands.
    """
    async with only_one(where.owner_dsn, view) as connection:
        comparing = await connect_as(where.owner_dsn, "qudao-verify", seconds=None)
        build = await new_build(connection, view, None)

        async def snapshot(held: Held) -> None:
            held.refuse_standing()
            await comparing.execute("begin isolation level repeatable read, read only")
            await comparing.execute("select 1")  # the snapshot is taken here, while both are at the same places

        try:
            await prepare(comparing)
            async with folding(where, connection, view, build, told, exact=True) as made:
                old = await made.when_level(patience, snapshot)
            at = schema_of(view.subscription, await serving_build(comparing, view.subscription))
            tables = [await _compare(comparing, table, at, schema_of(view.subscription, build)) for table in view.tables]
        finally:
            comparing.terminate()
            async with connection.transaction():
                await drop(connection, view, build)
    told(1.0)
    places = {f"{source}/{partition}": position for (source, partition), position in old.places.items()}
    return Verified(view.subscription, places, tables)


async def _compare(connection: Any, table: Table, serving: str, rebuilt: str) -> TableVerified:
    old, new = f'"{serving}"."{table.sql.name}"', f'"{rebuilt}"."{table.sql.name}"'
    same_key = " and ".join(f'a."{column.name}" = b."{column.name}"' for column in table.sql.primary_key)
    differing = f"from {old} a full join {new} b on {same_key} where a is distinct from b"
    rows = await connection.fetch(f"select to_jsonb(a)::text as serving, to_jsonb(b)::text as rebuilt {differing} limit {SHOWN}")
    differences = [_difference(table, row) for row in rows]
    different = len(rows) if len(rows) < SHOWN else await connection.fetchval(f"select count(*) {differing}")
    count, sums = await _checksums(connection, table, old)
    _, again = await _checksums(connection, table, new)
    return TableVerified(table.name, count, sums, again, different, differences)


async def _checksums(connection: Any, table: Table, name: str) -> tuple[int, dict[str, str]]:
    """The sum of the rows' hashes, which does not depend on their order; 1.0 and 1.00 are the same number."""
    columns = ", ".join(f'trim_scale("{c.name}")' if isinstance(c.type, NUMERIC) else f'"{c.name}"' for c in table.sql.columns)
    partition = "partition::text" if "partition" in table.columns else "''"
    rows: Sequence[Any] = await connection.fetch(
        f"select {partition} as part, count(*) as rows, sum(hashtextextended(row({columns})::text, 0)::numeric)::text as checksum "
        f"from {name} group by 1 order by 1"
    )
    return sum(row["rows"] for row in rows), {row["part"]: f"{row['rows']}:{row['checksum']}" for row in rows}


def _difference(table: Table, row: Any) -> Difference:
    serving, rebuilt = (None if row[side] is None else msgspec.json.decode(row[side]) for side in ("serving", "rebuilt"))
    either = serving or rebuilt or {}
    return Difference({column.name: either[column.name] for column in table.sql.primary_key}, serving, rebuilt)
