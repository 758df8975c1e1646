"""Versions of rows: what each row was, from and until when it was known. The same rules in memory and in PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from channel_events.pure import Recorded
from channel_events.pure.changes import Key
from channel_events.subscription.compose import RowChange, compose
from channel_events.subscription.write import arrays
from channel_events.view import KNOWN_FROM, KNOWN_UNTIL, Table, View

Revision = tuple[Key, datetime, RowChange]
"""What becomes of one row by one event, and when that was recorded."""


class Version(msgspec.Struct):
    """A row as it was known from then on; ``until`` None: still."""

    since: datetime
    values: dict[str, Any]
    until: datetime | None = None


class Revised(msgspec.Struct):
    """What a batch does to the versions of one table, by key and ``known_from``."""

    ended: dict[tuple[Key, datetime], datetime]
    """Versions of before the batch that end, and when."""
    gone: set[tuple[Key, datetime]]
    """Versions of before the batch that never were: the row was deleted by an event recorded at the same moment."""
    made: dict[tuple[Key, datetime], Version]
    """Versions to write; one that is there already, of the same moment, is replaced."""


def revisions(view: View, events: Iterable[Recorded]) -> dict[str, list[Revision]]:
    """By table, what each event does to each row, in order."""
    found: dict[str, list[Revision]] = {table.name: [] for table in view.tables}
    for event in events:
        for changes in compose(view, [event]):
            into = found[changes.table.name]
            for key, values in changes.inserted():
                whole = RowChange(base=False)
                whole.sets.update(values)
                into.append((key, event.recorded_at, whole))
            into += [(key, event.recorded_at, change) for key, change in changes.rows.items()]
    return found


def revise(table: Table, known: Mapping[Key, Version], revised: Iterable[Revision]) -> Revised:
    """The versions that come of it; ``known`` are those that are still known, of at least the keys revised.

    A log writes a whole batch at one moment, so events of one moment make one version, however they are split.
    """
    done = Revised({}, set(), {})
    now: dict[Key, Version | None] = dict(known)
    for key, recorded_at, change in revised:
        last = now.get(key)
        at = recorded_at if last is None else max(recorded_at, last.since)
        values = _after(table, last, change)
        if last is not None and values == last.values:
            continue
        if last is not None and last.since < at:
            if (key, last.since) in done.made:
                last.until = at
            else:
                done.ended[key, last.since] = at
        elif last is not None and values is None:
            done.made.pop((key, at), None)
            if key in known and known[key].since == at:
                done.gone.add((key, at))
        now[key] = None
        if values is not None:
            now[key] = done.made[key, at] = Version(at, values)
    return done


def _after(table: Table, last: Version | None, change: RowChange) -> dict[str, Any] | None:
    """The row's values after the change; None when it is gone."""
    if change.gone:
        return None
    row = last.values if change.base and last is not None else table.blank()
    return row | change.sets | {name: row[name] + value for name, value in change.adds.items()}


async def write_history(connection: Any, view: View, events: list[Recorded]) -> None:
    """Writes what the events come to, in the caller's transaction."""
    for name, revised in revisions(view, events).items():
        if revised:
            table = next(one for one in view.tables if one.name == name)
            known = await _known(connection, table, dict.fromkeys(key for key, _, _ in revised))
            await _write(connection, table, revise(table, known, revised))


async def _known(connection: Any, table: Table, keys: Iterable[Key]) -> dict[Key, Version]:
    columns = ", ".join(f'"{name}"' for name in table.columns)
    rows = await connection.fetch(
        f'select {columns}, {KNOWN_FROM} from "{table.sql.name}" where {KNOWN_UNTIL} is null '
        f"and ({_names(table)}) in (select * from unnest({arrays(table, table.key)}))",
        *_columns(table, keys),
    )
    others = list(table.blank())
    return {tuple(row[name] for name in table.key): Version(row[KNOWN_FROM], {name: row[name] for name in others}) for row in rows}


async def _write(connection: Any, table: Table, done: Revised) -> None:
    name, width = f'"{table.sql.name}"', len(table.key)
    same = " and ".join(f't."{c}" = n."{c}"' for c in (*table.key, KNOWN_FROM))
    if done.gone:
        keys = [key for key, _ in done.gone]
        at = arrays(table, (*table.key, KNOWN_FROM))
        await connection.execute(
            f"delete from {name} t using unnest({at}) as n ({_names(table)}, {KNOWN_FROM}) where {same}",
            *_columns(table, keys),
            [since for _, since in done.gone],
        )
    if done.ended:
        await connection.execute(
            f"update {name} t set {KNOWN_UNTIL} = n.{KNOWN_UNTIL} "
            f"from unnest({arrays(table, (*table.key, KNOWN_FROM))}, ${width + 2}::timestamptz[]) "
            f"as n ({_names(table)}, {KNOWN_FROM}, {KNOWN_UNTIL}) where {same}",
            *_columns(table, [key for key, _ in done.ended]), [since for _, since in done.ended], list(done.ended.values()),
        )  # fmt: skip
    if done.made:
        others = list(table.blank())
        columns = [*table.key, KNOWN_FROM, KNOWN_UNTIL, *others]
        listed = ", ".join(f'"{c}"' for c in columns)
        changed = ", ".join(f'"{c}" = excluded."{c}"' for c in (KNOWN_UNTIL, *others))
        await connection.execute(
            f"insert into {name} ({listed}) select * from unnest({arrays(table, columns)}) "
            f"on conflict ({_names(table)}, {KNOWN_FROM}) do update set {changed}",
            *_columns(table, [key for key, _ in done.made]),
            [since for _, since in done.made],
            [version.until for version in done.made.values()],
            *([version.values[c] for version in done.made.values()] for c in others),
        )  # fmt: skip


def _names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.key)


def _columns(table: Table, keys: Iterable[Key]) -> list[list[Any]]:
    listed = list(keys)
    return [[key[n] for key in listed] for n in range(len(table.key))]
