"""States and the head they are at move together, or are forgotten together."""

from typing import Any
from uuid import UUID

import pytest
from channel_events import Actor, On, Rejected
from channel_events.log import basis
from channel_events.log import statements as sql
from channel_events.log.basis import Basis
from channel_events.log.draft import Head
from channel_events.log.reading import EventReader
from channel_events.pure import Registry

from .conftest import OpenLog
from .specimen import JAR, Put, Take
from .test_long_streams import count_rows, lose_all_behind

ANN = Actor("ann")


class Fake:
    """A connection that gives these answers, one after another, to its reads; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    async def fetch(self, *_: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    fetchrow = fetch

    def terminate(self) -> None:
        pass


def row(position: int) -> dict[str, Any]:
    return {
        "stream": "jar/a",
        "version": position,
        "id": UUID(int=position),
        "type": "marbles_added",
        "data": b'{"count":1}',
        "position": position,
    }


def head(position: int) -> Any:
    return Head(position, UUID(int=position), ())


@pytest.fixture
async def at_three() -> Basis:
    made = Basis({"jar": JAR}, EventReader("specimen", Registry(JAR.events)))
    made.head = head(3)
    await made.load(Fake([row(1), row(2), row(3)]), ["jar/a"], {})  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("failure", [ConnectionResetError(), TimeoutError(), KeyboardInterrupt()])
async def test_half_the_way_is_forgotten(at_three: Basis, monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    monkeypatch.setattr(basis, "PAGE", 3)
    with pytest.raises(type(failure)):
        await at_three.follow(Fake([row(3), row(4), row(5)], failure), head(9))  # type: ignore[arg-type]
    assert at_three.head is None
    assert at_three.lacks(["jar/a"]) == ["jar/a"]


async def test_the_whole_way_is_gone_in_pages(at_three: Basis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "PAGE", 3)
    pages = [row(3), row(4), row(5)], [row(5), row(6), row(7)], [row(7)]
    assert await at_three.follow(Fake(*pages), head(7))  # type: ignore[arg-type]
    assert at_three.head == head(7)
    assert at_three.states["jar/a"][:2] == (7, 7)


async def test_who_falls_far_behind_reads_on_from_where_it_was(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log, other = await open_log(), await open_log()
    await log.execute(*(On(JAR, "a", Put(1)) for _ in range(150)), by=ANN)
    monkeypatch.setattr(basis, "MAX_TAIL", 5)
    await other.execute(*(On(JAR, f"{n % 2}", Put(1)) for n in range(100)), On(JAR, "a", Put(1)), by=ANN)
    read = count_rows(monkeypatch)
    assert (await log.execute(On(JAR, "a", Take(151)), by=ANN)).version == 152
    assert sum(read) < 10


async def test_what_it_had_and_the_log_has_no_more_is_not_used(open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log, other = await open_log(), await open_log()
    await log.execute(*(On(JAR, "a", Put(1)) for _ in range(10)), by=ANN)
    await lose_all_behind(database, 4)
    await other.execute(
        *(On(JAR, "a", Put(2)) for _ in range(6)), *(On(JAR, "b", Put(1)) for _ in range(60)), On(JAR, "a", Take(6)), by=ANN
    )
    monkeypatch.setattr(basis, "MAX_TAIL", 5)
    with pytest.raises(Rejected, match="too_few"):
        await log.execute(On(JAR, "a", Take(11)), by=ANN)
    assert (await log.execute(On(JAR, "a", Take(10)), by=ANN)).version == 12


async def test_many_streams_of_some_length_are_all_read(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a page, ends of pages within a stream, more than have a place with their batch."""
    monkeypatch.setattr(basis, "PAGE", 50)
    monkeypatch.setattr(basis, "MAX_ROWS", 400)
    writer = await open_log()
    for n in range(40):
        await writer.execute(*(On(JAR, f"{n}", Put(1)) for _ in range(n)), by=ANN)
    reader = await open_log()
    taken = await reader.execute(*(On(JAR, f"{n}", Take(n)) for n in range(1, 40)), by=ANN)
    assert [event.version for event in taken.events] == list(range(2, 41))
    assert [await reader.state(JAR, f"{n}") for n in range(40)] == [0] * 40


def test_a_page_holds_more_than_the_longest_stream_that_is_read_with_others() -> None:
    assert basis.SHORT < basis.LONG < basis.PAGE // 2
    assert "limit $5" in sql.LOAD
