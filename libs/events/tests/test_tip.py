"""At the end of all topics a process asks once for everybody, and nobody misses, repeats or waits for anything because of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from channel_events import Log, tip
from channel_events.broker import Broker
from channel_events.fetching import Fetching
from channel_events.tip import Seat, Tip
from channel_events.topic import TopicReader

from .moving import eventually, fill, is_caught_up, make_tables, make_topic, produce, public_rows, running, subscription, taken_view

Open = Callable[[str], Any]


class Reading:
    """A reader of a topic who reads for ever, and what he got: offsets by partition."""

    def __init__(self, reader: TopicReader) -> None:
        self.reader = reader
        self.got: list[tuple[int, int]] = []
        self.stands = asyncio.Event()
        """He reads while it is set."""
        self.stands.set()

    async def run(self) -> None:
        while True:
            await self.stands.wait()
            for partition, records in (await self.reader.read(1_000)).items():
                self.got += [(partition, record.offset) for record in records]

    async def seated(self) -> bool:
        return self.reader._seat is not None

    async def has(self, count: int) -> bool:
        return len(self.got) >= count


@pytest.fixture
async def broker(kafka: str) -> Broker:
    return Broker(kafka, "embedded")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.topic._ALONE_SECONDS", 1.0)


@pytest.fixture
async def read(broker: Broker) -> AsyncIterator[Open]:
    """Opens readers, who take their seats."""
    async with AsyncExitStack() as stack:

        async def open_one(topic: str) -> Reading:
            one = Reading(await stack.enter_async_context(TopicReader.open(broker, topic, together=True)))
            await stack.enter_async_context(running(one))
            await eventually(one.seated)
            return one

        yield open_one
    assert not tip._tips, "the last to go ends it"


@pytest.fixture
async def topic(log: Log, database: str, broker: Broker, topic_prefix: str) -> str:
    """With ten records."""
    await fill(log, jars=2, each=5)
    await produce(broker, topic_prefix + "specimen", await public_rows(database))
    return topic_prefix + "specimen"


@pytest.mark.embedded  # Apache Kafka wakes a fetch that waits
async def test_at_rest_a_process_asks_once_for_all_its_topics_however_many_read_them(
    broker: Broker, database: str, topic: str, read: Open, fetches: list[float]
) -> None:
    await make_topic(broker, topic + "-other")
    readers = [await read(name) for name in (topic, topic, topic, topic + "-other")]
    await asyncio.sleep(1)  # a length of time is what is measured here
    fetches.clear()
    await asyncio.sleep(3)
    assert 2 <= len(fetches) <= 5, "one a second, and those at the edges"
    await produce(broker, topic, await public_rows(database))
    for reader in readers[:3]:
        await eventually(lambda one=reader: one.has(20))  # type: ignore[misc]
        assert len(reader.got) == len(set(reader.got)) == 20
        assert await reader.seated()
    assert readers[3].got == []


async def test_who_goes_back_a_little_does_it_in_his_seat_and_the_others_notice_nothing(topic: str, read: Open) -> None:
    one, other = await read(topic), await read(topic)
    await eventually(lambda: one.has(10))
    partition, last = one.got[-1]
    await one.reader.seek(partition, last)
    assert await one.seated()
    await eventually(lambda: one.has(11))
    assert one.got[10:] == [(partition, last)]
    assert sorted(other.got) == sorted(one.got[:10])


async def test_who_goes_back_far_reads_alone_and_sits_down_again(topic: str, read: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.tip.BACK", 1)
    one, other = await read(topic), await read(topic)
    partition = max({p for p, _ in one.got}, key=lambda p: sum(p == got for got, _ in one.got))
    whole = [got for got in one.got if got[0] == partition]
    seat = one.reader._seat
    await one.reader.seek(partition, 0)
    await eventually(lambda: one.has(10 + len(whole)))
    assert one.got[10:] == whole
    await eventually(one.seated)
    assert one.reader._seat is not seat
    assert len(other.got) == 10


async def test_who_lets_too_much_wait_gets_up_and_misses_nothing(
    broker: Broker, database: str, topic: str, read: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.tip.MOST", 4)
    slow, quick = await read(topic), await read(topic)
    seat = slow.reader._seat
    slow.stands.clear()
    await produce(broker, topic, await public_rows(database))
    await eventually(lambda: quick.has(20))
    assert seat is not None
    assert seat._waiting <= 4
    slow.stands.set()
    await eventually(lambda: slow.has(20))
    assert sorted(slow.got) == sorted(quick.got)
    await eventually(slow.seated)


async def test_whatever_is_wrong_at_the_tip_everybody_goes_on_alone(
    broker: Broker, database: str, topic: str, read: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = [await read(topic), await read(topic)]
    seats = [one.reader._seat for one in readers]

    failed: list[Tip] = []

    def broken(self: Tip, client: Fetching) -> None:
        failed.append(self)
        raise RuntimeError("the tip is broken")

    monkeypatch.setattr(Tip, "_assign", broken)
    await produce(broker, topic, await public_rows(database))
    for one in readers:
        await eventually(lambda one=one: one.has(20))  # type: ignore[misc]
    await asyncio.sleep(0.5)  # a length of time in which it could fail again and again
    assert len(failed) == 1
    monkeypatch.undo()
    for one, seat in zip(readers, seats, strict=True):
        await eventually(one.seated)
        assert one.reader._seat is not seat
        assert len(set(one.got)) == len(one.got) == 20


async def test_several_views_of_one_topic_are_caught_up_on_one_client(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    """And a subscription that begins again, or ends, leaves the others where they are."""
    view = taken_view()
    await make_tables(database, view)
    readers = [subscription(view, database, kafka, topic_prefix) for _ in range(2)]
    readers[1]._lock = "another"
    await fill(log)
    await produce(Broker(kafka, "embedded"), topic_prefix + "specimen", await public_rows(database))
    async with running(readers[0]):
        await eventually(lambda: is_caught_up(readers[0]))
        async with running(readers[1]):
            await eventually(lambda: is_caught_up(readers[1]))
            (one,) = tip._tips.values()
            await eventually(lambda: _seats(one, 2))
        await eventually(lambda: _seats(one, 1))
        assert readers[0].status == "running"
    assert not tip._tips


async def _seats(one: Tip, count: int) -> bool:
    return len(one._seats) == count


class Told:
    """A client that was answered so often, and told this end."""

    def __init__(self, answers: int, end: int) -> None:
        self._answers, self._end = answers, end

    def answers(self, _: object) -> int:
        return self._answers

    def end(self, _: object) -> int:
        return self._end


class Falling:
    """A client that is answered with these ends, one after another."""

    def __init__(self) -> None:
        self.ends: list[int] = []

    def assign(self, _: object) -> None:
        pass

    def seek(self, *_: object) -> None:
        pass

    def last_poll_timestamp(self, _: object) -> int:
        return len(self.ends)

    def highwater(self, _: object) -> int:
        return self.ends[-1]


async def test_a_topic_made_anew_is_noticed_though_it_has_grown_past_our_place_by_the_next_look() -> None:
    client = Falling()
    one = Fetching(client)
    one.assign({"p": 4})
    for end in (4, 0, 6):
        client.ends.append(end)
        one.hear()
    assert one.end("p") == 0
    one.seek("p", 0)
    assert one.end("p") == 6


async def test_an_answer_older_than_the_seat_is_no_younger_partition() -> None:
    """The reader knew of 50 records; the tip, asked before they came, of 40."""
    one = Tip(Broker("127.0.0.1:1", "embedded"), ())
    one.client = client = Told(7, 40)  # type: ignore[assignment]
    seat = Seat(one, {"p": 50})
    assert seat.end("p") == 50
    client._answers += 1
    assert seat.end("p") == 50, "it may be the answer to a question asked before"
    client._answers += 1
    assert seat.end("p") == 40, "now it is one"
