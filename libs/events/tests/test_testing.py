"""The kit finds what it promises to find."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from channel_events import DATE, INTEGER, OWN_LOG, TEXT, Add, Change, Delete, Insert, Put, Recorded, Set, Table, View
from channel_events.pure import Decider, event
from channel_testing import feed, given, recorded
from hypothesis import given as random
from hypothesis import strategies as st
from msgspec import Struct

from .specimen import JAR, MarblesAdded, MarblesTaken, Take
from .specimen import Put as Fill

DAY = date(2026, 1, 31)


def view(changes: Any, **table: Any) -> View:
    columns = {"jar": TEXT, "count": INTEGER, "note": TEXT, "day": DATE}
    return View(
        "jars", version=1, of=OWN_LOG, tables=Table("jars", key=("jar",), columns=columns, sums=["count"], **table), changes=changes
    )


def test_given_when_then_follows_the_decider() -> None:
    given(JAR, MarblesAdded(5)).when(Take(2)).then(MarblesTaken(2, DAY))
    given(JAR).when(Fill(0)).then_nothing()
    given(JAR, MarblesAdded(1)).when(Take(2)).then_rejected("too_few", inside=1)


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (lambda: given(JAR, MarblesAdded(5)).when(Take(2)).then(), "decided"),
        (lambda: given(JAR, MarblesAdded(5)).when(Take(2)).then(MarblesTaken(3, DAY)), "expected"),
        (lambda: given(JAR).when(Take(2)).then_nothing(), "rejected: too_few"),
        (lambda: given(JAR, MarblesAdded(5)).when(Take(2)).then_rejected("too_few"), "not rejected"),
        (lambda: given(JAR).when(Take(2)).then_rejected("jar_is_gone"), "not jar_is_gone"),
        (lambda: given(JAR).when(Take(2)).then_rejected("too_few", inside=7), "facts of too_few"),
    ],
)
def test_a_broken_promise_is_said(check: Any, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check()


def test_an_event_that_the_log_would_not_give_back_is_said() -> None:
    @event("weighed")
    class Weighed(Struct, frozen=True):
        weight: Any

    scale: Decider[Any, Any, Any] = Decider(
        "scale", initial=None, decide=lambda c, s, k: [Weighed((1, 2))], evolve=lambda s, e: s, events=[Weighed]
    )
    with pytest.raises(AssertionError, match="comes back from the log as"):
        given(scale).when("weigh").then(Weighed((1, 2)))


def test_a_state_that_a_snapshot_would_not_give_back_is_said() -> None:
    jar: Decider[Any, Any, Any] = Decider(
        "jar", initial=(), decide=JAR.decide, evolve=lambda s, e: (*s, e), events=JAR.events, state=tuple[dict[str, Any], ...]
    )
    with pytest.raises(AssertionError, match="comes back from a snapshot as"):
        given(jar).when(Fill(1)).then(MarblesAdded(1))


def test_feed_gives_the_rows_by_key_and_unnamed_columns_empty() -> None:
    def changes(e: Recorded) -> Iterator[Change]:
        match e.data:
            case MarblesAdded() as added:
                yield Put((e.key,), note=added.note)
            case MarblesTaken() as taken:
                yield Add((e.key,), count=taken.count)
                yield Set((e.key,), day=taken.occurred_on)

    fed = feed(
        view(changes), recorded(MarblesAdded(1, "x"), stream="jar/b"), recorded(MarblesTaken(2, DAY), stream="jar/b"),
        recorded(MarblesTaken(7, DAY), stream="jar/a"),
    )  # fmt: skip
    assert fed.rows() == [
        {"jar": "a", "count": 7, "note": None, "day": DAY},
        {"jar": "b", "count": 2, "note": "x", "day": DAY},
    ]


def test_bare_events_get_places_of_their_own() -> None:
    seen: list[tuple[int, int | None, str]] = []

    def changes(e: Recorded) -> Iterator[Change]:
        seen.append((e.position, e.previous_position, e.stream))
        yield from ()

    feed(view(changes), MarblesAdded(1), recorded(MarblesAdded(2), position=7), MarblesAdded(3))
    assert seen[:3] == [(1, 0, "test/1"), (7, 1, "test/1"), (8, 7, "test/1")]


def test_a_fold_that_remembers_something_outside_its_table_is_found() -> None:
    count = 0

    def changes(e: Recorded) -> Iterator[Change]:
        nonlocal count
        count += 1
        yield Put((e.key,), note=str(count))

    with pytest.raises(AssertionError, match="differs when fed with"):
        feed(view(changes), MarblesAdded(1), MarblesAdded(2))


def test_a_row_inserted_twice_is_found() -> None:
    with pytest.raises((AssertionError, ValueError), match=r"the key|has a row"):
        feed(view(lambda e: iter([Insert((e.key,), note="x")])), MarblesAdded(1), MarblesAdded(2))


@pytest.mark.parametrize(
    "change",
    [Set(("red",), colour="x"), Put(("red",), colour="x"), Add(("red",), note=1), Put(("red", 1)), Insert(("red",), colour="x")],
)
def test_a_change_that_the_table_has_no_place_for_is_refused(change: Change) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        feed(view(lambda _: iter([change])), MarblesAdded(1))


KEYS = st.sampled_from(["red", "blue"])
CHANGES = st.one_of(
    st.builds(lambda k, n, note: Put((k,), count=n, note=note), KEYS, st.integers(-5, 5), st.text(max_size=2)),
    st.builds(lambda k: Put((k,)), KEYS),
    st.builds(lambda k, note: Set((k,), note=note), KEYS, st.text(max_size=2)),
    st.builds(lambda k, n: Set((k,), count=n), KEYS, st.integers(-5, 5)),
    st.builds(lambda k, n: Add((k,), count=n), KEYS, st.integers(-5, 5)),
    st.builds(lambda k: Delete((k,)), KEYS),
)


@random(st.lists(st.lists(CHANGES, max_size=3), min_size=1, max_size=8))
def test_changes_of_a_key_compose_to_what_they_come_to_one_by_one(script: list[list[Change]]) -> None:
    feed(view(lambda e: iter(script[e.data.count])), *(MarblesAdded(n) for n in range(len(script))))
