"""Three brokers that keep each record three times: one of them is killed, or stands still, while events flow."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription import ViewSubscription
from qudao_checks.kafka.cluster import NODES, Cluster

from .moving import applied_count, check_applied_once, eventually, fill, make_tables, reached, running, take, taken_view
from .sharing import JARS

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def cluster(kafka_artifacts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as running_:
        yield running_


class Load:
    """Events written one batch after another, from entry to exit; ``written`` says how many there are."""

    def __init__(self, log: Log) -> None:
        self._log, self.written = log, 0

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        ending = asyncio.Event()

        async def flow() -> None:
            while not ending.is_set():
                await take(self._log, jars=JARS, each=1)
                self.written += JARS
                await asyncio.sleep(0.02)

        task = asyncio.create_task(flow())
        try:
            yield
        finally:
            ending.set()
            await task


async def leader(broker: Broker, topic: str) -> int:
    """Who leads the first partition, all of whose records are on every node."""
    async with broker.admin() as admin:
        [described] = await admin.describe_topics([topic])
    assert {len(one["replicas"]) for one in described["partitions"]} == {NODES}
    return next(int(one["leader"]) for one in described["partitions"] if one["partition"] == 0)


async def all_in_sync(broker: Broker, topic: str) -> bool:
    async with broker.admin() as admin:
        [described] = await admin.describe_topics([topic])
    return {len(one["isr"]) for one in described["partitions"]} == {NODES}


@pytest.mark.parametrize("struck", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_a_leader_that_is_gone_loses_nothing_and_doubles_nothing(
    log: Log, database: str, cluster: Cluster, topic_prefix: str, struck: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = Broker(cluster.bootstrap, "kafka", prefix=topic_prefix, replication=NODES)
    view, topic = taken_view(), broker.topic("specimen")
    await make_tables(database, view)
    await fill(log, jars=JARS, each=0)
    workers: list[Any] = [ViewSubscription(view, view.sources[0], dsn=database, broker=broker, service="reader") for _ in range(2)]
    relay = Relay(service="specimen", dsn=database, broker=broker, wake=log.wake())
    load = Load(log)
    async with running(relay, *workers):
        async with load.flowing():
            await eventually(partial(reached, database, 10 * JARS), 60)
            node = cluster.nodes[await leader(broker, topic)]
            assert node.process is not None
            began, before = time.monotonic(), load.written
            os.kill(node.process.pid, struck)
            # What is written from now on arrives while it is gone: two of three are enough.
            await eventually(partial(reached, database, before + 10 * JARS), 90)
            took = time.monotonic() - began
            if struck == signal.SIGKILL:
                node.kill()  # of what it left behind, and waits for it
                await asyncio.to_thread(node.start)
            else:
                os.kill(node.process.pid, signal.SIGCONT)
            await eventually(partial(all_in_sync, broker, topic), 90)
            now = await applied_count(database)
            await eventually(partial(reached, database, now + 10 * JARS), 60)
        await eventually(partial(reached, database, load.written), 60)
    await check_applied_once(log, database)
    with capsys.disabled():
        print(f"\n  {struck.name}: what was written meanwhile had arrived after {took:.1f} s; {load.written} events")  # noqa: T201
