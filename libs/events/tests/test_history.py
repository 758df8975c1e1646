"""Views with history: each version of a row, with the recorded time it was known from and until."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import INTEGER, OWN_LOG, TEXT, Add, Change, Delete, Log, Put, Recorded, Set, Table, View
from channel_events.broker import Broker
from channel_events.subscription import ViewSubscription, history
from channel_events.subscription.retiring import only_one
from channel_events.subscription.tables import make_tables as make_tables_in
from channel_testing import START, feed, recorded
from hypothesis import given
from hypothesis import strategies as st

from .moving import eventually, fill, make_tables, rows, running, take
from .specimen import MarblesAdded, MarblesTaken
from .test_parking_bounds import Watching

COLUMNS = {"jar": TEXT, "note": TEXT, "count": INTEGER}


def jars() -> View:
    """How full each jar is; one with the note ``gone`` is none."""

    def changes(event: Recorded) -> Iterator[Change]:
        match event.data:
            case MarblesAdded(note="gone"):
                yield Delete((event.key,))
            case MarblesAdded(count=0) as e:
                yield Put((event.key,), note=e.note)
            case MarblesAdded() as e:
                yield Add((event.key,), count=e.count)
                yield Set((event.key,), note=e.note)
            case MarblesTaken() as e:
                yield Add((event.key,), count=-e.count)

    return View(
        "jars", version=1, of=OWN_LOG, tables=Table("jar", key=("jar",), columns=COLUMNS, sums=["count"]), changes=changes, history=True
    )


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def added(count: int, minute: int, note: str = "", jar: str = "a") -> Recorded:
    return recorded(MarblesAdded(count, note), stream=f"jar/{jar}", recorded_at=at(minute))


def test_each_change_ends_a_version_and_begins_one() -> None:
    fed = feed(jars(), added(3, 1, "x"), added(4, 2, "y"), added(1, 3, "gone"), added(5, 4, "z"))
    assert [(one["known_from"], one["known_until"], one["count"], one["note"]) for one in fed.versions()] == [
        (at(1), at(2), 3, "x"),
        (at(2), at(3), 7, "y"),
        (at(4), None, 5, "z"),
    ]
    assert fed.rows() == [{"jar": "a", "count": 5, "note": "z"}]


def test_what_one_moment_recorded_is_one_version_and_what_changes_nothing_is_none() -> None:
    fed = feed(
        jars(), added(3, 1), added(4, 1), added(0, 2, "x"), added(0, 3, "x"), added(1, 4, "gone"), added(2, 4, "y"), added(1, 4, "gone")
    )
    assert [(one["known_from"], one["known_until"], one["count"]) for one in fed.versions()] == [(at(1), at(2), 7), (at(2), at(4), 0)]


EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "x", "gone"]), st.sampled_from("ab")), max_size=12)


@given(EVENTS)
def test_however_events_are_split_the_versions_are_the_same_and_do_not_overlap(steps: list[tuple[int, int, str, str]]) -> None:
    minute, events = 1, []  # not the moment that the kit takes for none given
    for count, later, note, jar in steps:
        minute += later
        events.append(added(count, minute, note, jar))
    last: dict[str, Any] = {}
    for one in feed(jars(), *events).versions():  # which also feeds them split at every point, and twice
        before = last.get(one["jar"])
        assert one["known_until"] is None or one["known_from"] < one["known_until"]
        assert before is None or before["known_until"] <= one["known_from"]
        last[one["jar"]] = one


async def test_in_the_database_versions_are_as_in_memory_and_known_at_finds_them(log: Log, database: str) -> None:
    view = jars()
    table = view.tables[0]
    await make_tables(database, view)
    await fill(log, jars=3, each=4)
    async with running(ViewSubscription(view, OWN_LOG, dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log)) as _:
        for _ in range(5):
            await take(log, jars=3, each=2)
        expected = feed(jars(), *await log.read(after=0, limit=100_000)).versions()
        await eventually(partial(has_rows, database, expected))
    assert len(expected) == 3 * 15
    moment = expected[7]["known_from"]
    condition = table.known_at(moment).compile(compile_kwargs={"literal_binds": True})
    then = await rows(database, f"select jar, count from jar_v1 where {condition}")
    known = [one for one in expected if one["known_from"] <= moment and (one["known_until"] is None or one["known_until"] > moment)]
    assert {row["jar"]: row["count"] for row in then} == {one["jar"]: one["count"] for one in known}
    still = await rows(database, f"select jar from jar_v1 where {table.known_at()}")
    assert len(still) == 3


async def test_a_fold_does_not_read_the_past_of_a_row(log: Log, database: str) -> None:
    """Also in a build that is made, before it has its other indexes; and no row can be two things at once."""
    view = jars()
    await make_tables(database, view)
    async with only_one(database, view) as connection:
        await connection.execute("create schema jars_v1_b1")  # as a build's is
        async with connection.transaction():
            await make_tables_in(connection, view, "jars_v1_b1", role=None)
        for schema in ("public", "jars_v1_b1"):
            await connection.execute(f'set search_path to "{schema}"')
            await connection.execute(
                "insert into jar_v1 select 'jar0', '', n, 'epoch'::timestamptz + n * interval '1 s', case when n < 20000 then "
                "'epoch'::timestamptz + (n + 1) * interval '1 s' end from generate_series(1, 20000) as n (n)"
            )
            await connection.execute("analyze jar_v1")
            read = Watching(connection)
            [known] = (await history._known(read, view.tables[0], [("jar0",), ("jar1",)])).values()
            assert known.values["count"] == 20000
            assert read.pages < 20, schema
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute("insert into jar_v1 (jar, known_from) values ('jar0', 'epoch')")


async def has_rows(database: str, expected: list[dict[str, Any]]) -> bool:
    found = await rows(database, "select * from jar_v1 order by jar, known_from")
    return [{**row} for row in found] == expected


def test_a_view_that_applies_by_itself_has_no_history_made_for_it() -> None:
    async def apply(_connection: asyncpg.Connection, _events: Any) -> None: ...

    with pytest.raises(ValueError, match="its own history"):
        View("x", version=1, of=OWN_LOG, tables=Table("x", key=("jar",), columns=COLUMNS), apply=apply, history=True)
