"""Whatever readers do at the tip, each gets every record from where he went to, once and in order."""

import asyncio
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from channel_events import tip
from channel_events.broker import Broker
from channel_events.fetching import Fetching
from channel_events.tip import Tip
from channel_events.topic import TopicReader
from hypothesis import example, given
from hypothesis import strategies as st

PARTITIONS = (0, 1)


class Client:
    """A broker's records of the topic ``t``, and a consumer of them that gives a few at a time."""

    def __init__(self, records: dict[int, list[Any]]) -> None:
        self.records, self.places, self.paused = records, dict[int, int](), set[int]()
        self.answers = 0

    def assign(self, tps: list[TopicPartition]) -> None:
        self.places = dict.fromkeys([tp.partition for tp in tps], -1)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.places[tp.partition] = offset

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        await asyncio.sleep(0)
        self.answers += 1
        found = {TopicPartition("t", p): self.records[p][at : at + 3] for p, at in self.places.items() if p not in self.paused}
        for tp, some in found.items():
            self.places[tp.partition] += len(some)
        return {tp: some for tp, some in found.items() if some}

    def last_poll_timestamp(self, _: TopicPartition) -> int:
        return self.answers

    def highwater(self, tp: TopicPartition) -> int:
        return len(self.records[tp.partition])

    async def stop(self) -> None:
        pass


class Follower:
    """A reader, and what he ought to get next of each partition."""

    def __init__(self, reader: TopicReader) -> None:
        self.reader = reader
        self.next = dict.fromkeys(PARTITIONS, 0)

    async def read(self) -> None:
        for partition, records in (await self.reader.read(100)).items():
            assert [one.offset for one in records] == [*range(self.next[partition], self.next[partition] + len(records))]
            self.next[partition] += len(records)

    async def seek(self, partition: int, offset: int) -> None:
        self.next[partition] = min(offset, self.next[partition])
        await self.reader.seek(partition, self.next[partition])


SETTLE = ("settle", 0, 0)
ACTS = st.one_of(
    st.tuples(st.just("comes"), st.sampled_from(PARTITIONS), st.integers(1, 4)),
    st.tuples(st.just("reads"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("goes back"), st.integers(0, 2), st.integers(0, 3)),
    st.tuples(st.just("begins again"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("turns"), st.integers(1, 12), st.just(0)),
    st.just(SETTLE),
)


class Room:
    """Three readers, at one tip when they sit."""

    def __init__(self) -> None:
        self.records: dict[int, list[Any]] = defaultdict(list)
        self.followers = [Follower(TopicReader(None, "t", PARTITIONS, fetching=self.opened, sit=self.sit)) for _ in range(3)]
        self.seated = 0
        """How many sat at once."""

    async def opened(self, _: object = None) -> Fetching:
        return Fetching(Client(self.records))

    def sit(self) -> Tip:
        return Tip.of(Broker("b"))

    async def act(self, act: str, which: int, number: int) -> None:
        match act:
            case "comes":
                self.records[which] += [SimpleNamespace(offset=len(self.records[which]) + n) for n in range(number)]
            case "reads":
                await self.followers[which].read()
            case "goes back":
                for partition in PARTITIONS:
                    await self.followers[which].seek(partition, max(0, self.followers[which].next[partition] - number))
            case "begins again":
                await self.followers[which].seek(0, 0)
            case "settle":
                await self.read_all()
                for one in self.followers * 2:
                    await one.read()
            case _:
                for _ in range(which):
                    await asyncio.sleep(0)
        self.seated = max(self.seated, sum(one.reader._seat is not None for one in self.followers))

    async def read_all(self) -> None:
        async with asyncio.timeout(20):
            for one in self.followers:
                while any(one.next[partition] < len(self.records[partition]) for partition in PARTITIONS):
                    await one.read()


async def follow(acts: list[tuple[str, int, int]]) -> int:
    room = Room()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fetching, "open", room.opened)
        patch.setattr("channel_events.topic._ALONE_SECONDS", 0.0)
        for name, value in {"BACK": 2, "MOST": 6, "_TICK_SECONDS": 0.001, "_SOON_SECONDS": 0.001}.items():
            patch.setattr(tip, name, value)
        for one in room.followers:
            await one.reader._alone()
        for act in acts:
            await room.act(*act)
        await room.read_all()
        for one in room.followers:
            await one.reader._let_go()
        assert not tip._tips
        return room.seated


@example([("comes", 0, 4), SETTLE, ("comes", 0, 2), ("turns", 9, 0), ("goes back", 1, 1), ("reads", 1, 0)])
@given(st.lists(ACTS, max_size=40))
def test_every_reader_gets_every_record_once_and_in_order(acts: list[tuple[str, int, int]]) -> None:
    asyncio.run(follow(acts))


def test_the_model_comes_to_sitting_together() -> None:
    """Otherwise the test above would say nothing of the tip."""
    assert asyncio.run(follow([("comes", 0, 4), SETTLE, ("comes", 1, 4), ("reads", 1, 0)])) == 3
