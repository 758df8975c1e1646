"""Workers of one subscription share its partitions on Apache Kafka; nothing is lost or doubled whatever becomes of one of them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from channel_events import Log
from channel_events.partition import PARTITIONS
from channel_events.subscription import ViewSubscription
from channel_events.subscription.share import Member
from channel_events.tasks import woken

from .moving import applied_count, eventually, is_caught_up, reached, rows, running
from .sharing import Flow, flowing, follows, halved, worker_process

HALF = PARTITIONS // 2


@pytest.fixture
async def flow(log: Log, database: str, apache_kafka: str, topic_prefix: str) -> AsyncIterator[Flow]:
    made = Flow(log, database, apache_kafka, topic_prefix)
    async with flowing(made):
        yield made


def begun(one: ViewSubscription) -> list[list[int]]:
    """The partitions of each turn that it begins from now on."""
    turns: list[list[int]] = []
    begin = one._begin

    async def counted(connection: Any, partitions: list[int]) -> Any:
        turns.append(partitions)
        return await begin(connection, partitions)

    one._begin = counted  # type: ignore[method-assign]
    return turns


async def test_a_second_worker_takes_half_and_gives_it_back_when_it_ends(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.subscription.share._LET_GO_SECONDS", 300)  # each lets go by itself
    one, other = flow.worker(), flow.worker()
    async with running(one):
        await eventually(partial(follows, one, PARTITIONS))
        await flow.more()
        async with running(other):
            await eventually(partial(halved, one, other))
            await flow.more(each=3)
        await eventually(partial(follows, one, PARTITIONS))
        await flow.more()


async def test_two_workers_leave_each_other_alone(flow: Flow, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = flow.worker(), flow.worker()
    async with running(one, other):
        await eventually(partial(halved, one, other))
        turns = [*begun(one), *begun(other)]
        for _ in range(20):
            await flow.more()
        assert (turns, one.status, other.status) == ([], "running", "running")
        [applied] = await rows(flow.database, "select count(*) as n from progress where position > 0")
        assert applied["n"] == PARTITIONS
    assert "subscription_stands_by" not in capsys.readouterr().out


async def test_more_workers_than_partitions_stand_by(flow: Flow) -> None:
    many = [flow.worker() for _ in range(PARTITIONS + 1)]

    async def dealt() -> bool:
        return sorted(len(one._rows) for one in many) == [0] + [1] * PARTITIONS

    async with running(*many):
        await eventually(dealt, 40)
        await flow.more()
        assert [one.status for one in many].count("standing by") == 1
        assert [one.trouble() for one in many] == [None] * len(many)


@pytest.mark.parametrize("when", ["at rest", "in the middle of a transaction"])
async def test_a_killed_worker_is_taken_over_from(flow: Flow, when: str) -> None:
    one = flow.worker()
    kill = str(int(signal.SIGKILL)) if when != "at rest" else ""
    async with worker_process(*flow.at, kill) as process, running(one):
        await eventually(partial(follows, one, HALF), 30)
        await flow.write()
        if not kill:
            await eventually(partial(reached, flow.database, flow.written))
            process.kill()
        assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGKILL
        await flow.more()
        await eventually(partial(follows, one, PARTITIONS), 30)
        await flow.more()


@pytest.mark.parametrize("when", ["at rest", "in the middle of a transaction"])
async def test_a_worker_that_stands_still_is_taken_over_from_and_shares_again_when_it_wakes(flow: Flow, when: str) -> None:
    one = flow.worker()
    stop = str(int(signal.SIGSTOP)) if when != "at rest" else ""
    async with worker_process(*flow.at, stop) as process, running(one):
        await eventually(partial(follows, one, HALF), 30)
        if not stop:
            process.send_signal(signal.SIGSTOP)
        await flow.write()
        await eventually(partial(follows, one, PARTITIONS), 30)
        await flow.more()
        process.send_signal(signal.SIGCONT)
        await flow.more()
        await eventually(partial(follows, one, HALF), 30)
        await flow.more()
        assert process.returncode is None


class Held:
    """Stops a worker in the middle of a round, before what it was to write is written: of partitions that would be dealt to two."""

    def __init__(self, one: ViewSubscription) -> None:
        self.there, self.go_on = asyncio.Event(), asyncio.Event()
        begin = one._begin

        async def holding(*arguments: Any) -> Any:
            effect, read = await begin(*arguments)
            write = effect.write

            async def held(connection: Any, before: Any, steps: Any) -> Any:
                if len({step.partition % 2 for step in steps}) == 2:
                    self.there.set()
                    await self.go_on.wait()
                return await write(connection, before, steps)

            effect.write = held  # type: ignore[method-assign, assignment]
            return effect, read

        one._begin = holding  # type: ignore[method-assign, assignment]


@asynccontextmanager
async def rebalance_in_a_round(flow: Flow) -> AsyncIterator[tuple[Held, ViewSubscription, ViewSubscription]]:
    one, other = flow.worker(), flow.worker()
    held = Held(one)
    async with running(one):
        await eventually(partial(follows, one, PARTITIONS))
        while not await woken(held.there, 1):
            await flow.write()
        async with running(other):
            yield held, one, other
            await eventually(partial(halved, one, other), 30)
            await flow.more(each=2)


async def test_a_rebalance_waits_for_the_round_that_is_being_done(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = asyncio.Event()
    revoked = Member.on_partitions_revoked

    async def telling(self: Member, partitions: Any) -> None:
        if partitions:
            told.set()
        await revoked(self, partitions)

    monkeypatch.setattr(Member, "on_partitions_revoked", telling)
    async with rebalance_in_a_round(flow) as (held, _, other):
        before = await applied_count(flow.database)
        await asyncio.wait_for(told.wait(), 20)
        assert (other._rows, await applied_count(flow.database)) == ({}, before)
        held.go_on.set()
    assert "subscription_stands_by" not in capsys.readouterr().out


async def test_who_does_not_get_round_is_not_waited_for_and_writes_nothing_when_it_does(
    flow: Flow, capsys: pytest.CaptureFixture[str]
) -> None:
    async with rebalance_in_a_round(flow) as (held, _, other):
        await eventually(partial(follows, other, HALF), 30)
        await eventually(partial(is_caught_up, other), 30)  # with what is held, too
        held.go_on.set()
    assert "somebody else moved partitions" in capsys.readouterr().out
